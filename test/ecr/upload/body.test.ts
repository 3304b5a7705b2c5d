import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import {
  bodySize,
  type EncodedBody,
  type Frame,
  frameOf,
  type LayerPart,
  type PartSource,
  rangeOf,
  readBody,
  ResidentBody,
  StreamedBody,
} from '../../../src/ecr/upload/body.ts';
import { CHUNK_BYTES, CHUNKS_AT_ONCE, WRITE_BYTES } from '../../../src/ecr/upload/tuning.ts';
import { encodeAndHash } from '../../../src/ecr/upload/worker.js';
import { seededBytes } from '../../support/random.ts';

const REPOSITORY = { registryId: '012345678901', repositoryName: 'team/app' };
const partOf = (size: number, firstByte = 0): LayerPart => ({
  uploadId: 'an-id',
  firstByte,
  size,
});

class Source implements PartSource {
  readonly content: Uint8Array;
  readonly reads: { readonly position: number; readonly length: number }[] = [];

  constructor(content: Uint8Array) {
    this.content = content;
  }

  get size(): number {
    return this.content.byteLength;
  }

  read(target: Uint8Array, position: number): Promise<void> {
    this.reads.push({ position, length: target.byteLength });
    target.set(this.content.subarray(position, position + target.byteLength));
    return Promise.resolve();
  }
}

/** What the body must be. */
function expected({ before, after }: Frame, bytes: Uint8Array): Buffer {
  return Buffer.from(before + Buffer.from(bytes).toString('base64') + after);
}

async function sent(body: EncodedBody): Promise<{ text: Buffer; lengths: number[] }> {
  const chunks: Buffer[] = [];
  // Copied at once: the memory may be used again.
  for await (const chunk of body.chunks()) chunks.push(Buffer.from(chunk));
  return { text: Buffer.concat(chunks), lengths: chunks.map(({ length }) => length) };
}

/** A resident body, and how often its memory was given back. */
async function resident(source: Source, part: LayerPart, frame = frameOf(REPOSITORY, part)) {
  const bytes = new Uint8Array(new SharedArrayBuffer(bodySize(frame, part.size)));
  const hash = encodeAndHash(await readBody(bytes, frame, part, source));
  let released = 0;
  const memory = {
    bytes,
    release: () => (released += 1),
    drop: () => assert.fail('nobody reads it any more'),
  };
  const body = new ResidentBody(part, frame, hash, memory);
  return { body, released: () => released };
}

const ranges = [
  { firstByte: 0, size: 1, last: 0 },
  { firstByte: 0, size: 10, last: 9 },
  { firstByte: 10, size: 1, last: 10 },
  { firstByte: 20, size: 10, last: 29 },
];

for (const { firstByte, size, last } of ranges) {
  test(`${size} bytes from ${firstByte} on are the range from ${firstByte} to ${last}, both inclusive`, () => {
    assert.deepEqual(rangeOf(partOf(size, firstByte)), {
      uploadId: 'an-id',
      partFirstByte: firstByte,
      partLastByte: last,
    });
  });
}

test('the frame has the members in the order in which the SDK writes them', () => {
  const { before, after } = frameOf(REPOSITORY, partOf(10, 20));
  assert.equal(
    `${before}${after}`,
    '{"repositoryName":"team/app","uploadId":"an-id","partFirstByte":20,"partLastByte":29,"layerPartBlob":"","registryId":"012345678901"}',
  );
});

test('a registry that is not named is not in the frame', () => {
  const { before, after } = frameOf({ ...REPOSITORY, registryId: undefined }, partOf(10));
  assert.equal(after, '"}');
  assert.deepEqual(Object.keys(JSON.parse(before + after) as object), [
    'repositoryName',
    'uploadId',
    'partFirstByte',
    'partLastByte',
    'layerPartBlob',
  ]);
});

test('names that JSON must escape are escaped, and counted in bytes', () => {
  const repository = { registryId: '"é\n', repositoryName: 'a"\\ü' };
  const part = { ...partOf(3), uploadId: '€"' };
  const frame = frameOf(repository, part);
  const text = expected(frame, new Uint8Array(3));
  assert.equal(bodySize(frame, 3), text.byteLength);
  assert.deepEqual(JSON.parse(text.toString()), {
    ...repository,
    ...rangeOf(part),
    layerPartBlob: 'AAAA',
  });
});

for (const size of [1, 2, 3, 4, 5, 6, 7, 100]) {
  test(`the body of ${size} bytes is as large as it is told to be`, () => {
    const frame = frameOf(REPOSITORY, partOf(size));
    assert.equal(bodySize(frame, size), expected(frame, new Uint8Array(size)).byteLength);
  });
}

test('the part is read once, and needs no memory of its own', async () => {
  const source = new Source(seededBytes('body', 1000));
  const part = partOf(700, 300);
  const frame = frameOf(REPOSITORY, part);
  const bytes = new Uint8Array(new SharedArrayBuffer(bodySize(frame, 700)));
  const raw = await readBody(bytes, frame, part, source);
  assert.deepEqual(source.reads, [{ position: 300, length: 700 }]);
  assert.equal(raw.bytes, bytes);
  assert.equal(raw.size, 700);
  assert.deepEqual(
    Buffer.from(bytes.slice(raw.end - 700, raw.end)),
    Buffer.from(source.content.subarray(300)),
  );
});

