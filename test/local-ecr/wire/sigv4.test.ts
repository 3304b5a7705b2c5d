import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { LocalEcrOptions } from '../options.ts';
import { privateClient, refusal } from '../sample.ts';
import type { Refused } from '../sample.ts';
import { startLocalEcr } from '../server.ts';

/** What the SDK hands from one step to the next. */
interface WireRequest {
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** Changes a request after the SDK has signed it. */
function afterSigning(client: ECRClient, change: (request: WireRequest) => void): void {
  client.middlewareStack.add(
    (next) => (args) => {
      change(args.request as WireRequest);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', override: true },
  );
}

const KEYS = { accessKeyId: 'AKIDLOCALEXAMPLE', secretAccessKey: 'local-secret' };
const SESSION = { ...KEYS, accountId: '012345678901', sessionToken: 'session' };

const list = (client: ECRClient) => client.send(new DescribeRepositoriesCommand({}));

interface Case {
  readonly name: string;
  readonly options?: LocalEcrOptions;
  readonly credential?: typeof KEYS & { readonly sessionToken?: string };
  readonly change?: (request: WireRequest) => void;
  readonly clockOffset?: number;
  readonly error: string;
  readonly message: RegExp;
}

const INVALID_TOKEN = /^The security token included in the request is invalid\.$/;
const NO_MATCH = /^The request signature we calculated does not match the signature you provided/;

const cases: Case[] = [
  {
    name: 'an access key that it does not know',
    credential: { ...KEYS, accessKeyId: 'AKIDOTHER' },
    error: 'UnrecognizedClientException',
    message: INVALID_TOKEN,
  },
  {
    name: 'a secret that is not the key’s',
    credential: { ...KEYS, secretAccessKey: 'other' },
    error: 'InvalidSignatureException',
    message: NO_MATCH,
  },
  {
    name: 'a session without its token',
    options: { credentials: [SESSION] },
    credential: KEYS,
    error: 'UnrecognizedClientException',
    message: INVALID_TOKEN,
  },
  {
    name: 'a session with another token',
    options: { credentials: [SESSION] },
    credential: { ...KEYS, sessionToken: 'other' },
    error: 'UnrecognizedClientException',
    message: INVALID_TOKEN,
  },
  {
    name: 'a token with a key that has none',
    credential: { ...KEYS, sessionToken: 'session' },
    error: 'UnrecognizedClientException',
    message: INVALID_TOKEN,
  },
  {
    name: 'a session that has ended',
    options: { credentials: [{ ...SESSION, expired: true }] },
    credential: SESSION,
    error: 'ExpiredTokenException',
    message: /^The security token included in the request is expired$/,
  },
  {
    name: 'a request without a signature',
    change: ({ headers }) => delete headers['authorization'],
    error: 'MissingAuthenticationTokenException',
    message: /^Missing Authentication Token$/,
  },
  {
    name: 'another scheme of authorization',
    change: ({ headers }) => (headers['authorization'] = 'Basic QVdTOng='),
    error: 'IncompleteSignatureException',
    message: /AWS4-HMAC-SHA256/,
  },
  {
    name: 'a signature for another service',
    change: ({ headers }) =>
      (headers['authorization'] = headers['authorization']?.replace('/ecr/', '/s3/') ?? ''),
    error: 'InvalidSignatureException',
    message: /^Credential should be scoped to correct service: 'ecr'\.$/,
  },
  {
    name: 'a signature whose region was changed',
    change: ({ headers }) =>
      (headers['authorization'] =
        headers['authorization']?.replace('us-east-1', 'eu-west-1') ?? ''),
    error: 'InvalidSignatureException',
    message: NO_MATCH,
  },
  {
    name: 'a header that was changed after signing',
    change: ({ headers }) => (headers['amz-sdk-invocation-id'] = 'other'),
    error: 'InvalidSignatureException',
    message: NO_MATCH,
  },
  {
    name: 'an x-amz header that is not signed',
    change: ({ headers }) => (headers['x-amz-extra'] = '1'),
    error: 'InvalidSignatureException',
    message: /^'x-amz-extra' must be a signed header\.$/,
  },
  {
    name: 'another path than the one signed',
    change: (request) => (request.path = '/other'),
    error: 'InvalidSignatureException',
    message: NO_MATCH,
  },
  {
    name: 'a body that was changed after signing',
    change: (request) => (request.body = '[]'),
    error: 'InvalidSignatureException',
    message: /x-amz-content-sha256/,
  },
  {
    name: 'a body that was changed together with its hash',
    change: (request) => {
      request.body = '[]';
      request.headers['x-amz-content-sha256'] =
        '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';
    },
    error: 'InvalidSignatureException',
    message: NO_MATCH,
  },
  {
    name: 'a clock that is 16 minutes behind',
    clockOffset: -960_000,
    error: 'InvalidSignatureException',
    message:
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
  },
  {
    name: 'a clock that is 16 minutes ahead',
    clockOffset: 960_000,
    error: 'InvalidSignatureException',
    message:
      /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/,
  },
];

async function refusedCase({ options, credential, change, clockOffset }: Case): Promise<Refused> {
  await using ecr = await startLocalEcr(options);
  const client = privateClient(ecr, credential === undefined ? {} : { credential });
  client.config.systemClockOffset = clockOffset ?? 0;
  if (change !== undefined) afterSigning(client, change);
  const error = await refusal(list(client));
  assert.equal(ecr.calls()[0]?.outcome, error.name);
  return error;
}

describe('a signature is refused for', () => {
  for (const refused of cases) {
    test(refused.name, async () => {
      const { name, message } = await refusedCase(refused);
      assert.equal(name, refused.error);
      assert.match(message, refused.message);
    });
  }
});

describe('a signature is good', () => {
  test('with a session and its token', async () => {
    await using ecr = await startLocalEcr({ credentials: [SESSION] });
    assert.deepEqual((await list(privateClient(ecr))).repositories, []);
    assert.equal(ecr.env['AWS_SESSION_TOKEN'], 'session');
  });

  for (const offset of [-840_000, 840_000])
    test(`with a clock that is ${offset / 60_000} minutes off`, async () => {
      await using ecr = await startLocalEcr();
      const client = privateClient(ecr);
      client.config.systemClockOffset = offset;
      assert.deepEqual((await list(client)).repositories, []);
    });

  test('for each of several keys, in the account of each', async () => {
    const other = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'x', accountId: '000000000002' };
    await using ecr = await startLocalEcr({ credentials: [SESSION, other] });
    ecr.createRepository('mine', { accountId: '000000000002' });
    const { repositories = [] } = await list(privateClient(ecr, { credential: other }));
    assert.deepEqual(
      repositories.map(({ repositoryName, registryId }) => [repositoryName, registryId]),
      [['mine', '000000000002']],
    );
    assert.deepEqual((await list(privateClient(ecr))).repositories, []);
  });

  test('without retries of a call that was refused', async () => {
    await using ecr = await startLocalEcr();
    await refusal(list(privateClient(ecr, { credential: { ...KEYS, secretAccessKey: 'x' } })));
    assert.equal(ecr.calls().length, 1);
  });
});
