import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetryName } from '../../../src/async/retry.ts';
import { noteRenewed, retryOf } from '../../../src/ecr/calls/retry-of.ts';
import { StrangeAnswer } from '../../../src/ecr/calls/strange-answer.ts';

function errorOf(name: string, properties: object = {}): Error {
  return Object.assign(new Error(`text of ${name}`), { name, ...properties });
}

function withStatus(status: number, name = 'SomethingNew'): Error {
  return errorOf(name, { $metadata: { httpStatusCode: status } });
}

const passing: readonly (readonly [what: string, error: unknown, row: RetryName])[] = [
  ['ThrottlingException', withStatus(400, 'ThrottlingException'), 'throttled'],
  ['status 429', withStatus(429), 'throttled'],
  ['ServerException', withStatus(500, 'ServerException'), 'transient'],
  ['an unknown error of status 503', withStatus(503), 'transient'],
  ['status 408', withStatus(408), 'transient'],
  ['TimeoutError', errorOf('TimeoutError'), 'transient'],
  ...[
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
    'ENETDOWN',
    'ECONNABORTED',
  ].map((code) => [code, errorOf('Error', { code }), 'transient'] as const),
  ['broken HTTP', errorOf('Error', { code: 'HPE_INVALID_CONSTANT' }), 'transient'],
  ['a host that is not found', errorOf('Error', { code: 'ENOTFOUND' }), 'notFound'],
  ['an answer of 200 that is cut', new StrangeAnswer('JSON that is cut', 200), 'transient'],
  ['a web page of status 502', new StrangeAnswer('an HTML page', 502), 'transient'],
  ["a proxy's refusal that may pass", errorOf('ProxyError', { isTransient: true }), 'transient'],
  [
    'a signature by a clock that is corrected since',
    errorOf('InvalidSignatureException', {
      $metadata: { httpStatusCode: 403, clockSkewCorrected: true },
    }),
    'clock',
  ],
];

for (const [what, error, row] of passing) {
  test(`after ${what} a call is made again, as ${row}`, () => assert.equal(retryOf(error), row));
}

const lasting: readonly [what: string, error: unknown][] = [
  ['LimitExceededException', withStatus(400, 'LimitExceededException')],
  [
    'LimitExceededException that the SDK marks',
    errorOf('LimitExceededException', { $retryable: { throttling: true } }),
  ],
  ['InvalidParameterException', withStatus(400, 'InvalidParameterException')],
  ['AccessDeniedException', withStatus(400, 'AccessDeniedException')],
  [
    'RepositoryNotFoundException, where the SDK has corrected the clock',
    errorOf('RepositoryNotFoundException', {
      $metadata: { httpStatusCode: 400, clockSkewCorrected: true },
    }),
  ],
  ['InvalidSignatureException', withStatus(403, 'InvalidSignatureException')],
  ['ExpiredTokenException', withStatus(400, 'ExpiredTokenException')],
  ['status 501', withStatus(501)],
  ['a web page of status 403', new StrangeAnswer('an HTML page', 403)],
  ['a web page of status 501', new StrangeAnswer('an HTML page', 501)],
  ['a redirect', new StrangeAnswer('an empty body', 302)],
  ["a proxy's refusal", errorOf('ProxyError', { isTransient: false })],
  ['CredentialsProviderError', errorOf('CredentialsProviderError')],
  ['an untrusted certificate', errorOf('Error', { code: 'SELF_SIGNED_CERT_IN_CHAIN' })],
  ['a bug', new TypeError('undefined is not a function')],
  ['what is no error', 'text'],
];

for (const [what, error] of lasting) {
  test(`after ${what} a call is not made again`, () => assert.equal(retryOf(error), undefined));
}

test('after ExpiredTokenException it is, if there are other keys by now', () => {
  const error = withStatus(400, 'ExpiredTokenException');
  noteRenewed(error);
  assert.equal(retryOf(error), 'credentials');
});
