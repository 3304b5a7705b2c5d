import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Permit, Semaphore } from '../../src/async/semaphore.ts';

const never = new AbortController().signal;

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, setImmediate(pending)])) === pending;
}

function take(semaphore: Semaphore, weight: number): Permit {
  const permit = semaphore.tryAcquire(weight);
  assert(permit, `there is room for ${weight}`);
  return permit;
}

interface Wanted {
  readonly name: string;
  readonly weight?: number;
  readonly priority?: number;
}

/** Those who wait, and in which order they were let in; who is let in stays in. */
function queueAt(semaphore: Semaphore, wanted: readonly Wanted[]) {
  const served: string[] = [];
  const permits: Permit[] = [];
  const all = wanted.map(async ({ name, weight = 1, priority }) => {
    permits.push(await semaphore.acquire(weight, never, priority));
    served.push(name);
  });
  return { served, permits, all };
}

test('as many are let in as there is room for, and the next when one leaves', async () => {
  const semaphore = new Semaphore(2);
  const first = await semaphore.acquire(1, never);
  await semaphore.acquire(1, never);
  const third = semaphore.acquire(1, never);
  assert(await isPending(third));
  first.release();
  await third;
});

test('the heavy take the room of several', () => {
  const semaphore = new Semaphore(3);
  const heavy = take(semaphore, 2);
  assert.equal(semaphore.tryAcquire(2), undefined);
  take(semaphore, 1);
  assert.equal(semaphore.tryAcquire(1), undefined);
  heavy.release();
  take(semaphore, 2);
});

test('weights may be fractions', () => {
  const semaphore = new Semaphore(3);
  take(semaphore, 1.5);
  take(semaphore, 1.5);
  assert.equal(semaphore.tryAcquire(0.5), undefined);
});

test('what is heavier than all of it is let in alone', async () => {
  const semaphore = new Semaphore(3);
  const light = take(semaphore, 1);
  const heavy = semaphore.acquire(5, never);
  assert(await isPending(heavy), 'it is not alone yet');
  light.release();
  const permit = await heavy;
  assert.equal(semaphore.tryAcquire(0.1), undefined);
  permit.release();
  take(semaphore, 3);
});

test('room without end lets everybody in', () => {
  const semaphore = new Semaphore(Infinity);
  for (let count = 0; count < 1000; count++) take(semaphore, 1e9);
});

test('of those who wait, the most urgent is let in first; of those equally urgent, who came first', async () => {
  const semaphore = new Semaphore(1);
  const first = take(semaphore, 1);
  const { served, permits, all } = queueAt(semaphore, [
    { name: '2a', priority: 2 },
    { name: '0a' },
    { name: '1', priority: 1 },
    { name: '3', priority: 3 },
    { name: '2b', priority: 2 },
    { name: '0b' },
    { name: '-1', priority: -1 },
  ]);
  first.release();
  while (served.length < all.length) {
    await setImmediate();
    permits.at(-1)?.release();
  }
  await Promise.all(all);
  assert.deepEqual(served, ['3', '2a', '2b', '1', '0a', '0b', '-1']);
});

test('nobody overtakes the heavy who are first in line, though there is room for the light', async () => {
  const semaphore = new Semaphore(10);
  const first = take(semaphore, 8);
  const { served, all } = queueAt(semaphore, [{ name: 'heavy', weight: 7 }, { name: 'light' }]);
  assert.equal(semaphore.tryAcquire(1), undefined, 'somebody waits already');
  await setImmediate();
  assert.deepEqual(served, []);
  first.release();
  await Promise.all(all);
  assert.deepEqual(served, ['heavy', 'light']);
});

test('one that leaves makes room for as many as fit', async () => {
  const semaphore = new Semaphore(3);
  const first = take(semaphore, 3);
  const { served, permits } = queueAt(semaphore, [
    { name: 'a', weight: 2 },
    { name: 'b' },
    { name: 'c' },
  ]);
  first.release();
  await setImmediate();
  assert.deepEqual(served, ['a', 'b']);
  permits[0]?.release();
  await setImmediate();
  assert.deepEqual(served, ['a', 'b', 'c']);
});

test('room is given back once, however often it is said', () => {
  const semaphore = new Semaphore(2);
  const first = take(semaphore, 1);
  take(semaphore, 1);
  first.release();
  first.release();
  take(semaphore, 1);
  assert.equal(semaphore.tryAcquire(1), undefined);
});

