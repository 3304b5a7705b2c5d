import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { EXPLANATIONS } from '../../src/ecr/calls/explanations.ts';
import { type ErrorCode, ERRORS } from '../../src/errors.ts';
import { selfSigned } from '../local-ecr/certificate.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { assertGolden, goldenSection } from '../support/golden.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { handOut } from '../support/secrets.ts';
import { startRefusingSts } from '../support/sts.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, REPOSITORY_NAME, shownError, type Step } from './step.ts';

/**
 * Every error that the table explains, as the built action shows it, and as errors.golden.md keeps it. Each is an
 * answer of the local ECR or a condition of the network.
 */

const image = buildImage({ seed: 'image', layers: [{ size: 3000 }] });
const [layer = ''] = image.layers.map(({ digest }) => digest);
const index = buildIndex([image]);
const PUBLIC = 'public.ecr.aws/local/team/app:1.0';
const ALWAYS = 1000;

interface Case {
  readonly code: ErrorCode;
  readonly ecr?: LocalEcrOptions;
  readonly faults?: readonly Fault[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly setUp?: string;
  /** What else there must be; what it gives is added to the environment. */
  readonly prepare?: (
    step: Step,
    scope: AsyncDisposableStack,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

/** An error that only AWS itself makes happen. */
function answered(operation: string, name: string, message = 'The text that AWS gives'): Fault {
  return { kind: 'error', operation, name, message, times: ALWAYS };
}

function allowedAllBut(...actions: readonly string[]): LocalEcrOptions {
  const calls = [
    'BatchCheckLayerAvailability',
    'InitiateLayerUpload',
    'UploadLayerPart',
    'CompleteLayerUpload',
    'PutImage',
    'BatchGetImage',
    'DescribeImages',
    'DescribeRepositories',
    'CreateRepository',
    'TagResource',
  ];
  const all = calls.flatMap((call) => [`ecr:${call}`, `ecr-public:${call}`]);
  const policy = [{ actions: all.filter((action) => !actions.includes(action)) }];
  return { credentials: [{ ...DEFAULT_CREDENTIAL, policy }] };
}

const overTls = async (
  step: Step,
  scope: AsyncDisposableStack,
  options: Parameters<typeof startProxy>[0],
): Promise<Proxy> => {
  assert.ok(step.ecr.url.startsWith('https:'));
  return scope.use(await startProxy(options));
};

const cases: Readonly<Record<string, Case>> = {
  'a repository that does not exist': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { repository: 'team/absent' },
  },
  'a repository of another account that does not exist': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { repository: 'team/absent', 'registry-id': '000000000042' },
  },
  'a repository that is in the region of the job': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { tags: '012345678901.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.0' },
  },
  'a repository that is in the account of the job': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { 'registry-id': '000000000042' },
  },
  'a public repository that does not exist': {
    code: 'REPOSITORY_NOT_FOUND',
    inputs: { tags: 'public.ecr.aws/local/team/absent:1.0' },
  },
  'a public alias that does not exist': {
    code: 'REGISTRY_NOT_FOUND',
    inputs: { tags: 'public.ecr.aws/nobody/team/app:1.0' },
  },
  'an endpoint that is not ECR Public': {
    code: 'INVALID_ENDPOINT',
    inputs: { tags: PUBLIC },
    faults: [answered('BatchCheckLayerAvailability', 'UnsupportedCommandException')],
  },
  'a call that the policy does not allow': {
    code: 'ACCESS_DENIED',
    ecr: allowedAllBut('ecr:PutImage'),
  },
  'a public call that the policy does not allow': {
    code: 'ACCESS_DENIED',
    ecr: allowedAllBut('ecr-public:InitiateLayerUpload'),
    inputs: { tags: PUBLIC },
  },
  'a repository created with tags, which the policy does not allow': {
    code: 'ACCESS_DENIED',
    ecr: allowedAllBut('ecr:TagResource'),
    inputs: {
      repository: 'team/new',
      'create-repository': 'true',
      'repository-settings': 'tags: team=blue',
    },
  },
  'a role that does not trust the job': {
    code: 'ROLE_REFUSED',
    prepare: async (step, scope) => {
      const sts = scope.use(await startRefusingSts());
      const token = 'the-token-of-the-job';
      handOut('the token of the job', token);
      await writeFile(step.path('token'), token);
      return {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_ROLE_ARN: 'arn:aws:iam::012345678901:role/push',
        AWS_WEB_IDENTITY_TOKEN_FILE: step.path('token'),
        AWS_ENDPOINT_URL_STS: sts.url,
      };
    },
  },
  'no credentials': {
    code: 'NO_CREDENTIALS',
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
  },
  'credentials that have expired': {
    code: 'CREDENTIALS_EXPIRED',
    ecr: { credentials: [{ ...DEFAULT_CREDENTIAL, expired: true }] },
  },
  'an access key that AWS does not know': {
    code: 'CREDENTIALS_INVALID',
    env: { AWS_ACCESS_KEY_ID: 'AKIDUNKNOWN' },
  },
  'a secret that does not match the access key': {
    code: 'CREDENTIALS_INVALID',
    env: { AWS_SECRET_ACCESS_KEY: 'not-the-secret' },
  },
  'more tags than an image may have': {
    code: 'LIMIT_EXCEEDED',
    ecr: { limits: { ecr: { maxTagsPerImage: 1 } } },
    inputs: { tags: '1.0,2.0' },
  },
  'more public images than a repository may hold': {
    code: 'LIMIT_EXCEEDED',
    ecr: { limits: { 'ecr-public': { maxImagesPerRepository: 0 } } },
    inputs: { tags: PUBLIC },
  },
  'a key that is disabled': {
    code: 'KMS',
    inputs: { repository: 'team/secret' },
    prepare: ({ ecr }) => {
      const kmsKey = 'arn:aws:kms:us-east-1:012345678901:key/1';
      ecr.createRepository('team/secret', { encryption: { encryptionType: 'KMS', kmsKey } });
      ecr.breakKey(kmsKey, 'DisabledException');
      return {};
    },
  },
  'more layers than this ECR takes': {
    code: 'INVALID_PARAMETER',
    ecr: { limits: { ecr: { maxLayersPerImage: 0 } } },
  },
  'resource tags that AWS reserves': {
    code: 'INVALID_PARAMETER',
    inputs: {
      repository: 'team/new',
      'create-repository': 'true',
      'repository-settings': '{"tags": {"aws:team": "blue"}}',
    },
  },
  'layers that ECR never sees': {
    code: 'UPLOAD_FAILED',
    faults: [{ kind: 'hide-layers', operation: 'PutImage', times: ALWAYS }],
  },
  'children of an index that ECR never sees': {
    code: 'UPLOAD_FAILED',
    inputs: { layout: 'index' },
    faults: [
      {
        ...answered('PutImage', 'ReferencedImagesNotFoundException'),
        when: ({ input }) => input['imageTag'] !== undefined,
      },
    ],
  },
  'parts that are too small': {
    code: 'UPLOAD_FAILED',
    faults: [answered('CompleteLayerUpload', 'LayerPartTooSmallException')],
  },
  'a manifest that was altered in transit': {
    code: 'UPLOAD_FAILED',
    faults: [answered('PutImage', 'ImageDigestDoesNotMatchException')],
  },
  'calls that are throttled for too long': {
    code: 'THROTTLED',
    faults: [{ kind: 'throttle', operation: 'InitiateLayerUpload', times: ALWAYS }],
  },
  'a service that fails': {
    code: 'SERVER_ERROR',
    faults: [{ ...answered('InitiateLayerUpload', 'ServerException'), status: 500 } as Fault],
  },
  'a load balancer without a backend': {
    code: 'SERVER_ERROR',
    faults: [{ kind: 'http', operation: 'InitiateLayerUpload', status: 503, times: ALWAYS }],
  },
  'an endpoint that is not a URL': {
    code: 'INVALID_ENDPOINT',
    env: { AWS_ENDPOINT_URL_ECR: 'ecr.example' },
  },
  'a custom endpoint combined with FIPS': {
    code: 'INVALID_ENDPOINT',
    env: { AWS_USE_FIPS_ENDPOINT: 'true' },
  },
  'a host that does not exist': {
    code: 'HOST_NOT_FOUND',
    env: { AWS_ENDPOINT_URL_ECR: 'https://ecr.invalid' },
  },
  'a port that nobody listens on': {
    code: 'CONNECTION_REFUSED',
    env: { AWS_ENDPOINT_URL_ECR: 'http://127.0.0.1:1' },
  },
  'a connection that breaks each time': {
    code: 'CONNECTION_LOST',
    faults: [{ kind: 'reset', operation: 'UploadLayerPart', times: ALWAYS }],
  },
  // Only Linux tells the limit before it is reached.
  ...(process.platform === 'linux' && {
    'a limit for open files that is too low': {
      code: 'TOO_MANY_OPEN_FILES',
      setUp: 'ulimit -n 24',
    },
  }),
  'a certificate that is not trusted': {
    code: 'CERTIFICATE_REFUSED',
    ecr: { tls: selfSigned() },
  },
  'an endpoint that does not speak TLS': {
    code: 'INVALID_ENDPOINT',
    prepare: ({ ecr }) => ({ AWS_ENDPOINT_URL_ECR: ecr.url.replace('http:', 'https:') }),
  },
  'a proxy that requires a password': {
    code: 'PROXY_REFUSED',
    ecr: { tls: selfSigned() },
    prepare: async (step, scope) => {
      const proxy = await overTls(step, scope, { user: 'me:open-sesame' });
      return { HTTPS_PROXY: proxy.url };
    },
  },
  'a proxy that hangs up': {
    code: 'PROXY_REFUSED',
    ecr: { tls: selfSigned() },
    prepare: async (step, scope) => {
      const proxy = await overTls(step, scope, { refuse: undefined });
      return { HTTPS_PROXY: proxy.url };
    },
  },
  'an error that is unknown': {
    code: 'UNEXPECTED_RESPONSE',
    faults: [answered('PutImage', 'NovelException')],
  },
  'an immutable tag that stands for another image': {
    code: 'TAG_IS_IMMUTABLE',
    inputs: { repository: 'team/immutable' },
    prepare: async (step) => {
      step.ecr.createRepository('team/immutable', { imageTagMutability: 'IMMUTABLE' });
      await step.push({ layout: 'index', repository: 'team/immutable' });
      return {};
    },
  },
  'a layer that arrives damaged each time': {
    code: 'UPLOAD_FAILED',
    faults: [
      {
        ...answered('CompleteLayerUpload', 'InvalidLayerException'),
        when: ({ input }) => JSON.stringify(input['layerDigests']) === JSON.stringify([layer]),
      },
    ],
  },
  'one of two targets that fails': {
    code: 'TARGETS_FAILED',
    inputs: { tags: `1.0\n${PUBLIC.replace('app', 'absent')}` },
  },
  'a reference to another registry': {
    code: 'INVALID_INPUT',
    inputs: { tags: 'ghcr.io/team/app:1.0' },
  },
};

