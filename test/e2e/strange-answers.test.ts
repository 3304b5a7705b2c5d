import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/** What answers in the place of ECR, and a clock that is not ECR's. */

const NAME = 'team/app';
const image = buildImage({ seed: 'image', layers: [{ size: 3000 }] });

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layout = join(directory.path, 'layout');
await writeLayoutDirectory(layout, [image]);

function push(ecr: LocalEcr): Promise<LocalRun> {
  return runLocally(ecr, { layout, repository: NAME, tags: 'v1' });
}

const HTML = { type: 'text/html; charset=utf-8', body: '<html><body>Blocked</body></html>' };
const XML = { type: 'text/xml', body: '<?xml version="1.0"?><Error><Code>Denied</Code></Error>' };
const NONE = { type: 'text/plain', body: '' };
const LOCATION = { location: 'http://127.0.0.1:1/login' };

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As the message calls it. */
  readonly what: string;
}

/** As proxies, firewalls, other services of AWS and other servers answer. */
const answers: readonly Answer[] = [
  { status: 403, ...HTML, what: 'an HTML page' },
  { status: 404, ...HTML, what: 'an HTML page' },
  { status: 413, ...HTML, what: 'an HTML page' },
  { status: 501, ...HTML, what: 'an HTML page' },
  { status: 505, ...HTML, what: 'an HTML page' },
  { status: 403, ...XML, what: 'a body that is no JSON' },
  { status: 400, ...NONE, what: 'an empty body' },
  { status: 302, ...NONE, headers: LOCATION, what: 'an empty body' },
  { status: 403, type: 'application/json', body: '{"message":"Forbidden"}', what: 'no name' },
];

const CALLS = [
  'BatchCheckLayerAvailability',
  'InitiateLayerUpload',
  'UploadLayerPart',
  'CompleteLayerUpload',
  'PutImage',
];

for (const [at, { status, type, body, what, headers = {} }] of answers.entries()) {
  test(`HTTP ${status} with ${what} is not ECR's: told so, with the status, after one request`, async () => {
    // The matrix has all pairs.
    for (const operation of [CALLS[at % 5] ?? '', CALLS[(at + 2) % 5] ?? '']) {
      await using ecr = await startLocalEcr();
      ecr.createRepository(NAME);
      const headed = { 'content-type': type, ...headers };
      const fault = ecr.fault({
        kind: 'http',
        operation,
        status,
        headers: headed,
        body,
        times: 100,
      });
      const { error } = await push(ecr);
      refused(
        'INVALID_ENDPOINT',
        `${operation}: `,
        'is not ECR',
        `HTTP ${status} with`,
        what,
      )(error);
      assert.ok(error instanceof PushError);
      assert.match(error.hint, /proxy/);
      assert.match(error.hint, /AWS_ENDPOINT_URL/);
      assert.doesNotMatch(error.message, /attempts|longer than/);
      // Of the parts and layers that go side by side, each is sent once.
      assert.ok(fault.hits <= 2, `${operation}: ${fault.hits}`);
    }
  });
}

test('HTTP 407 is the proxy', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  ecr.fault({ kind: 'http', status: 407, headers: { 'content-type': HTML.type }, body: HTML.body });
  const { error } = await push(ecr);
  refused('PROXY_REFUSED', 'HTTP 407 with an HTML page')(error);
  assert.match(error instanceof PushError ? error.hint : '', /https-proxy/);
});

/** LocalStack's, where it does not have the service. */
test('HTTP 501 with an error that ECR has is not said to have lasted', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const message = "API for service 'ecr' not yet implemented or pro feature";
  ecr.fault({ kind: 'error', name: 'InternalFailure', message, status: 501, times: 100 });
  const { error } = await push(ecr);
  refused('INVALID_ENDPOINT', 'does not offer this call', message)(error);
  assert.equal(ecr.calls('BatchCheckLayerAvailability').length, 1);
});

/** Which calls were made, and how they ended. */
function callsOf(ecr: LocalEcr): string[] {
  return ecr
    .calls()
    .map(({ operation, outcome }) => `${operation} ${outcome}`)
    .toSorted();
}

// The SDK corrects a clock from four minutes on, and from then on marks every error as one to retry.
for (const [what, skew] of [
  ['four and a half minutes fast', 270_000],
  ['four and a half minutes slow', -270_000],
] as const) {
  test(`with a clock ${what}, a repository that is missing is asked for as often as else`, async () => {
    const asked = async (clockSkew: number): Promise<string[]> => {
      await using ecr = await startLocalEcr();
      ecr.world.clockSkew = clockSkew;
      refused('REPOSITORY_NOT_FOUND', NAME)((await push(ecr)).error);
      return callsOf(ecr);
    };
    assert.deepEqual(await asked(skew), await asked(0));
  });

  test(`with a clock ${what}, a push is the same calls`, async () => {
    const asked = async (clockSkew: number): Promise<string[]> => {
      await using ecr = await startLocalEcr();
      ecr.createRepository(NAME);
      ecr.world.clockSkew = clockSkew;
      assert.equal((await push(ecr)).error, undefined);
      return callsOf(ecr);
    };
    assert.deepEqual(await asked(skew), await asked(0));
  });
}
