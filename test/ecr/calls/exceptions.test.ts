import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ECRClient, InitiateLayerUploadCommand } from '@aws-sdk/client-ecr';
import { type ErrorCode, PushError } from '../../../src/errors.ts';
import {
  type CallContext,
  errorName,
  explain,
  isNotAllowed,
} from '../../../src/ecr/calls/exceptions.ts';
import { StrangeAnswer } from '../../../src/ecr/calls/strange-answer.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { PRIVATE, PUBLIC } from '../../support/call-contexts.ts';

function errorOf(name: string, properties: object = {}): Error {
  const error = new Error(`text of ${name}`);
  error.name = name;
  return Object.assign(error, properties);
}

const codes: Readonly<Record<string, ErrorCode>> = {
  RepositoryNotFoundException: 'REPOSITORY_NOT_FOUND',
  RegistryNotFoundException: 'REGISTRY_NOT_FOUND',
  UnsupportedCommandException: 'INVALID_ENDPOINT',
  AccessDeniedException: 'ACCESS_DENIED',
  CredentialsProviderError: 'NO_CREDENTIALS',
  ExpiredTokenException: 'CREDENTIALS_EXPIRED',
  UnrecognizedClientException: 'CREDENTIALS_INVALID',
  InvalidClientTokenId: 'CREDENTIALS_INVALID',
  InvalidSignatureException: 'CREDENTIALS_INVALID',
  LimitExceededException: 'LIMIT_EXCEEDED',
  KmsException: 'KMS',
  InvalidParameterException: 'INVALID_PARAMETER',
  LayersNotFoundException: 'UPLOAD_FAILED',
  ReferencedImagesNotFoundException: 'UPLOAD_FAILED',
  ThrottlingException: 'THROTTLED',
  ServerException: 'SERVER_ERROR',
  TimeoutError: 'CONNECTION_LOST',
  SomethingNewException: 'UNEXPECTED_RESPONSE',
};

for (const [name, code] of Object.entries(codes)) {
  test(`${name} is ${code}`, () => {
    const cause = errorOf(name);
    const { message, hint, ...error } = explain(cause, PRIVATE);
    assert.equal(error.code, code);
    assert.ok(message.startsWith('PutImage: '), message);
    assert.ok(message.includes(`(${name}: text of ${name})`), message);
    assert.ok(hint.length > 10);
    assert.doesNotMatch(message + hint, /[{}]/, 'every placeholder is filled in');
  });
}

for (const name of ['ThrottlingException', 'ServerException', 'ECONNRESET']) {
  test(`${name} after several attempts says how many, after one nothing of them`, () => {
    const after = (attempts: number): string =>
      explain(errorOf(name, { $metadata: { attempts } }), PRIVATE).message;
    assert.match(after(3), /, after 3 attempts \(/);
    assert.doesNotMatch(after(1), /attempts|kept/);
  });
}

const networks: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'HOST_NOT_FOUND',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  ECONNRESET: 'CONNECTION_LOST',
  EPIPE: 'CONNECTION_LOST',
  SELF_SIGNED_CERT_IN_CHAIN: 'CERTIFICATE_REFUSED',
};

for (const [code, expected] of Object.entries(networks)) {
  test(`Node's ${code} is ${expected}, whatever the error is called`, () => {
    assert.equal(explain(errorOf('Error', { code }), PRIVATE).code, expected);
  });
}

test("an error's code that says nothing leaves its name to tell", () => {
  assert.equal(errorName(errorOf('TimeoutError', { code: 'ERR_OTHER' })), 'TimeoutError');
});

const actions: readonly [name: string, context: CallContext, action: string, arn: string][] = [
  ['private', PRIVATE, 'ecr:PutImage', 'arn:aws:ecr:eu-west-1:012345678901:repository/team/app'],
  ['public', PUBLIC, 'ecr-public:PutImage', 'arn:aws:ecr-public::*:repository/app'],
  [
    'Chinese',
    { ...PRIVATE, repository: { ...PRIVATE.repository, region: 'cn-north-1' } },
    'ecr:PutImage',
    'arn:aws-cn:ecr:cn-north-1:012345678901:repository/team/app',
  ],
];

for (const [name, context, action, arn] of actions) {
  test(`a permission that is missing on a ${name} repository is named as a policy must name it`, () => {
    const { hint } = explain(errorOf('AccessDeniedException'), context);
    assert.ok(hint.includes(action) && hint.includes(arn), hint);
  });
}

test('what KMS said is shown', () => {
  const { message } = explain(errorOf('KmsException', { kmsError: 'DisabledException' }), PRIVATE);
  assert.ok(message.includes('DisabledException'), message);
});

test('what was explained already stays as it is', () => {
  const error = new PushError('BLOB_MISSING', 'a blob is missing');
  assert.equal(explain(error, PRIVATE), error);
});

test('what is no error at all is explained, too', () => {
  const { code, message, cause } = explain('thrown text', PRIVATE);
  assert.equal(code, 'UNEXPECTED_RESPONSE');
  assert.ok(message.includes('thrown text'), message);
  assert.equal(cause, 'thrown text');
});

