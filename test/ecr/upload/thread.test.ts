import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { PartEncoder, WORKER_MIN_BYTES } from '../../../src/ecr/upload/thread.ts';
import type { RawBody } from '../../../src/ecr/upload/body.ts';
import { PartEngine } from '../../../src/ecr/upload/take-part.ts';

const BEFORE = '{"layerPartBlob":"';
const AFTER = '"}';
const LARGE = WORKER_MIN_BYTES;

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
  return { bytes, start, end, size: raw.length };
}

function assertEncoded(body: RawBody, digest: string | undefined, raw: Buffer): void {
  const expected = BEFORE + raw.toString('base64') + AFTER;
  assert(Buffer.from(body.bytes).equals(Buffer.from(expected)), 'the body is as it should be');
  assert.equal(digest, createHash('sha256').update(expected).digest('hex'));
}

function worker(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

for (const size of [1, 2, 3, 4, 100, 48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 100_000]) {
  test(`a body of ${size} bytes is encoded where it stands, here and now`, () => {
    const raw = content(size);
    const body = rawBody(raw);
    const digest = new PartEncoder().encode(body);
    assert(typeof digest === 'string');
    assertEncoded(body, digest, raw);
  });
}

test('large bodies are encoded by workers', async () => {
  const encoder = new PartEncoder();
  const raws = Array.from({ length: 5 }, (_, at) => content(LARGE + at, at));
  const bodies = raws.map(rawBody);
  const digests = bodies.map((body) => encoder.encode(body));
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
    const encoder = new PartEncoder({ workerFile: NAMED, maxThreads });
    const bodies = Array.from({ length: 4 }, () => rawBody(content(LARGE)));
    const names = await Promise.all(bodies.map(async (body) => encoder.encode(body)));
    assert.equal(new Set(names).size, maxThreads);
  });
}

test('bodies that come one after another are encoded by one thread', async () => {
  const encoder = new PartEncoder({ workerFile: NAMED, maxThreads: 2 });
  const names: unknown[] = [];
  for (let round = 0; round < 4; round++) names.push(await encoder.encode(rawBody(content(LARGE))));
  assert.equal(new Set(names).size, 1);
});

for (const [what, workerFile] of [
  ['is not there', new URL('file:///no/such/worker.js')],
  ['throws', worker('throw new Error()')],
] as const) {
  test(`a worker that ${what} is done without, once each was tried`, async () => {
    const encoder = new PartEncoder({ workerFile, maxThreads: 2 });
    const raw = content(LARGE);
    for (let attempt = 0; attempt < 2; attempt++)
      assert.equal(await encoder.encode(rawBody(raw)), undefined);
    const body = rawBody(raw);
    assertEncoded(body, await encoder.encode(body), raw);
  });
}

/** It damages what it was given, and is gone. */
const DYING = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ body }) => {
    body.bytes.fill(0);
    process.exit();
  });`;

test('a part over which the worker dies is read and encoded again', async () => {
  const raw = content(LARGE);
  const reads: Uint8Array[] = [];
  const source = {
    size: raw.length,
    read: (target: Uint8Array, position: number) => {
      reads.push(target);
      target.set(raw.subarray(position, position + target.length));
      return Promise.resolve();
    },
  };
  const engine = new PartEngine({ encoder: new PartEncoder({ workerFile: worker(DYING) }) });
  const repository = { registryId: undefined, repositoryName: 'team/app' };
  const part = { uploadId: 'an-id', firstByte: 0, size: raw.length };
  const { signal } = new AbortController();
  const encoded = await engine.prepare(repository, part, source, signal);
  const text = (await buffer(encoded.open())).toString();
  const { layerPartBlob } = JSON.parse(text) as { layerPartBlob: string };
  assert(Buffer.from(layerPartBlob, 'base64').equals(raw));
  assert.equal(encoded.bodyHash, createHash('sha256').update(text).digest('hex'));
  assert.equal(reads.length, 2);
  encoded.end();
});
