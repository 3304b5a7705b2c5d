import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { BlockCompressor } from '../../src/layout/block-compressor.ts';
import { type BlockFormat, GZIP, ZSTD } from '../../src/layout/block-format.ts';
import { MemoryReader } from '../../src/layout/memory-reader.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { seededBytes } from '../support/random.ts';

const { signal } = new AbortController();
const BLOCK = 1000;
const small: BlockFormat = { ...GZIP, blockBytes: BLOCK };

/** Neither random nor all alike, as files are. */
function content(size: number): Uint8Array {
  const words = Buffer.from(seededBytes('words', Math.ceil(size / 3))).toString('base64');
  return Buffer.from(`${words}${words}`.slice(0, size));
}

async function compressed(bytes: Uint8Array, format: BlockFormat, blocks: number) {
  const pieces: Uint8Array[] = [];
  const compressor = new BlockCompressor(format, blocks);
  const found = await compressor.compress(
    new MemoryReader(bytes, 'layer.tar'),
    (piece) => Promise.resolve(void pieces.push(Buffer.from(piece))),
    signal,
  );
  return { ...found, bytes: Buffer.concat(pieces) };
}

for (const size of [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 10 * BLOCK + 1]) {
  test(`${size} bytes in blocks of ${BLOCK} are compressed to what gunzip reads`, async () => {
    const bytes = content(size);
    const found = await compressed(bytes, small, 3);
    assert.deepEqual(new Uint8Array(gunzipSync(found.bytes)), new Uint8Array(bytes));
    assert.equal(found.uncompressed, digestOf(bytes));
    assert.equal(found.compressed, digestOf(found.bytes));
    assert.equal(found.size, found.bytes.byteLength);
  });
}

test('the bytes do not depend on how many blocks are compressed at once', async () => {
  const bytes = content(20 * BLOCK + 7);
  const digests = await Promise.all([1, 2, 7, 100].map((at) => compressed(bytes, small, at)));
  assert.equal(new Set(digests.map((found) => found.compressed)).size, 1);
});

/**
 * Layers would get other digests if these changed: then they would be uploaded again, and images that are the same
 * would no longer be. Where that is meant, the format's `id` must change too.
 */
const KNOWN = [
  {
    format: GZIP,
    size: 0,
    digest: 'sha256:ac73670af3abed54ac6fb4695131f4099be9fbe39d6076c5d0264a6bbdae9d83',
  },
  {
    format: GZIP,
    size: 3_000_000,
    digest: 'sha256:a5b8f7cad04afc642e87f64930ff3b709f1573c7ac1852c4d9b02b2f917264a6',
  },
  {
    format: ZSTD,
    size: 0,
    digest: 'sha256:6fb8543883dafcc2ed0934866b8b3f775231f5b0933add08bf502e9e84944cbd',
  },
  {
    format: ZSTD,
    size: 9_000_000,
    digest: 'sha256:643c61c839a5d3254ae7ffc9ff8ef4107e3ba9f565243d8c8a187a1bdfee4fd0',
  },
] as const;

for (const { format, size, digest } of KNOWN) {
  test(`${size} bytes as ${format.id} have a known digest`, async () => {
    assert.equal((await compressed(content(size), format, 4)).compressed, digest);
  });
}

test('several blobs share the room for blocks, and each comes out whole', async () => {
  const compressor = new BlockCompressor(small, 2);
  const blobs = [5, 1, 9].map((blocks) => content(blocks * BLOCK - 3));
  const found = await Promise.all(
    blobs.map(async (bytes) => {
      const pieces: Uint8Array[] = [];
      const write = (piece: Uint8Array) => Promise.resolve(void pieces.push(Buffer.from(piece)));
      await compressor.compress(new MemoryReader(bytes, 'layer.tar'), write, signal);
      return new Uint8Array(gunzipSync(Buffer.concat(pieces)));
    }),
  );
  assert.deepEqual(
    found,
    blobs.map((bytes) => new Uint8Array(bytes)),
  );
});

test('no more blocks are at work than there is room for', async () => {
  let [working, most] = [0, 0];
  const counting: BlockFormat = {
    ...small,
    async compress(block) {
      most = Math.max(most, (working += 1));
      const bytes = await small.compress(block);
      working -= 1;
      return bytes;
    },
  };
  await compressed(content(30 * BLOCK), counting, 3);
  assert.equal(most, 3);
});

test('a write that fails ends the work with its error, before all is read', async () => {
  const full = new Error('no room');
  let reads = 0;
  const bytes = content(100 * BLOCK);
  const blob = new MemoryReader(bytes, 'layer.tar');
  const counted = {
    location: blob.location,
    size: blob.size,
    read(target: Uint8Array, position: number) {
      reads += 1;
      return blob.read(target, position);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const compressor = new BlockCompressor(small, 2);
  await assert.rejects(
    compressor.compress(counted, () => Promise.reject(full), signal),
    full,
  );
  assert.ok(reads < 10, String(reads));
});

test('a read that fails ends the work with its error, and leaves room for others', async () => {
  const broken = new Error('unreadable');
  const blob = {
    location: 'layer.tar',
    size: 5 * BLOCK,
    read: (target: Uint8Array, position: number) =>
      position < 2 * BLOCK ? Promise.resolve(void target.fill(1)) : Promise.reject(broken),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const compressor = new BlockCompressor(small, 1);
  const write = () => Promise.resolve();
  await assert.rejects(compressor.compress(blob, write, signal), broken);
  await compressor.compress(new MemoryReader(content(BLOCK), 'other'), write, signal);
});

test('a compression that fails ends the work with its error', async () => {
  const broken = new Error('out of memory');
  const failing: BlockFormat = { ...small, compress: () => Promise.reject(broken) };
  await assert.rejects(compressed(content(5 * BLOCK), failing, 2), broken);
});

test('it ends with the reason of its signal', async () => {
  const cancelled = new AbortController();
  const reason = new Error('cancelled');
  const compressor = new BlockCompressor(small, 1);
  const write = (): Promise<void> => {
    cancelled.abort(reason);
    return Promise.resolve();
  };
  const blob = new MemoryReader(content(50 * BLOCK), 'layer.tar');
  await assert.rejects(compressor.compress(blob, write, cancelled.signal), reason);
});
