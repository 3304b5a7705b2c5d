import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settlesWithin, sleep } from '../../src/async/sleep.ts';

const HOUR = 3_600_000;
const reason = new Error('another target failed');

test('an abort ends the waiting with its reason', async () => {
  const stop = new AbortController();
  const waiting = sleep(HOUR, stop.signal);
  stop.abort(reason);
  await assert.rejects(waiting, reason);
});

for (const milliseconds of [HOUR, 0]) {
  test(`what was aborted before is not waited for, if it were ${milliseconds} ms`, async () => {
    await assert.rejects(sleep(milliseconds, AbortSignal.abort(reason)), reason);
  });
}

for (const [what, signal] of [
  ['without an abort', new AbortController().signal],
  ['without a signal', undefined],
] as const) {
  test(`${what} the waiting ends, and no sooner than it should`, async () => {
    const before = performance.now();
    await sleep(20, signal);
    assert(performance.now() - before >= 19);
  });
}

for (const milliseconds of [0, -1]) {
  test(`${milliseconds} ms are not waited for`, async () => {
    let isLater = false;
    setImmediate(() => (isLater = true));
    await sleep(milliseconds, new AbortController().signal);
    assert.equal(isLater, false);
  });
}

test('whether something settles in time', async () => {
  assert.equal(await settlesWithin(Promise.resolve(), HOUR), true);
  assert.equal(await settlesWithin(new Promise(() => undefined), 1), false);
  await assert.rejects(settlesWithin(Promise.reject(reason), HOUR), reason);
});