const shown = new Map<string, string>();

void describe(
  'each error is shown with its code, what happened and what to do',
  { concurrency: 3 },
  () => {
    for (const [name, given] of Object.entries(cases)) {
      test(name, async () => {
        shown.set(name, await showError(given));
      });
    }
    after(async () => {
      const sections = Object.keys(cases).map((name) => goldenSection(name, shown.get(name) ?? ''));
      const title = '# What a step prints, by cause\n';
      await assertGolden(
        new URL('errors.golden.md', import.meta.url),
        [title, ...sections].join('\n'),
      );
    });
  },
);

async function showError({
  code,
  ecr,
  faults = [],
  inputs,
  env,
  setUp,
  prepare,
}: Case): Promise<string> {
  await using scope = new AsyncDisposableStack();
  const step = scope.use(await prepareStep(ecr));
  step.ecr.createRepository(REPOSITORY_NAME, { service: 'ecr-public' });
  await writeLayoutDirectory(step.path('layout'), [image]);
  await writeLayoutDirectory(step.path('index'), [index]);
  const prepared = await prepare?.(step, scope);
  for (const fault of faults) step.ecr.fault(fault);
  const once = { AWS_MAX_ATTEMPTS: '2' };
  const run = await step.run(inputs, {
    env: { ...once, ...env, ...prepared },
    ...(setUp === undefined ? {} : { setUp }),
  });
  assert.equal(run.exitCode, 1);
  const error = shownError(run);
  assert.equal(error.code, code, error.message);
  assert.equal(error.title, ERRORS[code].means.replace(/\.$/, ''));
  return normalised(`${error.code}: ${error.message}\n${error.hint}`);
}

