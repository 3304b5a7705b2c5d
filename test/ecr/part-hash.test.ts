import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { PartHash, WORKER_MIN_BYTES } from '../../src/ecr/part-hash.ts';

function sharedBytes(size: number, first = 0): Uint8Array<SharedArrayBuffer> {
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  bytes.forEach((_, at) => (bytes[at] = first + at));
  return bytes;
}

function expected(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function worker(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** Hashes until an answer comes from the worker. */
async function fromWorker(hash: PartHash, bytes: Uint8Array<SharedArrayBuffer>): Promise<string> {
  for (;;) {
    const digest = hash.sha256(bytes);
    if (typeof digest !== 'string') return digest;
    assert.equal(digest, expected(bytes), 'also before the worker is there');
    await setImmediate();
  }
}

test('small bodies are hashed here and now', () => {
  const bytes = sharedBytes(WORKER_MIN_BYTES - 1);
  assert.equal(new PartHash().sha256(bytes), expected(bytes));
});

test('large bodies are hashed by a worker, each its own', async () => {
  const hash = new PartHash();
  const bodies = Array.from({ length: 5 }, (_, at) => sharedBytes(WORKER_MIN_BYTES + at, at));
  const [first, ...others] = bodies;
  assert(first);
  assert.equal(await fromWorker(hash, first), expected(first));
  const digests = others.map((bytes) => hash.sha256(bytes));
  assert(digests.every((digest) => digest instanceof Promise));
  assert.deepEqual(await Promise.all(digests), others.map(expected));
});

test('a worker that cannot be started is done without', async () => {
  for (const file of [new URL('file:///no/such/worker.js'), worker('throw new Error()')]) {
    const hash = new PartHash(file);
    const bytes = sharedBytes(WORKER_MIN_BYTES);
    for (let round = 0; round < 50; round++) {
      assert.equal(await hash.sha256(bytes), expected(bytes));
      await setImmediate();
    }
  }
});

test('what a worker that dies had to hash is hashed here', async () => {
  const code = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => process.exit());
    parentPort.postMessage('ready');`;
  const hash = new PartHash(worker(code));
  const bytes = sharedBytes(WORKER_MIN_BYTES);
  assert.equal(await fromWorker(hash, bytes), expected(bytes));
  assert.equal(hash.sha256(bytes), expected(bytes), 'and so is all that follows');
});
