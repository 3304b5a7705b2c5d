import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { availableParallelism } from 'node:os';
import { Threads } from '../../../src/ecr/upload/thread.ts';
import { ENCODE_STEP, MAX_THREADS, THREAD_MIN_BYTES } from '../../../src/ecr/upload/tuning.ts';
import type { RawBody } from '../../../src/ecr/upload/body.ts';

const BEFORE = '{"layerPartBlob":"';
const AFTER = '"}';
const LARGE = THREAD_MIN_BYTES;

function content(size: number, first = 0): Buffer {
  return Buffer.alloc(size).map((_, at) => first + at) as Buffer;
}

function rawBody(raw: Buffer): RawBody {
  const start = BEFORE.length;
  const end = start + Math.ceil(raw.length / 3) * 4;
  const bytes = new Uint8Array(new SharedArrayBuffer(end + AFTER.length));
  const buffer = Buffer.from(bytes.buffer);
  buffer.write(BEFORE);
  raw.copy(buffer, end - raw.length);
  buffer.write(AFTER, end);
  return { bytes, start, end, size: raw.length, step: ENCODE_STEP };
}

function assertEncoded(body: RawBody, digest: string | undefined, raw: Buffer): void {
  const expected = BEFORE + raw.toString('base64') + AFTER;
  assert(Buffer.from(body.bytes).equals(Buffer.from(expected)), 'the body is as it should be');
  assert.equal(digest, createHash('sha256').update(expected).digest('hex'));
}

function worker(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

for (const size of [1, 2, 3, 4, 100, ENCODE_STEP - 1, ENCODE_STEP, ENCODE_STEP + 1, 100_000]) {
  test(`a body of ${size} bytes is encoded where it stands, here and now`, () => {
    const raw = content(size);
    const body = rawBody(raw);
    const digest = new Threads().encode(body);
    assert(typeof digest === 'string');
    assertEncoded(body, digest, raw);
  });
}

test('large bodies are encoded by workers', async () => {
  await using threads = new Threads();
  const raws = Array.from({ length: 5 }, (_, at) => content(LARGE + at, at));
  const bodies = raws.map(rawBody);
  const digests = bodies.map((body) => threads.encode(body));
  assert(digests.every((digest) => digest instanceof Promise));
  await Promise.all(
    bodies.map(async (body, at) =>
      assertEncoded(body, await digests[at], raws[at] ?? assert.fail()),
    ),
  );
});

/** In the place of a digest, it answers with a name of its own. */
const NAMED = worker(`
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', ({ id }) => parentPort.postMessage({ id, digest: String(threadId) }));`);

for (const maxThreads of [1, 2, 3]) {
  test(`four bodies that come at once are encoded by the ${maxThreads} threads that there may be`, async () => {
    await using threads = new Threads({ workerFile: NAMED, maxThreads });
    const bodies = Array.from({ length: 4 }, () => rawBody(content(LARGE)));
    const names = await Promise.all(bodies.map(async (body) => threads.encode(body)));
    assert.equal(new Set(names).size, maxThreads);
  });
}

test('bodies that come one after another are encoded by one thread', async () => {
  await using threads = new Threads({ workerFile: NAMED, maxThreads: 2 });
  const names: unknown[] = [];
  for (let round = 0; round < 4; round++) names.push(await threads.encode(rawBody(content(LARGE))));
  assert.equal(new Set(names).size, 1);
});

for (const [what, workerFile] of [
  ['is not there', new URL('file:///no/such/worker.js')],
  ['throws', worker('throw new Error()')],
] as const) {
  test(`a worker that ${what} is done without, once each was tried`, async () => {
    await using threads = new Threads({ workerFile, maxThreads: 2 });
    const raw = content(LARGE);
    for (let attempt = 0; attempt < 2; attempt++)
      assert.equal(await threads.encode(rawBody(raw)), undefined);
    const body = rawBody(raw);
    assertEncoded(body, await threads.encode(body), raw);
  });
}

/** It says nothing until it is told to, and then names itself. */
const SLOW = worker(`
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', ({ id }) =>
    setTimeout(() => parentPort.postMessage({ id, digest: String(threadId) }), 50));`);

test('a body goes to the thread that has least to do', async () => {
  await using threads = new Threads({ workerFile: SLOW, maxThreads: 2 });
  const names = await Promise.all(
    Array.from({ length: 4 }, async () => threads.encode(rawBody(content(LARGE)))),
  );
  const counts = [...new Set(names)].map((name) => names.filter((each) => each === name).length);
  assert.deepEqual(counts, [2, 2]);
});

test('what a worker says that is no answer is not heard', async () => {
  const babbling = worker(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id }) => {
      for (const text of ['a text', null, { id }, { digest: 'x' }, { id: 99, digest: 'x' }])
        parentPort.postMessage(text);
      parentPort.postMessage({ id, digest: 'the answer' });
    });`);
  await using threads = new Threads({ workerFile: babbling, maxThreads: 1 });
  assert.equal(await threads.encode(rawBody(content(LARGE))), 'the answer');
});

/** How many threads are started meanwhile. */
async function startedBy(threads: Threads, work: () => void): Promise<number> {
  await using _ = threads;
  let started = 0;
  const count = (): void => void (started += 1);
  process.on('worker', count);
  work();
  await setImmediate();
  process.off('worker', count);
  return started;
}

for (const [size, count] of [
  [LARGE - 1, 0],
  [LARGE, 1],
] as const) {
  test(`for a layer of ${size} bytes, ${count} threads are started ahead`, async () => {
    const threads = new Threads({ maxThreads: 2 });
    assert.equal(await startedBy(threads, () => threads.expect(size)), count);
  });
}

test('however many large layers are expected, there are no more threads than there may be', async () => {
  const threads = new Threads();
  const started = await startedBy(threads, () => {
    for (let layer = 0; layer < 10; layer++) threads.expect(LARGE);
  });
  assert.equal(started, Math.min(MAX_THREADS, availableParallelism()));
});

test('small bodies need no thread', async () => {
  const threads = new Threads();
  assert.equal(await startedBy(threads, () => void threads.encode(rawBody(content(100)))), 0);
});

test('at its end the threads are gone, and what they had under way is to be done again', async () => {
  const silent = worker(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => undefined);`);
  const threads = new Threads({ workerFile: silent, maxThreads: 1 });
  const encoded = threads.encode(rawBody(content(LARGE)));
  await threads[Symbol.asyncDispose]();
  assert.equal(await encoded, undefined);
  const raw = content(LARGE);
  const body = rawBody(raw);
  const digest = threads.encode(body);
  assert(typeof digest === 'string', 'here and now, as no thread is left');
  assertEncoded(body, digest, raw);
});
