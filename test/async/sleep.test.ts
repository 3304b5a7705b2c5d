import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wait } from '../../src/async/sleep.ts';

const HOUR = 3_600_000;
const reason = new Error('another target failed');

test('an abort ends the waiting with its reason', async () => {
  const stop = new AbortController();
  const waiting = wait(HOUR, stop.signal);
  stop.abort(reason);
  await assert.rejects(waiting, reason);
});

test('what was aborted before is not waited for', async () => {
  await assert.rejects(wait(HOUR, AbortSignal.abort(reason)), reason);
});

test('without an abort the waiting ends', async () => {
  await wait(1, new AbortController().signal);
});
