import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRegistry } from '../../src/ecr/open-registry.ts';
import { parseReference, type RepositoryReference } from '../../src/ecr/names/reference.ts';
import { parseDigest } from '../../src/oci/digest.ts';
import { startProxy } from '../support/proxy.ts';
import { refused } from '../support/refused.ts';
import { withEnvironment } from '../support/run-locally.ts';

/** Which host a reference leads to: asked of a proxy that leads nobody on. */

const DIGEST = parseDigest(`sha256:${'0'.repeat(64)}`, 'test');
const ACCOUNT = '012345678901';

const endpoints: Readonly<Record<string, string>> = {
  [`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/app`]: 'api.ecr.eu-west-1.amazonaws.com',
  [`${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com/app`]: 'api.ecr.us-gov-west-1.amazonaws.com',
  [`${ACCOUNT}.dkr.ecr-fips.us-east-2.amazonaws.com/app`]: 'api.ecr-fips.us-east-2.amazonaws.com',
  [`${ACCOUNT}.dkr-ecr.eu-west-1.on.aws/app`]: 'ecr.eu-west-1.api.aws',
  [`${ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws/app`]: 'ecr-fips.us-west-2.api.aws',
  [`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/app`]: 'api.ecr.cn-north-1.amazonaws.com.cn',
  [`${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu/app`]: 'api.ecr.eusc-de-east-1.amazonaws.eu',
  [`${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov/app`]: 'api.ecr.us-iso-east-1.c2s.ic.gov',
  [`${ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/app`]: 'api.ecr.us-isob-east-1.sc2s.sgov.gov',
  [`${ACCOUNT}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/app`]:
    'api.ecr.us-isof-south-1.csp.hci.ic.gov',
  [`${ACCOUNT}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk/app`]: 'api.ecr.eu-isoe-west-1.cloud.adc-e.uk',
  'public.ecr.aws/alias/app': 'api.ecr-public.us-east-1.amazonaws.com',
  'ecr-public.aws.com/alias/app': 'ecr-public.us-east-1.api.aws',
};

/** The host that the proxy was asked for. */
async function hostOf(
  repository: RepositoryReference,
  variables: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  await using proxy = await startProxy({ refuse: 403 });
  using scope = new DisposableStack();
  const key = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const region = { AWS_REGION: 'ap-south-1' };
  scope.use(withEnvironment({ ...key, ...region, HTTPS_PROXY: proxy.url, ...variables }));
  const registry = await openRegistry(repository);
  scope.defer(() => registry.close());
  const asked = registry.availableLayers([DIGEST], new AbortController().signal);
  await assert.rejects(asked, refused('PROXY_REFUSED', '403'));
  return proxy.asked[0];
}

for (const [reference, host] of Object.entries(endpoints)) {
  test(`${reference} leads to ${host}`, async () => {
    assert.equal(await hostOf(parseReference(reference).repository), `${host}:443`);
  });
}

const bare = { type: 'private', registryId: undefined, region: undefined, name: 'app' } as const;

test('a bare name leads to the region of the environment', async () => {
  assert.equal(await hostOf(bare), 'api.ecr.ap-south-1.amazonaws.com:443');
});

test('a region of its own wins over that of the environment', async () => {
  const host = await hostOf({ ...bare, region: 'eu-west-1' });
  assert.equal(host, 'api.ecr.eu-west-1.amazonaws.com:443');
});

test("the SDK's own variable asks for the FIPS endpoint", async () => {
  const host = await hostOf(bare, { AWS_USE_FIPS_ENDPOINT: 'true', AWS_REGION: 'us-east-1' });
  assert.equal(host, 'api.ecr-fips.us-east-1.amazonaws.com:443');
});

test('an endpoint that is set by its address wins over what a host says', async () => {
  const { repository } = parseReference(`${ACCOUNT}.dkr.ecr-fips.us-east-2.amazonaws.com/app`);
  const own = { AWS_ENDPOINT_URL_ECR: 'https://vpce-1.api.ecr.us-east-2.vpce.amazonaws.com' };
  assert.equal(await hostOf(repository, own), 'vpce-1.api.ecr.us-east-2.vpce.amazonaws.com:443');
});
