import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetryErrorInfo } from '@smithy/types';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import type { Fault } from '../../local-ecr/faults.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../../support/local-registry.ts';
import { refused } from '../../support/refused.ts';

const signal = new AbortController().signal;

/** Makes one call that meets the fault; gives how often it was sent, and how it ended. */
async function initiate(fault: Fault, maxAttempts = 3) {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  ecr.fault({ ...fault, operation: 'InitiateLayerUpload' });
  const registry = openLocalRegistry(ecr, { maxAttempts });
  const ended = await registry.initiateUpload(1, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  registry.close();
  return { ended, sent: ecr.calls('InitiateLayerUpload').length };
}

const passing: Readonly<Record<string, Fault>> = {
  throttling: { kind: 'throttle' },
  'a ServerException': { kind: 'error', name: 'ServerException', status: 500 },
  'an answer of 503 that is no JSON': { kind: 'http', status: 503 },
  'an answer of 502 that is no JSON': { kind: 'http', status: 502 },
  'a connection that is reset': { kind: 'reset' },
  'a connection that is reset in the body': { kind: 'reset-in-body', afterBytes: 1 },
  'a lost answer': { kind: 'answer-lost' },
};

for (const [name, fault] of Object.entries(passing)) {
  test(`${name} is tried again`, async () => {
    assert.deepEqual(await initiate(fault), { ended: undefined, sent: 2 });
  });
}

const lasting: readonly [name: string, fault: Fault, sent: number, code: ErrorCode][] = [
  ['throttling', { kind: 'throttle' }, 3, 'THROTTLED'],
  ['a ServerException', { kind: 'error', name: 'ServerException', status: 500 }, 3, 'SERVER_ERROR'],
  ['an answer of 503 that is no JSON', { kind: 'http', status: 503 }, 3, 'SERVER_ERROR'],
  ['a connection that is reset', { kind: 'reset' }, 3, 'CONNECTION_LOST'],
  [
    'a quota that is reached',
    { kind: 'error', name: 'LimitExceededException' },
    1,
    'LIMIT_EXCEEDED',
  ],
  [
    'a refused parameter',
    { kind: 'error', name: 'InvalidParameterException' },
    1,
    'INVALID_PARAMETER',
  ],
  ['a missing permission', { kind: 'error', name: 'AccessDeniedException' }, 1, 'ACCESS_DENIED'],
];

for (const [name, fault, sent, code] of lasting) {
  test(`${name} that lasts is sent ${sent === 1 ? 'once' : `${sent} times`}, and is ${code}`, async () => {
    const result = await initiate({ ...fault, times: 100 });
    refused(code, 'InitiateLayerUpload')(result.ended);
    assert.equal(result.sent, sent);
  });
}

/** As the SDK reports a failure to its strategy. */
function failureOf(name: string): RetryErrorInfo {
  const error = Object.assign(new Error(name), { name, $metadata: {} }) as RetryErrorInfo['error'] &
    Error;
  return { error, errorType: name === 'ThrottlingException' ? 'THROTTLING' : 'TRANSIENT' };
}

test('one call that is tried again leaves the others their attempts', async () => {
  const strategy = new EcrRetryStrategy(2);
  const tokens = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const token = await strategy.acquireInitialRetryToken();
      return strategy.refreshRetryTokenForRetry(token, failureOf('TimeoutError'));
    }),
  );
  assert.ok(tokens.every((token) => token.getRetryCount() === 1));
});

test('an abort ends the waiting for another attempt', async () => {
  const stop = new AbortController();
  const strategy = new EcrRetryStrategy(8, stop.signal);
  const token = { getRetryCount: () => 6, getRetryDelay: () => 0 };
  const waiting = strategy.refreshRetryTokenForRetry(token, failureOf('ThrottlingException'));
  stop.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});

test('when there is to be no other attempt, the failure itself is thrown', async () => {
  const strategy = new EcrRetryStrategy(1);
  const token = await strategy.acquireInitialRetryToken();
  const failure = failureOf('TimeoutError');
  await assert.rejects(strategy.refreshRetryTokenForRetry(token, failure), failure.error);
});