const sizes = [
  1,
  2,
  3,
  CHUNK_BYTES - 1,
  CHUNK_BYTES,
  CHUNK_BYTES + 1,
  CHUNKS_AT_ONCE * CHUNK_BYTES,
  (CHUNKS_AT_ONCE + 1) * CHUNK_BYTES + 1,
  WRITE_BYTES * 3,
];

for (const size of sizes) {
  const content = seededBytes('body', size + 10);
  const part = partOf(size, 10);
  const frame = frameOf(REPOSITORY, part);
  const raw = content.subarray(10);

  test(`a body of ${size} bytes in memory is what it must be, for each attempt, and decodes to its part`, async () => {
    const { body, released } = await resident(new Source(content), part);
    const text = expected(frame, raw);
    for (let attempt = 1; attempt <= 2; attempt++)
      assert((await sent(body)).text.equals(text), `attempt ${attempt}`);
    assert.equal(body.bytes, text.byteLength);
    assert.equal(body.hash, createHash('sha256').update(text).digest('hex'));
    assert(Buffer.from(await body.decode()).equals(raw));
    assert.equal(released(), 0);
  });

  test(`a body of ${size} bytes that is made while it is sent is the same, for each attempt`, async () => {
    const text = expected(frame, raw);
    const body = new StreamedBody(part, frame, 'its hash', new Source(content));
    for (let attempt = 1; attempt <= 2; attempt++)
      assert((await sent(body)).text.equals(text), `attempt ${attempt}`);
    assert.equal(body.bytes, text.byteLength);
    assert.equal(body.hash, 'its hash');
    assert(Buffer.from(await body.decode()).equals(raw));
  });
}

test('a body in memory goes in writes of one size, and without a copy', async () => {
  const { body } = await resident(new Source(seededBytes('body', 600_000)), partOf(600_000));
  const { lengths } = await sent(body);
  assert.deepEqual(
    lengths.slice(0, -1).filter((length) => length !== WRITE_BYTES),
    [],
  );
  const [first, second] = [...body.chunks()];
  assert.equal(first?.buffer, second?.buffer);
});

test('a body that is made while it is sent reads a chunk at a time', async () => {
  const source = new Source(seededBytes('body', 3 * CHUNK_BYTES));
  const body = new StreamedBody(partOf(source.size), frameOf(REPOSITORY, partOf(0)), '', source);
  await sent(body);
  assert.deepEqual(
    source.reads,
    [0, 1, 2].map((at) => ({ position: at * CHUNK_BYTES, length: CHUNK_BYTES })),
  );
});

test('as many chunks may be held as are on their way, and each stays as it is meanwhile', async () => {
  const source = new Source(seededBytes('body', 9 * CHUNK_BYTES));
  const part = partOf(source.size);
  const body = new StreamedBody(part, frameOf(REPOSITORY, part), '', source);
  const held: { chunk: Uint8Array; copy: Buffer }[] = [];
  for await (const chunk of body.chunks()) {
    held.push({ chunk, copy: Buffer.from(chunk) });
    for (const each of held.slice(-CHUNKS_AT_ONCE)) assert(each.copy.equals(each.chunk));
  }
});

test('a source that fails while a body is sent fails its chunks', async () => {
  const failure = new Error('the disk is gone');
  const source = { size: 10, read: () => Promise.reject(failure) };
  const body = new StreamedBody(partOf(10), frameOf(REPOSITORY, partOf(10)), '', source);
  await assert.rejects(sent(body), failure);
  await assert.rejects(body.decode(), failure);
});

test('memory is given back at the end, where no request reads it', async () => {
  const { body, released } = await resident(new Source(seededBytes('body', 10)), partOf(10));
  body.end();
  assert.equal(released(), 1);
});

test('memory is given back when the last request that reads it is closed, and not before the end', async () => {
  const { body, released } = await resident(new Source(seededBytes('body', 10)), partOf(10));
  const [first, second] = [new EventEmitter(), new EventEmitter()];
  body.heldBy(first);
  first.emit('close');
  assert.equal(released(), 0, 'another attempt may come');
  body.heldBy(second);
  body.end();
  assert.equal(released(), 0, 'the second still reads');
  second.emit('close');
  assert.equal(released(), 1);
});

test('memory is not given back while a failed attempt may still be writing', async () => {
  const { body, released } = await resident(new Source(seededBytes('body', 10)), partOf(10));
  const [failed, succeeded] = [new EventEmitter(), new EventEmitter()];
  body.heldBy(failed);
  body.heldBy(succeeded);
  succeeded.emit('close');
  body.end();
  assert.equal(released(), 0);
  failed.emit('close');
  assert.equal(released(), 1);
});

test('a body that is made while it is sent holds nothing', () => {
  const source = new Source(new Uint8Array(10));
  const body = new StreamedBody(partOf(10), frameOf(REPOSITORY, partOf(10)), '', source);
  body.heldBy();
  body.end();
  assert.deepEqual(source.reads, []);
});
