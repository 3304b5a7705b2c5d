import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Deadline } from '../../src/async/deadline.ts';
import { sleep } from '../../src/async/sleep.ts';

/** What keeps the process going. */
const timers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

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

test('what has ended keeps nothing waiting, and does not begin again', () => {
  const before = timers();
  const deadline = new Deadline(60_000);
  assert.equal(timers(), before + 1);
  deadline[Symbol.dispose]();
  // An answer may come before the end of the body that it answers.
  deadline.restart(60_000);
  assert.equal(timers(), before);
  assert.equal(deadline.isOver, false);
});
