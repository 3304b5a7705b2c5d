import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type BodyMemory, Memory } from '../../../src/ecr/upload/memory.ts';
import { CAPACITY_STEP, PART_MEMORY } from '../../../src/ecr/upload/tuning.ts';

const { signal } = new AbortController();
const KiB = 1024;
const MiB = 1024 * KiB;

function take(memory: Memory, size: number): BodyMemory {
  const taken = memory.tryAcquire(size);
  assert(taken, `there is room for ${size} bytes`);
  return taken;
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, setImmediate(pending)])) === pending;
}

test('there are as many bytes as were asked for', () => {
  const memory = new Memory(MiB);
  for (const size of [1, CAPACITY_STEP - 1, CAPACITY_STEP, CAPACITY_STEP + 1, MiB]) {
    const taken = take(memory, size);
    assert.equal(taken.bytes.byteLength, size);
    taken.release();
  }
});

test('a thread can read them in place', () => {
  assert(take(new Memory(MiB), 1).bytes.buffer instanceof SharedArrayBuffer);
});

for (const [size, capacity] of [
  [1, 4 * KiB],
  [4 * KiB, 4 * KiB],
  [4 * KiB + 1, 8 * KiB],
  [MiB, MiB],
] as const) {
  test(`for ${size} bytes it takes ${capacity}, so that a body a little larger fits in, too`, () => {
    assert.equal(take(new Memory(MiB), size).bytes.buffer.byteLength, capacity);
  });
}

test('released memory is lent again, dropped memory never', () => {
  const memory = new Memory(MiB);
  const first = take(memory, 600 * KiB);
  first.release();
  const second = take(memory, 500 * KiB);
  assert.equal(second.bytes.buffer, first.bytes.buffer);
  assert.equal(second.bytes.byteLength, 500 * KiB);
  second.drop();
  assert.notEqual(take(memory, 600 * KiB).bytes.buffer, first.bytes.buffer);
});

test('memory is used again for a body that is a little larger than the one before', () => {
  const memory = new Memory(MiB);
  const first = take(memory, 509 * KiB);
  first.release();
  assert.equal(take(memory, 512 * KiB).bytes.buffer, first.bytes.buffer);
});

test('memory that is larger than the body counts in full, so that no more is lent than there is', () => {
  const memory = new Memory(8 * MiB);
  const large = take(memory, 7 * MiB);
  large.release();
  assert.equal(take(memory, MiB).bytes.buffer, large.bytes.buffer);
  assert.equal(memory.tryAcquire(2 * MiB), undefined);
  take(memory, MiB);
});

test('of two that wait, the one that is lent larger memory leaves the other waiting', async () => {
  const memory = new Memory(3 * MiB);
  const large = take(memory, 3 * MiB);
  const waiting = [MiB, MiB].map((size) => memory.acquire(size, signal, 0));
  large.release();
  const [first, second] = waiting;
  assert.equal((await first)?.bytes.buffer, large.bytes.buffer);
  assert(second && (await isPending(second)));
  (await first)?.release();
  assert.equal((await second).bytes.buffer, large.bytes.buffer);
});

test('of what is free, the smallest that fits is used', () => {
  const memory = new Memory(8 * MiB);
  const [large, small] = [take(memory, 2 * MiB), take(memory, MiB)];
  for (const each of [large, small]) each.release();
  assert.equal(take(memory, MiB).bytes.buffer, small.bytes.buffer);
  assert.equal(take(memory, MiB).bytes.buffer, large.bytes.buffer);
});

test('two that are lent at once share no memory', () => {
  const memory = new Memory(MiB);
  assert.notEqual(take(memory, 512 * KiB).bytes.buffer, take(memory, 512 * KiB).bytes.buffer);
});

test('memory that is given back twice is lent once', () => {
  const memory = new Memory(MiB);
  const first = take(memory, 512 * KiB);
  first.release();
  first.release();
  first.drop();
  assert.notEqual(take(memory, 512 * KiB).bytes.buffer, take(memory, 512 * KiB).bytes.buffer);
  assert.equal(memory.tryAcquire(1), undefined);
});

test('nothing is lent ahead beyond the budget', () => {
  const memory = new Memory(MiB);
  const first = take(memory, 640 * KiB);
  assert.equal(memory.tryAcquire(384 * KiB + 1), undefined);
  take(memory, 384 * KiB);
  first.drop();
  take(memory, 640 * KiB);
});

test('free memory of other sizes is given up for what does not fit into it', () => {
  const memory = new Memory(MiB);
  const small = [take(memory, 64 * KiB), take(memory, 64 * KiB)];
  for (const each of small) each.release();
  const large = take(memory, MiB);
  assert.equal(memory.tryAcquire(1), undefined);
  large.release();
  const again = take(memory, 64 * KiB).bytes.buffer;
  assert(small.every(({ bytes }) => bytes.buffer !== again));
});

test('one body is granted also beyond the budget, for without it nothing moves', async () => {
  const memory = new Memory(MiB);
  const first = await memory.acquire(5 * MiB, signal, 0);
  const second = memory.acquire(1, signal, 0);
  assert(await isPending(second));
  first.release();
  await second;
});

test('the most urgent of those who wait is served first', async () => {
  const memory = new Memory(MiB);
  const first = take(memory, MiB);
  const served: string[] = [];
  const wait = async (name: string, urgency: number): Promise<void> => {
    const taken = await memory.acquire(MiB, signal, urgency);
    served.push(name);
    taken.release();
  };
  const all = [wait('2a', 2), wait('1', 1), wait('3', 3), wait('2b', 2)];
  first.release();
  await Promise.all(all);
  assert.deepEqual(served, ['3', '2a', '2b', '1']);
});

test('who waits is served in turn, and before those who only make ready', async () => {
  const memory = new Memory(10 * MiB);
  const first = await memory.acquire(8 * MiB, signal, 0);
  const large = memory.acquire(7 * MiB, signal, 0);
  const small = memory.acquire(2 * MiB, signal, 0);
  assert(await isPending(small), 'though there was room for it');
  assert.equal(memory.tryAcquire(1), undefined);
  first.drop();
  await Promise.all([large, small]);
});

test('who gives up waiting is told why, and those behind move up', async () => {
  const memory = new Memory(10 * MiB);
  const first = await memory.acquire(8 * MiB, signal, 0);
  const cancelled = new AbortController();
  const large = memory.acquire(9 * MiB, cancelled.signal, 0);
  const small = memory.acquire(2 * MiB, signal, 0);
  const reason = new Error('cancelled');
  cancelled.abort(reason);
  await assert.rejects(large, reason);
  await small;
  await assert.rejects(async () => memory.acquire(1, cancelled.signal, 0), reason);
  first.release();
});

test('three bodies of the usual part size are held at once, and no fourth', () => {
  const memory = new Memory();
  const body = Math.ceil((10 * MiB) / 3) * 4 + 300;
  for (let count = 0; count < 3; count++) take(memory, body);
  assert.equal(memory.tryAcquire(body), undefined);
  assert(3 * body <= PART_MEMORY);
});

test('what is lent and what is free never take more than the budget together', () => {
  const memory = new Memory(4 * MiB);
  const large = [take(memory, 2 * MiB), take(memory, 2 * MiB)];
  for (const each of large) each.release();
  // Each of these is lent what a body twice as large has left.
  const lent = [take(memory, MiB), take(memory, MiB), memory.tryAcquire(2 * MiB)];
  const buffers = new Set(lent.flatMap((each) => (each ? [each.bytes.buffer] : [])));
  const bytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert(bytes <= 4 * MiB, `${bytes / MiB} MiB of 4`);
});
