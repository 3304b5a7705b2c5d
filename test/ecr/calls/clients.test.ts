import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeRepositoriesCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { DescribeRepositoriesCommand as DescribePublicCommand } from '@aws-sdk/client-ecr-public';
import type { RetryErrorInfo } from '@smithy/types';
import { RETRIES, type RetryNotice } from '../../../src/async/retry.ts';
import {
  type ClientOptions,
  type Environment,
  privateClient,
  publicClient,
} from '../../../src/ecr/calls/clients.ts';
import { RateLimits } from '../../../src/ecr/calls/rate-limit.ts';
import { parseReference, type RepositoryReference } from '../../../src/ecr/names/reference.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { startProxy } from '../../support/proxy.ts';
import { refused } from '../../support/refused.ts';
import { withEnvironment } from '../../support/run-locally.ts';

const ACCOUNT = '012345678901';
const KEY = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
/** Nothing of whoever runs the tests. */
const NO_FILES = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
const bare = { type: 'private', registryId: undefined, region: undefined, name: 'app' } as const;
const publicly = { ...bare, type: 'public' } as const;

function optionsFor(
  environment: Environment = process.env,
  options: Partial<ClientOptions> = {},
): ClientOptions {
  return {
    environment,
    rateLimits: new RateLimits(),
    signal: new AbortController().signal,
    onRetry: () => undefined,
    ...options,
  };
}

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

async function describe(repository: RepositoryReference): Promise<unknown> {
  const options = optionsFor();
  if (repository.type === 'public')
    return (await publicClient(repository, options)).client.send(new DescribePublicCommand());
  const { client } = await privateClient(repository, options);
  return client.send(new DescribeRepositoriesCommand());
}

/** Which host a reference leads to: asked of a proxy that leads nobody on. */
async function hostOf(
  repository: RepositoryReference,
  variables: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  await using proxy = await startProxy({ refuse: 403 });
  const region = { AWS_REGION: 'ap-south-1' };
  using _ = withEnvironment({ ...KEY, ...region, HTTPS_PROXY: proxy.url, ...variables });
  await assert.rejects(describe(repository), { name: 'ProxyError', message: /answered 403/ });
  return proxy.asked[0];
}

for (const [reference, host] of Object.entries(endpoints)) {
  test(`${reference} leads to ${host}`, async () => {
    assert.equal(await hostOf(parseReference(reference).repository), `${host}:443`);
  });
}

test('a bare name leads to the region of the environment', async () => {
  assert.equal(await hostOf(bare), 'api.ecr.ap-south-1.amazonaws.com:443');
});

test('a region of its own wins over that of the environment', async () => {
  const host = await hostOf({ ...bare, region: 'eu-west-1' });
  assert.equal(host, 'api.ecr.eu-west-1.amazonaws.com:443');
});

test('ECR Public leads to its only region, whatever the environment says', async () => {
  assert.equal(await hostOf(publicly), 'api.ecr-public.us-east-1.amazonaws.com:443');
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

const regions: readonly [
  what: string,
  own: string | undefined,
  variables: Readonly<Record<string, string>>,
  region: string,
][] = [
  ["the repository's own", 'eu-west-1', { AWS_REGION: 'us-west-1' }, 'eu-west-1'],
  ['AWS_REGION', undefined, { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'x' }, 'us-west-1'],
  ['AWS_DEFAULT_REGION', undefined, { AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
  [
    'AWS_DEFAULT_REGION, where AWS_REGION is empty',
    undefined,
    { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' },
    'us-west-2',
  ],
];

for (const [what, own, variables, expected] of regions) {
  test(`the region is ${what}`, async () => {
    const opened = await privateClient({ ...bare, region: own }, optionsFor(variables));
    assert.equal(opened.region, expected);
    assert.equal(await opened.client.config.region(), expected);
    opened.client.destroy();
  });
}

test('without a region anywhere there is no client', async () => {
  using _ = withEnvironment({ ...NO_FILES, AWS_REGION: '', AWS_DEFAULT_REGION: '' });
  await assert.rejects(privateClient(bare, optionsFor({})), refused('NO_REGION'));
});

test('without a proxy in the environment calls go straight', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('app');
  await using proxy = await startProxy();
  using _ = withEnvironment({ ...ecr.env, HTTPS_PROXY: '' });
  const { client } = await privateClient(bare, optionsFor());
  await client.send(new DescribeRepositoriesCommand());
  assert.deepEqual(proxy.asked, []);
  client.destroy();
});

/** Attempts at one call, told when the second begins; it does not come to that. */
async function attemptsWith(variables: Environment): Promise<RetryNotice> {
  const stop = new AbortController();
  const notices: RetryNotice[] = [];
  const onRetry = (notice: RetryNotice): void => {
    notices.push(notice);
    stop.abort(new Error('not waited for'));
  };
  const environment = { AWS_REGION: 'eu-west-1', ...variables };
  const options = optionsFor(environment, { signal: stop.signal, onRetry });
  const { client } = await privateClient(bare, options);
  const strategy = await client.config.retryStrategy();
  assert('acquireInitialRetryToken' in strategy);
  const token = await strategy.acquireInitialRetryToken('');
  const error = Object.assign(new Error('reset'), { name: 'TimeoutError', $metadata: {} });
  const failure = { errorType: 'TRANSIENT', error } as unknown as RetryErrorInfo;
  const again = strategy.refreshRetryTokenForRetry(token, failure);
  await assert.rejects(again, /^Error: not waited for$/);
  client.destroy();
  return notices[0] ?? assert.fail('nothing was told');
}

for (const [text, attempts] of [
  [undefined, RETRIES.transient.attempts],
  ['', RETRIES.transient.attempts],
  ['3', 3],
  ['0', RETRIES.transient.attempts],
  ['-2', RETRIES.transient.attempts],
  ['1.5', RETRIES.transient.attempts],
  ['many', RETRIES.transient.attempts],
] as const) {
  test(`with AWS_MAX_ATTEMPTS ${JSON.stringify(text)} a call has ${attempts} attempts`, async () => {
    const notice = await attemptsWith({ AWS_MAX_ATTEMPTS: text });
    assert.equal(notice.attempts, attempts);
    assert.equal(notice.name, 'transient');
  });
}

test('a call that is tried again is told, and succeeds', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('app');
  using _ = withEnvironment(ecr.env);
  ecr.fault({ kind: 'http', status: 503 });
  const notices: RetryNotice[] = [];
  const options = optionsFor(process.env, { onRetry: (notice) => notices.push(notice) });
  const { client } = await privateClient(bare, options);
  await client.send(new DescribeRepositoriesCommand());
  assert.deepEqual(
    notices.map(({ name, attempt }) => [name, attempt]),
    [['optional', 2]],
  );
  client.destroy();
});

test('clients that are made with the same limits share them', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('app');
  using _ = withEnvironment({ ...ecr.env, AWS_MAX_ATTEMPTS: '1' });
  const rateLimits = new RateLimits();
  const [one, other] = await Promise.all(
    [1, 2].map(
      async () => (await privateClient(bare, optionsFor(undefined, { rateLimits }))).client,
    ),
  );
  assert(one && other);
  const image = { repositoryName: 'app', imageManifest: '{}' };
  ecr.fault({ kind: 'throttle', operation: 'PutImage' });
  await assert.rejects(one.send(new PutImageCommand(image)), { name: 'ThrottlingException' });
  const before = performance.now();
  await assert.rejects(other.send(new PutImageCommand(image)));
  assert(performance.now() - before >= 80, 'the burst is gone for both');
  for (const client of [one, other]) client.destroy();
});
