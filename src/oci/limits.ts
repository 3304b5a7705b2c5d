/** The largest manifest, index or config, in bytes: PutImage accepts no more. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** The most descriptors that one index or manifest may list: far more than any tool writes. */
export const MAX_DESCRIPTORS = 10_000;

/** How deep JSON may be nested. Manifests need 5 levels, and the labels and history of a config no more than 10. */
export const MAX_JSON_DEPTH = 64;

/** ECR refuses an image with more layers: https://github.com/spinframework/spin/issues/1787 */
export const MAX_LAYERS = 500;
