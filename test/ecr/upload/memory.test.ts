import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type PartBuffer, PartBuffers } from '../../../src/ecr/upload/memory.ts';

const { signal } = new AbortController();

function take(buffers: PartBuffers, size: number): PartBuffer {
  const buffer = buffers.tryAcquire(size);
  assert(buffer, `there is room for ${size} bytes`);
  return buffer;
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, setImmediate(pending)])) === pending;
}

test('a buffer has the size asked for', () => {
  const buffers = new PartBuffers(100);
  for (const size of [1, 99, 100]) {
    const buffer = take(buffers, size);
    assert.equal(buffer.bytes.byteLength, size);
    buffer.release();
  }
});

test('released memory is lent again, dropped memory never', () => {
  const buffers = new PartBuffers(100);
  const first = take(buffers, 60);
  first.release();
  const second = take(buffers, 50);
  assert.equal(second.bytes.buffer, first.bytes.buffer);
  second.drop();
  assert.notEqual(take(buffers, 60).bytes.buffer, first.bytes.buffer);
});

test('two that are lent at once share no memory', () => {
  const buffers = new PartBuffers(100);
  assert.notEqual(take(buffers, 50).bytes.buffer, take(buffers, 50).bytes.buffer);
});

test('a buffer that is given back twice is lent once', () => {
  const buffers = new PartBuffers(100);
  const buffer = take(buffers, 50);
  buffer.release();
  buffer.release();
  buffer.drop();
  assert.notEqual(take(buffers, 50).bytes.buffer, take(buffers, 50).bytes.buffer);
  assert.equal(buffers.tryAcquire(1), undefined);
});

test('nothing is lent ahead beyond the budget', () => {
  const buffers = new PartBuffers(100);
  const first = take(buffers, 60);
  assert.equal(buffers.tryAcquire(41), undefined);
  take(buffers, 40);
  first.drop();
  take(buffers, 60);
});

test('free memory of other sizes is given up for what does not fit into it', () => {
  const buffers = new PartBuffers(1_000_000);
  for (const small of [take(buffers, 10), take(buffers, 10)]) small.release();
  const large = take(buffers, 1_000_000);
  assert.equal(buffers.tryAcquire(1), undefined);
  large.release();
  take(buffers, 10);
});

test('one buffer is lent also beyond the budget, for without it nothing moves', async () => {
  const buffers = new PartBuffers(100);
  const first = await buffers.acquire(500, 0, signal);
  const second = buffers.acquire(1, 0, signal);
  assert(await isPending(second));
  first.release();
  await second;
});

test('the most urgent of those who wait is served first', async () => {
  const buffers = new PartBuffers(100);
  const first = take(buffers, 100);
  const served: string[] = [];
  const wait = async (name: string, urgency: number): Promise<void> => {
    const buffer = await buffers.acquire(100, urgency, signal);
    served.push(name);
    buffer.release();
  };
  const all = [wait('2a', 2), wait('1', 1), wait('3', 3), wait('2b', 2)];
  first.release();
  await Promise.all(all);
  assert.deepEqual(served, ['3', '2a', '2b', '1']);
});

test('who waits is served in turn, and before those who only make ready', async () => {
  const buffers = new PartBuffers(100);
  const first = await buffers.acquire(80, 0, signal);
  const large = buffers.acquire(70, 0, signal);
  const small = buffers.acquire(30, 0, signal);
  assert(await isPending(small), 'though there was room for it');
  assert.equal(buffers.tryAcquire(1), undefined);
  first.drop();
  await Promise.all([large, small]);
});

test('who gives up waiting is told why, and those behind move up', async () => {
  const buffers = new PartBuffers(100);
  const first = await buffers.acquire(80, 0, signal);
  const cancelled = new AbortController();
  const large = buffers.acquire(90, 0, cancelled.signal);
  const small = buffers.acquire(20, 0, signal);
  const reason = new Error('cancelled');
  cancelled.abort(reason);
  await assert.rejects(large, reason);
  await small;
  await assert.rejects(async () => buffers.acquire(1, 0, cancelled.signal), reason);
  first.release();
});
