/**
 * JavaScript, because the bundler must see the comment, and TypeScript removes it: the job stays out of the bundles of the ways
 * in, which share one file of it. `scripts/build.ts` makes that file.
 */
export function loadJob() {
  return import(/* webpackIgnore: true */ './job.js');
}
