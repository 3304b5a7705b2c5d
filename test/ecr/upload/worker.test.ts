import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ENCODE_STEP } from '../../../src/ecr/upload/tuning.ts';
import { encodeAndHash, encodeInPlace, WORKER_DATA } from '../../../src/ecr/upload/worker.js';
import { seededBytes } from '../../support/random.ts';

const WORKER = new URL('../../../src/ecr/upload/worker.js', import.meta.url);

for (const step of [3, 6, ENCODE_STEP]) {
  for (const size of [0, 1, 2, 3, 4, step - 1, step, step + 1, 3 * step + 2]) {
    test(`${size} bytes are encoded where they stand, ${step} at a time`, () => {
      const raw = seededBytes('worker', size);
      const memory = Buffer.alloc(Math.ceil(size / 3) * 4);
      memory.set(raw, memory.byteLength - size);
      encodeInPlace(memory, size, step);
      assert.equal(memory.toString(), Buffer.from(raw).toString('base64'));
    });
  }
}

/** A body as a thread is given it, and what it must become. */
function bodyOf(size: number) {
  const raw = seededBytes('worker', size);
  const [before, after] = ['{"blob":"', '"}'];
  const expected = before + Buffer.from(raw).toString('base64') + after;
  const bytes = new Uint8Array(new SharedArrayBuffer(expected.length));
  const [start, end] = [before.length, expected.length - after.length];
  Buffer.from(bytes.buffer).write(before);
  Buffer.from(bytes.buffer).write(after, end);
  bytes.set(raw, end - size);
  const hash = createHash('sha256').update(expected).digest('hex');
  return { body: { bytes, start, end, size, step: ENCODE_STEP }, expected, hash };
}

test('what stands around a part is hashed with it, and left as it is', () => {
  const { body, expected, hash } = bodyOf(100_001);
  assert.equal(encodeAndHash(body), hash);
  assert.equal(Buffer.from(body.bytes).toString(), expected);
});

test('a thread encodes in the memory of the one that asks, and answers with the hash', async () => {
  const { body, expected, hash } = bodyOf(100_001);
  const worker = new Worker(WORKER, { workerData: WORKER_DATA });
  const answer = new Promise((resolve) => worker.once('message', resolve));
  worker.postMessage({ id: 7, body });
  assert.deepEqual(await answer, { id: 7, digest: hash });
  assert.equal(Buffer.from(body.bytes).toString(), expected);
  await worker.terminate();
});

test("a thread that is somebody else's ends at once, though it loads this file", async () => {
  const worker = new Worker(WORKER, { workerData: 'of another program' });
  assert.equal(await new Promise((resolve) => worker.once('exit', resolve)), 0);
});
