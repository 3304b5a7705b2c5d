/** The cache client, which is large and seldom needed. In dist it is a separate file: `load-cache-client.js`. */
export { restoreCache, saveCache } from '@actions/cache';