for (const [status, code] of [
  [200, 'UNEXPECTED_RESPONSE'],
  [302, 'INVALID_ENDPOINT'],
  [400, 'INVALID_ENDPOINT'],
  [403, 'INVALID_ENDPOINT'],
  [404, 'INVALID_ENDPOINT'],
  [407, 'PROXY_REFUSED'],
  [408, 'CONNECTION_LOST'],
  [413, 'INVALID_ENDPOINT'],
  [429, 'THROTTLED'],
  [501, 'INVALID_ENDPOINT'],
  [502, 'SERVER_ERROR'],
  [505, 'INVALID_ENDPOINT'],
] as const) {
  test(`a web page with status ${status} is ${code}, and the status is shown`, () => {
    const explained = explain(new StrangeAnswer('an HTML page', status), PRIVATE);
    assert.equal(explained.code, code);
    assert.ok(explained.message.endsWith(`(HTTP ${status} with an HTML page)`), explained.message);
  });
}

test('what a server says stays on one line, and is not shown without end', () => {
  const said = `a\n::error::b\r\u2028\u001b[31mc${'x'.repeat(5000)}`;
  for (const error of [
    Object.assign(new Error(said), { name: 'ServerException' }),
    Object.assign(new Error('text'), { name: said }),
    Object.assign(new Error('text'), { name: 'KmsException', kmsError: said }),
  ]) {
    const { message } = explain(error, PRIVATE);
    assert.doesNotMatch(message, /[\p{Cc}\u2028]/u);
    assert.ok(message.length < 3000, `${message.length}`);
  }
});

test('of a host with several addresses, what happened at each is shown', () => {
  const refusals = ['connect ECONNREFUSED ::1:443', 'connect ECONNREFUSED 127.0.0.1:443'];
  const error = new AggregateError(refusals.map((text) => new Error(text)));
  const { code, message } = explain(Object.assign(error, { code: 'ECONNREFUSED' }), PRIVATE);
  assert.equal(code, 'CONNECTION_REFUSED');
  assert.ok(message.includes(refusals.join('; ')), message);
});

test('where AWS names the action and the resource, the hint names them, and not the call', () => {
  const arn = 'arn:aws:ecr:eu-west-1:012345678901:repository/other';
  const error = new Error(
    `User: arn:aws:iam::012345678901:user/me is not authorized to perform: ecr:TagResource on resource: ${arn} because no identity-based policy allows the ecr:TagResource action`,
  );
  const { hint } = explain(Object.assign(error, { name: 'AccessDeniedException' }), PRIVATE);
  assert.ok(hint.includes(`Allow ecr:TagResource on ${arn}, `), hint);
});

test('a text of several lines becomes one', () => {
  const error = Object.assign(new Error('write EPROTO 40FD:\n  wrong version\n'), {
    code: 'EPROTO',
  });
  assert.ok(explain(error, PRIVATE).message.endsWith('(EPROTO: write EPROTO 40FD: wrong version)'));
});

const places: readonly [name: string, context: CallContext, where: string][] = [
  ['private', PRIVATE, 'its name, the region (eu-west-1) and the account (012345678901)'],
  ['public', PUBLIC, 'its name and the alias (alias)'],
];

for (const [name, context, where] of places) {
  test(`a ${name} repository that is missing: what leads to it is named`, () => {
    const { hint } = explain(errorOf('RepositoryNotFoundException'), context);
    assert.ok(hint.includes(where), hint);
  });
}

test('an answer that never comes is a connection that stood still', async () => {
  await using ecr = await startLocalEcr();
  ecr.fault({ kind: 'hang' });
  const client = new ECRClient({
    endpoint: ecr.url,
    region: ecr.world.region,
    credentials: ecr.world.credentials[0],
    maxAttempts: 1,
    requestHandler: { socketTimeout: 50 },
  });
  const command = new InitiateLayerUploadCommand({ repositoryName: 'team/app' });
  await assert.rejects(client.send(command), (error) => {
    const { code, message } = explain(error, PRIVATE);
    assert.equal(code, 'CONNECTION_LOST');
    assert.match(message, /TimeoutError/);
    return true;
  });
  client.destroy();
});

for (const [name, expected] of [
  ['AccessDeniedException', true],
  ['UnknownOperationException', true],
  ['UnsupportedCommandException', true],
  ['AccessDenied', false],
  ['RepositoryNotFoundException', false],
  ['ThrottlingException', false],
] as const) {
  test(`after ${name} the push ${expected ? 'can do without the call' : 'cannot go on'}`, () => {
    assert.equal(isNotAllowed(errorOf(name)), expected);
  });
}

test('what is no error at all has the name of its type', () => {
  assert.equal(errorName('thrown text'), 'string');
  assert.equal(errorName(undefined), 'undefined');
  assert.equal(isNotAllowed('AccessDeniedException'), false);
});
