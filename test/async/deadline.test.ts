import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Deadline } from '../../src/async/deadline.ts';
import { sleep } from '../../src/async/sleep.ts';

test('when the time is over, the signal is aborted', async () => {
  using deadline = new Deadline(5);
  assert.equal(deadline.isOver, false);
  await once(deadline.signal, 'abort');
  assert.equal(deadline.isOver, true);
  assert.match(String(deadline.signal.reason), /not within 5 ms/);
});

test('another limit takes the place of the first', async () => {
  using deadline = new Deadline(1);
  deadline.restart(60_000);
  await sleep(20);
  assert.equal(deadline.isOver, false);
  deadline.restart(1);
  await once(deadline.signal, 'abort');
});

test('after its scope it is never over', async () => {
  const signal = ((): AbortSignal => {
    using deadline = new Deadline(1);
    return deadline.signal;
  })();
  await sleep(20);
  assert.equal(signal.aborted, false);
});