test('who gives up waiting is told why, and those behind move up', async () => {
  const semaphore = new Semaphore(10);
  const first = take(semaphore, 8);
  const stop = new AbortController();
  const heavy = semaphore.acquire(9, stop.signal);
  const light = semaphore.acquire(2, never);
  assert(await isPending(light));
  const reason = new Error('stopped');
  stop.abort(reason);
  await assert.rejects(heavy, reason);
  await light;
  first.release();
  take(semaphore, 8);
});

test('who gives up in the middle of the line leaves the others as they stand', async () => {
  const semaphore = new Semaphore(1);
  const first = take(semaphore, 1);
  const stop = new AbortController();
  const second = semaphore.acquire(1, never, 2);
  const third = semaphore.acquire(1, stop.signal, 1);
  const fourth = semaphore.acquire(1, never);
  stop.abort(new Error('stopped'));
  await assert.rejects(third, /stopped/);
  first.release();
  const permit = await second;
  assert(await isPending(fourth));
  permit.release();
  await fourth;
});

test('what was aborted before gets no room, also where there is some', async () => {
  const semaphore = new Semaphore(1);
  const reason = new Error('stopped');
  await assert.rejects(semaphore.acquire(1, AbortSignal.abort(reason)), reason);
  take(semaphore, 1);
});

test('an abort by a text is told as an error', async () => {
  const aborted = AbortSignal.abort('stopped');
  await assert.rejects(new Semaphore(1).acquire(1, aborted), { name: 'Error', message: 'stopped' });
});

test('an abort after it was let in takes nothing away', async () => {
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const first = take(semaphore, 1);
  const waiting = semaphore.acquire(1, stop.signal);
  first.release();
  const second = await waiting;
  stop.abort(new Error('stopped'));
  assert.equal(semaphore.tryAcquire(1), undefined);
  second.release();
  take(semaphore, 1);
});

test('two that share it take turns, and are no more at once than there is room for', async () => {
  const semaphore = new Semaphore(2);
  let atOnce = 0;
  let peak = 0;
  const turns: string[] = [];
  const worker = async (name: string): Promise<void> => {
    for (let turn = 1; turn <= 3; turn++) {
      const room = await semaphore.acquire(2, never);
      peak = Math.max(peak, (atOnce += 1));
      turns.push(name + turn.toString());
      await setImmediate();
      atOnce -= 1;
      room.release();
    }
  };
  await Promise.all([worker('a'), worker('b')]);
  assert.equal(peak, 1);
  assert.deepEqual(turns, ['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('who is let in takes more at once, before the next is let in', async () => {
  const semaphore = new Semaphore(3);
  const all = await semaphore.acquire(3, never);
  const greedy = semaphore.acquireFor(
    (permit) => {
      permit.resize(3);
      return permit;
    },
    1,
    never,
  );
  const next = semaphore.acquire(1, never);
  all.release();
  const taken = await greedy;
  assert.equal(semaphore.tryAcquire(1), undefined);
  taken.resize(2);
  (await next).release();
});

test('of those who wait with one signal, an abort lets none in', async () => {
  const semaphore = new Semaphore(1);
  const first = take(semaphore, 1);
  const stop = new AbortController();
  const waiting = [9, 1, 1].map((weight) => semaphore.acquire(weight, stop.signal));
  const last = semaphore.acquire(1, never);
  stop.abort(new Error('stopped'));
  first.release();
  const outcomes = await Promise.allSettled(waiting);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  (await last).release();
});

test('where what room is used for fails, the room is free again, and the one who waited is told', async () => {
  const semaphore = new Semaphore(1);
  const first = take(semaphore, 1);
  const failing = semaphore.acquireFor(
    () => {
      throw new Error('no memory');
    },
    1,
    never,
  );
  first.release();
  await assert.rejects(failing, /no memory/);
  take(semaphore, 1);
});

test('it is wanted as long as somebody waits', async () => {
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const first = await semaphore.acquire(1, stop.signal);
  assert.equal(semaphore.isWanted, false);
  const second = semaphore.acquire(1, stop.signal);
  assert.equal(semaphore.isWanted, true);
  first.release();
  assert.equal(semaphore.isWanted, false);
  (await second).release();
});
