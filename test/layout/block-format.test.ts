import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import { GZIP, ZSTD } from '../../src/layout/block-format.ts';
import { decompress } from '../../src/layout/decompress.ts';
import { seededBytes } from '../support/random.ts';

/** Half of it repeats, some of it from the block before. */
const text = Buffer.from(
  `${'layer '.repeat(300)}${Buffer.from(seededBytes('x', 900)).toString('hex')}`,
);

test('gzip blocks with a head and a tail are one member, without a time, a name or a system', async () => {
  const [one, two] = [text.subarray(0, 2000), text.subarray(2000)];
  const stream = Buffer.concat([
    GZIP.head,
    await GZIP.compress({ bytes: one, before: new Uint8Array(), isLast: false }),
    await GZIP.compress({ bytes: two, before: one, isLast: true }),
    GZIP.tail({ crc32: crc32(text), size: text.byteLength }),
  ]);
  assert.deepEqual(gunzipSync(stream), text);
  assert.equal(stream.subarray(0, 10).toString('hex'), '1f8b08000000000000ff');
});

test('a gzip block refers to the end of the one before', async () => {
  const bytes = Buffer.from(seededBytes('block', 20_000));
  const alone = await GZIP.compress({ bytes, before: new Uint8Array(), isLast: true });
  const again = await GZIP.compress({ bytes, before: bytes, isLast: true });
  assert.ok(alone.byteLength > 20_000);
  assert.ok(again.byteLength < 1000, String(again.byteLength));
});

test('the size at the end of a gzip member is counted modulo 4 GiB', () => {
  const tail = Buffer.from(GZIP.tail({ crc32: 0xdeadbeef, size: 2 ** 32 + 5 }));
  assert.equal(tail.toString('hex'), 'efbeadde05000000');
});

test('zstd blocks are frames, which make one stream', async () => {
  const [one, two] = [text.subarray(0, 2000), text.subarray(2000)];
  const frames = [
    await ZSTD.compress({ bytes: one, before: new Uint8Array(), isLast: false }),
    await ZSTD.compress({ bytes: two, before: one, isLast: true }),
  ];
  const found: Uint8Array[] = [];
  await decompress(chunks(Buffer.concat(frames)), 'zstd', (bytes) => found.push(bytes));
  assert.deepEqual(Buffer.concat(found), text);
});

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
