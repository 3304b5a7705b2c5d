import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  type EncodedBody,
  type LayerPart,
  type PartSource,
  ResidentBody,
  StreamedBody,
} from '../../../src/ecr/upload/body.ts';
import { type BodyMemory, Memory } from '../../../src/ecr/upload/memory.ts';
import { PartTaker } from '../../../src/ecr/upload/take-part.ts';
import { Threads } from '../../../src/ecr/upload/thread.ts';
import { MIN_PART_SIZE, THREAD_MIN_BYTES } from '../../../src/ecr/upload/tuning.ts';
import { seededBytes } from '../../support/random.ts';

const repository = { registryId: undefined, repositoryName: 'team/app' };
const { signal } = new AbortController();
const MiB = 1024 * 1024;

/** A pace that is as the test says. */
class FixedPace {
  sent = 0;
  network: boolean;

  constructor(network: boolean) {
    this.network = network;
  }

  noteSent(): void {
    this.sent += 1;
  }

  isNetworkBound(): boolean {
    return this.network;
  }
}

/** Notes into whose memory it read. */
class Source implements PartSource {
  readonly memory: ArrayBufferLike[] = [];
  readonly size: number;
  readonly #bytes: Uint8Array | undefined;

  constructor(bytes: Uint8Array | number) {
    this.size = typeof bytes === 'number' ? bytes : bytes.byteLength;
    this.#bytes = typeof bytes === 'number' ? undefined : bytes;
  }

  read(target: Uint8Array, position: number): Promise<void> {
    this.memory.push(target.buffer);
    if (this.#bytes) target.set(this.#bytes.subarray(position, position + target.byteLength));
    return Promise.resolve();
  }
}

const partAt = (firstByte: number, size = MiB): LayerPart => ({ uploadId: 'any', firstByte, size });

/** Room for one body of a part of a MiB. */
const ROOM = 1.5 * MiB;

/** All the memory is taken. */
function fullMemory(): { memory: Memory; held: BodyMemory } {
  const memory = new Memory(ROOM);
  const held = memory.tryAcquire(ROOM);
  assert(held);
  return { memory, held };
}

async function textOf(body: EncodedBody): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('latin1');
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return (await Promise.race([promise, setImmediate(pending)])) === pending;
}

async function assertBodyOf(body: EncodedBody, raw: Uint8Array): Promise<void> {
  const text = await textOf(body);
  assert.equal(body.hash, createHash('sha256').update(text, 'latin1').digest('hex'));
  const { layerPartBlob } = JSON.parse(text) as { layerPartBlob: string };
  assert(Buffer.from(layerPartBlob, 'base64').equals(raw), 'it holds the part');
}

for (const [how, memory, kind] of [
  ['memory is to be had', () => new Memory(ROOM), ResidentBody],
  ['there is none, and the network sets the pace', () => fullMemory().memory, StreamedBody],
] as const) {
  for (const size of [1, MiB]) {
    test(`where ${how}, a part of ${size} bytes is a ${kind.name}`, async () => {
      await using parts = new PartTaker({ memory: memory(), pace: new FixedPace(true) });
      const raw = seededBytes('part', size + 10);
      const part = partAt(10, size);
      const body = await parts.take(repository, part, new Source(raw), signal);
      assert(body instanceof kind);
      assert.deepEqual(body.part, part);
      await assertBodyOf(body, raw.subarray(10));
      body.end();
      const ahead = await parts.takeAhead(repository, part, new Source(raw), signal);
      assert(ahead instanceof kind);
      await assertBodyOf(ahead, raw.subarray(10));
      ahead.end();
    });
  }
}

test('of the parts that wait for memory, that of a small layer is the first, then the one whose layer has most left', async () => {
  const { memory, held } = fullMemory();
  await using parts = new PartTaker({ memory, pace: new FixedPace(false) });
  const ready: string[] = [];
  const take = async (
    name: string,
    firstByte: number,
    layerSize: number,
    size = MIN_PART_SIZE,
  ): Promise<void> => {
    const part = partAt(firstByte * MiB, size);
    const body = await parts.take(repository, part, new Source(layerSize * MiB), signal);
    ready.push(name);
    body.end();
  };
  const all = [
    // It waits for the answer to the one before it: were it first, the two could wait for each other.
    take('the last part of a large layer', 90, 91, MiB),
    take('the one before it', 80, 91),
    take('a layer of some parts', 0, 20),
    take('a small layer', 0, 1, MiB),
    take('the middle of a large layer', 50, 91),
  ];
  held.release();
  await Promise.all(all);
  assert.deepEqual(ready, [
    'a small layer',
    'the middle of a large layer',
    'a layer of some parts',
    'the one before it',
    'the last part of a large layer',
  ]);
});

test('a part that was sent or discarded is told to the pace, and one that is encoded is not', async () => {
  const pace = new FixedPace(true);
  await using parts = new PartTaker({ memory: new Memory(ROOM), pace });
  const body = await parts.take(repository, partAt(0), new Source(MiB), signal);
  assert.equal(pace.sent, 0);
  body.end();
  assert.equal(pace.sent, 1);
});

test('a part that finds no memory while the CPU is busy waits for it', async () => {
  const { memory, held } = fullMemory();
  await using parts = new PartTaker({ memory, pace: new FixedPace(false) });
  const source = new Source(MiB);
  assert.equal(parts.takeAhead(repository, partAt(0), source, signal), undefined);
  const waiting = parts.take(repository, partAt(0), source, signal);
  assert(await isPending(waiting));
  assert.deepEqual(source.memory, [], 'nothing is read before');
  held.release();
  assert((await waiting) instanceof ResidentBody);
});

