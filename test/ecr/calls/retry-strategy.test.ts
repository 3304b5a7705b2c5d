import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetryErrorInfo } from '@smithy/types';
import { RETRIES, type RetryNotice } from '../../../src/async/retry.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry-strategy.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import type { Fault } from '../../local-ecr/faults.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { uploadOf } from '../../support/memory-layer.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../../support/local-registry.ts';
import { refused } from '../../support/refused.ts';

const signal = new AbortController().signal;

/** Begins an upload that meets the fault; gives how often that was sent, and how it ended. */
async function initiate(fault: Fault, maxAttempts = 3) {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  ecr.fault({ ...fault, operation: 'InitiateLayerUpload' });
  const registry = openLocalRegistry(ecr, { maxAttempts });
  const ended = await registry.uploadLayer(uploadOf(Buffer.from('layer')), signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  registry.close();
  return {
    ended,
    sent: ecr.calls('InitiateLayerUpload').length,
    retries: registry.traffic.retries,
  };
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
    assert.deepEqual(await initiate(fault), { ended: undefined, sent: 2, retries: 1 });
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
    assert.equal(result.retries, sent - 1);
  });
}

/** As the SDK reports a failure to its strategy. */
function failureOf(name: string): RetryErrorInfo {
  const error = Object.assign(new Error(name), { name, $metadata: {} }) as RetryErrorInfo['error'] &
    Error;
  return { error, errorType: name === 'ThrottlingException' ? 'THROTTLING' : 'TRANSIENT' };
}

test('one call that is tried again leaves the others their attempts', async () => {
  const strategy = new EcrRetryStrategy({ attempts: 2 });
  const tokens = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const token = await strategy.acquireInitialRetryToken();
      assert.equal(token.getRetryCount(), 0);
      return strategy.refreshRetryTokenForRetry(token, failureOf('TimeoutError'));
    }),
  );
  assert.ok(tokens.every((token) => token.getRetryCount() === 1));
  assert.ok(tokens.every((token) => token.getRetryDelay() === 0));
});

test('an abort ends the waiting for another attempt', async () => {
  const stop = new AbortController();
  const strategy = new EcrRetryStrategy({ signal: stop.signal });
  const token = await strategy.acquireInitialRetryToken();
  const hint = new Date(Date.now() + 3_600_000);
  const failure = { ...failureOf('ThrottlingException'), retryAfterHint: hint };
  const waiting = strategy.refreshRetryTokenForRetry(token, failure);
  const reason = new Error('another target failed');
  stop.abort(reason);
  await assert.rejects(waiting, reason);
});

test('when there is to be no other attempt, the failure itself is thrown', async () => {
  const strategy = new EcrRetryStrategy({ attempts: 1 });
  const token = await strategy.acquireInitialRetryToken();
  const failure = failureOf('TimeoutError');
  await assert.rejects(strategy.refreshRetryTokenForRetry(token, failure), failure.error);
});

const SKIPPED = new Error('not waited for');

/** Tells of a retry as it begins, and waits for none. */
async function noticeOf(failure: RetryErrorInfo, attempts?: number): Promise<RetryNotice> {
  const stop = new AbortController();
  let told: RetryNotice | undefined;
  const onRetry = (notice: RetryNotice): void => {
    told = notice;
    stop.abort(SKIPPED);
  };
  const strategy = new EcrRetryStrategy({ attempts, signal: stop.signal, onRetry });
  const token = await strategy.acquireInitialRetryToken();
  await assert.rejects(strategy.refreshRetryTokenForRetry(token, failure), SKIPPED);
  assert(told);
  return told;
}

for (const [error, name] of [
  ['ThrottlingException', 'throttled'],
  ['TimeoutError', 'transient'],
] as const) {
  test(`${error} is ${name} in the table, with as many attempts`, async () => {
    const notice = await noticeOf(failureOf(error));
    assert.equal(notice.name, name);
    assert.equal(notice.attempt, 2);
    assert.equal(notice.attempts, RETRIES[name].attempts);
    assert.equal((await noticeOf(failureOf(error), 3)).attempts, 3);
  });
}

test('it waits no less than AWS asks for, up to a minute', async () => {
  const inSeconds = (seconds: number): RetryErrorInfo => ({
    ...failureOf('ThrottlingException'),
    retryAfterHint: new Date(Date.now() + seconds * 1000),
  });
  const { wait } = await noticeOf(inSeconds(10));
  assert(wait > 9000 && wait <= 10_000, `${wait}`);
  assert.equal((await noticeOf(inSeconds(3600))).wait, 60_000);
  const { wait: past } = await noticeOf(inSeconds(-10));
  assert(past >= 0 && past <= RETRIES.throttled.firstWait, `${past}`);
});

const never: readonly RetryErrorInfo[] = [
  { ...failureOf('LimitExceededException'), errorType: 'THROTTLING' },
  { ...failureOf('InvalidParameterException'), errorType: 'CLIENT_ERROR' },
  { ...failureOf('SomethingNewException'), errorType: 'SERVER_ERROR' },
];

for (const failure of never) {
  test(`${(failure.error as Error).name} of the kind ${failure.errorType} is not tried again`, async () => {
    const strategy = new EcrRetryStrategy();
    const token = await strategy.acquireInitialRetryToken();
    await assert.rejects(strategy.refreshRetryTokenForRetry(token, failure), failure.error);
  });
}

test("a token of another strategy's is not tried again", async () => {
  const token = { getRetryCount: () => 0, getRetryDelay: () => 0 };
  const failure = failureOf('TimeoutError');
  const again = new EcrRetryStrategy().refreshRetryTokenForRetry(token, failure);
  await assert.rejects(again, failure.error);
});

test('a call that the push can do without is soon given up', async () => {
  const failure = failureOf('TimeoutError');
  const stop = new AbortController();
  const rows: string[] = [];
  const strategy = new EcrRetryStrategy({
    isOptional: true,
    signal: stop.signal,
    onRetry: ({ name }) => {
      rows.push(name);
      stop.abort(SKIPPED);
    },
  });
  const token = await strategy.acquireInitialRetryToken();
  await assert.rejects(strategy.refreshRetryTokenForRetry(token, failure), SKIPPED);
  assert.deepEqual(rows, ['optional']);
});
