/**
 * What `dist/index.js` holds in the place of `@actions/exec` and `@actions/io` (see `overrides` in package.json).
 * `@actions/core` imports them to ask the system for its name, which this action does not.
 */
export function getExecOutput() {
  throw new Error('@actions/exec was left out of this bundle: see scripts/no-exec');
}
