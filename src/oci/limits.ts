/** What a manifest, an index or a config may weigh, in bytes: PutImage takes no more. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** How many descriptors one index or one manifest may list: far above what any tool writes. */
export const MAX_DESCRIPTORS = 10_000;

/** How deep JSON may be nested. Manifests need 5 levels; a config's labels and history no more than 10. */
export const MAX_JSON_DEPTH = 64;
