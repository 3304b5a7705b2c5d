import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { decompress } from '../../src/layout/decompress.ts';
import { seededBytes } from '../support/random.ts';

const MIB = 1024 * 1024;

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function decompressed(bytes: Uint8Array, form: 'gzip' | 'zstd', size: number) {
  const found: Uint8Array[] = [];
  await decompress(chunksOf(bytes, size), form, (piece) => found.push(piece));
  return Buffer.concat(found);
}

const COMPRESS = { gzip: gzipSync, zstd: zstdCompressSync } as const;
const text = Buffer.from(Buffer.from(seededBytes('text', 200_000)).toString('hex'));
const zeros = Buffer.alloc(5 * MIB);

for (const form of ['gzip', 'zstd'] as const) {
  const compress = COMPRESS[form];
  for (const size of [1000, 64 * 1024, MIB]) {
    test(`${form} is decompressed, read in pieces of ${size}`, async () => {
      assert.deepEqual(await decompressed(compress(text), form, size), text);
      assert.deepEqual(await decompressed(compress(zeros), form, size), zeros);
    });

    test(`${form}: what follows the end of a stream is another one, in pieces of ${size}`, async () => {
      const parts = [text.subarray(0, 5000), new Uint8Array(), zeros, text.subarray(5000)];
      const streams = Buffer.concat(parts.map((part) => compress(part)));
      assert.deepEqual(await decompressed(streams, form, size), Buffer.concat(parts));
    });
  }

  for (const [what, bytes] of [
    ['cut short', compress(text).subarray(0, -5)],
    ['damaged', Buffer.from(compress(text)).fill(0xff, 4, 20)],
    ['followed by something else', Buffer.concat([compress(text), Buffer.from('something else')])],
  ] as const) {
    test(`${form} that is ${what} is an error of zlib`, async () => {
      await assert.rejects(
        decompressed(bytes, form, 64 * 1024),
        (error) => error instanceof Error && 'code' in error,
      );
    });
  }

  test(`${form}: what takes the bytes can end the work`, async () => {
    const enough = new Error('enough');
    let taken = 0;
    const take = (bytes: Uint8Array): void => {
      taken += bytes.byteLength;
      throw enough;
    };
    await assert.rejects(decompress(chunksOf(compress(zeros), 100), form, take), enough);
    assert.ok(taken <= MIB, String(taken));
  });

  test(`${form}: chunks that cannot be read end it with their own error`, async () => {
    const broken = new Error('unreadable');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(compress(text).subarray(0, 1000));
      throw broken;
    }
    await assert.rejects(
      decompress(failing(), form, () => undefined),
      broken,
    );
  });
}
