import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetryNotice } from '../../../src/async/retry.ts';
import type { PartCalls } from '../../../src/ecr/upload/part-calls.ts';
import { look, PartRetry } from '../../../src/ecr/upload/part-retry.ts';
import { interruption } from '../../support/interruption.ts';

const { signal } = new AbortController();
const UPLOAD = { uploadId: 'an-id', size: 10 };

test('each attempt is told, with what went wrong and where', async () => {
  const notices: RetryNotice[] = [];
  const onRetry = (notice: RetryNotice): void => void notices.push(notice);
  const retry = new PartRetry('part at byte 7', { attempts: 9, onRetry });
  assert.equal(retry.attempt, 1);
  await retry.after(interruption({ why: 'ECONNRESET' }), signal);
  await retry.after(interruption({ why: 'HTTP 503' }), signal);
  assert.equal(retry.attempt, 3);
  assert.deepEqual(notices, [
    { name: 'part', attempt: 2, attempts: 9, wait: 0, why: 'part at byte 7: ECONNRESET' },
    { name: 'part', attempt: 3, attempts: 9, wait: 0, why: 'part at byte 7: HTTP 503' },
  ]);
});

for (const attempts of [1, 2, 4]) {
  test(`of ${attempts} attempts, none follows the last`, async () => {
    const retry = new PartRetry('part', { attempts });
    for (let attempt = 1; attempt < attempts; attempt++) await retry.after(interruption(), signal);
    await assert.rejects(retry.after(interruption(), signal), {
      message: `failed ${attempts} times`,
    });
  });
}

test('what a server asks to wait is waited', async () => {
  const stop = new AbortController();
  const onRetry = ({ wait }: RetryNotice): void => {
    assert.equal(wait, 5000);
    stop.abort(new Error('not waited for'));
  };
  const retry = new PartRetry('part', { onRetry });
  const waited = retry.after(interruption({ retryAfter: 5000 }), stop.signal);
  await assert.rejects(waited, /^Error: not waited for$/);
});

test('nothing is told of a part that was given up', async () => {
  const retry = new PartRetry('part', { onRetry: () => assert.fail('told') });
  const reason = new Error('given up');
  await assert.rejects(retry.after(interruption(), AbortSignal.abort(reason)), reason);
});

test('a look is made until it is answered, and counts with the attempts at the part', async () => {
  const retry = new PartRetry('part', { attempts: 5 });
  await retry.after(interruption(), signal);
  const attempts: number[] = [];
  const told = { kind: 'not-consecutive', lastValidByteReceived: 4 } as const;
  const calls: Pick<PartCalls, 'look'> = {
    look: (upload, _signal, attempt) => {
      assert.deepEqual(upload, UPLOAD);
      return Promise.resolve(attempts.push(attempt) < 3 ? interruption() : told);
    },
  };
  assert.equal(await look(calls, UPLOAD, signal, retry), told);
  assert.deepEqual(attempts, [2, 3, 4]);
});
