/**
 * JavaScript, because the bundler must see the comment, and TypeScript removes it: the client stays out of the bundles of the
 * entries, which share one file of it. `scripts/build.ts` makes that file.
 */
export function loadCacheClient() {
  return import(/* webpackIgnore: true */ './cache-client.js');
}
