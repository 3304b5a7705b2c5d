/**
 * What `dist/index.js` holds in the place of `@actions/http-client` (see `overrides` in package.json). `@actions/core`
 * imports it to ask GitHub for an OIDC token, which this action leaves to `aws-actions/configure-aws-credentials`. The
 * cache client has its own.
 */
export class HttpClient {
  constructor() {
    throw new Error('@actions/http-client was left out of this bundle: see scripts/no-http-client');
  }
}
