/**
 * What `dist` holds in the place of undici (see `overrides` in package.json), which was two fifths of it and a fifth of
 * its start. `@actions/http-client`, which comes with `@actions/core`, imports it for requests by `fetch` through a
 * proxy: this action makes none.
 */
export function ProxyAgent() {
  throw new Error('undici was left out of this bundle: see scripts/no-undici');
}