/** Ports and names that differ between runs and machines. */
function normalised(text: string): string {
  return (
    text
      // Both questions are asked at once, and either may be answered first.
      .replace(/: BatchGetImage: /, ': BatchCheckLayerAvailability: ')
      // One reset, noticed while reading, while writing, or between.
      .replace(
        /(ECONNRESET: (socket hang up|write ECONNRESET)|EPIPE: write EPIPE)/,
        'ECONNRESET: read ECONNRESET',
      )
      .replace(/EPROTO [0-9A-F]+:(.*):\.\.\/deps[^)]*/, 'EPROTO $1')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      // Which of the layers fails first is a matter of chance.
      .replace(/layer sha256:\w{64}/g, 'layer DIGEST')
      .replace(/\((ENOTFOUND|EAI_AGAIN): getaddrinfo \1/, '(ENOTFOUND: getaddrinfo ENOTFOUND')
      .replace(/\d{8}T\d{6}Z/g, 'TIME')
      .replace(/needs at least \d+/, 'needs at least COUNT')
  );
}

test('every error of the table is among them', () => {
  const codes = new Set(Object.values(cases).map(({ code }) => code));
  const missing = EXPLANATIONS.filter(({ code }) => !codes.has(code));
  assert.deepEqual(missing, []);
});