test('the waiting for memory ends with the signal', async () => {
  const { memory } = fullMemory();
  await using parts = new PartTaker({ memory, pace: new FixedPace(false) });
  const source = new Source(MiB);
  const waiting = parts.take(repository, partAt(0), source, AbortSignal.timeout(100));
  await assert.rejects(waiting, { name: 'TimeoutError' });
  assert.deepEqual(source.memory, []);
});

test('once the network sets the pace, the parts that wait for memory do without', async () => {
  const memory = new Memory(2 * ROOM);
  const pace = new FixedPace(false);
  await using parts = new PartTaker({ memory, pace });
  const sent = await parts.take(repository, partAt(0), new Source(MiB), signal);
  // It stays: no memory that one of those who wait could be given.
  const rest = memory.tryAcquire(ROOM);
  assert(rest);
  const raw = seededBytes('part', MiB);
  const waiting = [1, 2, 3].map(() => parts.take(repository, partAt(0), new Source(raw), signal));
  assert(await isPending(Promise.any(waiting)));
  pace.network = true;
  assert(await isPending(Promise.any(waiting)), 'no timer looks after it');
  sent.end();
  const bodies = await Promise.all(waiting);
  assert(bodies.some((body) => body instanceof StreamedBody));
  for (const body of bodies) await assertBodyOf(body, raw);
});

test('a part that is sent while the CPU sets the pace leaves those that wait to the memory', async () => {
  const memory = new Memory(2 * ROOM);
  const pace = new FixedPace(false);
  await using parts = new PartTaker({ memory, pace });
  const sent = await parts.take(repository, partAt(0), new Source(MiB), signal);
  const rest = memory.tryAcquire(ROOM);
  assert(rest);
  const [first, second] = [1, 2].map(() =>
    parts.take(repository, partAt(0), new Source(MiB), signal),
  );
  assert(first && second);
  sent.end();
  assert((await first) instanceof ResidentBody, 'it has the memory that came back');
  assert(await isPending(second));
  rest.release();
  assert((await second) instanceof ResidentBody);
});

test('who gives up waiting because the network sets the pace leaves its place to the others', async () => {
  const { memory, held } = fullMemory();
  const pace = new FixedPace(false);
  await using parts = new PartTaker({ memory, pace });
  const other = memory.acquire(ROOM, signal, -1);
  const waiting = parts.take(repository, partAt(0), new Source(MiB), signal);
  assert(await isPending(waiting));
  const elsewhere = new AbortController();
  const aborted = parts.take(repository, partAt(0), new Source(MiB), elsewhere.signal);
  const reason = new Error('cancelled');
  elsewhere.abort(reason);
  await assert.rejects(aborted, reason);
  held.release();
  (await waiting).end();
  await other;
});

test('a part that is discarded leaves its memory to the next', async () => {
  await using parts = new PartTaker({ memory: new Memory(ROOM), pace: new FixedPace(false) });
  const source = new Source(MiB);
  const first = await parts.take(repository, partAt(0), source, signal);
  assert.equal(
    parts.takeAhead(repository, partAt(0), source, signal),
    undefined,
    'there is room for one',
  );
  first.end();
  const second = await parts.takeAhead(repository, partAt(0), source, signal);
  second?.end();
  assert.equal(source.memory.length, 2);
  assert.equal(source.memory[0], source.memory[1]);
});

for (const [what, memory] of [
  ['in memory', () => new Memory(ROOM)],
  ['to be encoded twice', () => fullMemory().memory],
] as const) {
  test(`a part that cannot be read ${what} says so, and leaves room for others`, async () => {
    await using parts = new PartTaker({ memory: memory(), pace: new FixedPace(true) });
    const failure = new Error('unreadable');
    const unreadable = { size: MiB, read: () => Promise.reject(failure) };
    const size = 10 * MiB;
    // Twice as many as there is scratch memory for.
    for (let attempt = 1; attempt <= 2; attempt++)
      await assert.rejects(parts.take(repository, partAt(0, size), unreadable, signal), failure);
    (await parts.take(repository, partAt(0), new Source(MiB), signal)).end();
  });
}

test('memory into which a read has failed is not used again: others of its reads may be under way', async () => {
  await using parts = new PartTaker({ memory: new Memory(ROOM), pace: new FixedPace(true) });
  let into: ArrayBufferLike | undefined;
  const unreadable = {
    size: MiB,
    read: (target: Uint8Array) => {
      into = target.buffer;
      return Promise.reject(new Error('unreadable'));
    },
  };
  await assert.rejects(parts.take(repository, partAt(0), unreadable, signal), /unreadable/);
  const source = new Source(MiB);
  (await parts.take(repository, partAt(0), source, signal)).end();
  assert.notEqual(source.memory[0], into);
});

/** It damages what it was given, and is gone. */
const DYING = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ body }) => {
      body.bytes.fill(0);
      process.exit();
    });`)}`,
);

test('a part over which the worker dies is read and encoded again', async () => {
  const raw = seededBytes('part', THREAD_MIN_BYTES);
  const source = new Source(raw);
  await using parts = new PartTaker({ threads: new Threads({ workerFile: DYING }) });
  const body = await parts.take(repository, partAt(0, raw.length), source, signal);
  await assertBodyOf(body, raw);
  assert.equal(source.memory.length, 2);
  body.end();
});

test('a large layer that is expected has its thread started', async () => {
  let started = 0;
  const count = (): void => void (started += 1);
  process.on('worker', count);
  await using parts = new PartTaker();
  parts.expect(THREAD_MIN_BYTES - 1);
  await setImmediate();
  assert.equal(started, 0);
  parts.expect(THREAD_MIN_BYTES);
  await setImmediate();
  process.off('worker', count);
  assert.equal(started, 1);
});
