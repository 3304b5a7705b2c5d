import assert from 'node:assert/strict';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { GZIP } from '../../src/layout/block-format.ts';
import type { BlobReader } from '../../src/layout/layout.ts';
import { MemoryReader } from '../../src/layout/memory-reader.ts';
import { ScratchCompressor } from '../../src/layout/scratch-compressor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { seededBytes } from '../support/random.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const { signal } = new AbortController();
const [one, two] = ['one', 'two'].map((seed) => Buffer.from(seededBytes(seed, 5000))) as [
  Buffer,
  Buffer,
];

async function readAll(blob: BlobReader): Promise<Buffer> {
  await using scope = blob;
  const bytes = Buffer.alloc(scope.size);
  await scope.read(bytes, 0);
  return bytes;
}

test('blobs become files, read under the location that is given, as often as wanted', async () => {
  await using parent = await temporaryDirectory();
  await using compressor = new ScratchCompressor(GZIP, parent.path);
  const files = await Promise.all(
    [one, two].map((bytes) => compressor.compress(new MemoryReader(bytes, 'layer'), signal)),
  );
  for (const [at, bytes] of [one, two].entries()) {
    const file = files[at];
    assert.ok(file);
    assert.equal(file.uncompressed, digestOf(bytes));
    const blob = await file.open('app.tar: layer.tar');
    assert.equal(blob.location, 'app.tar: layer.tar');
    const found = await readAll(blob);
    assert.equal(digestOf(found), file.compressed);
    assert.deepEqual(gunzipSync(found), bytes);
    assert.deepEqual(await readAll(await file.open('again')), found);
  }
});

test('the folder is made for the first file, and gone at the end', async () => {
  await using parent = await temporaryDirectory();
  {
    await using compressor = new ScratchCompressor(GZIP, parent.path);
    assert.deepEqual(await readdir(parent.path), []);
    await compressor.compress(new MemoryReader(one, 'layer'), signal);
    assert.equal((await readdir(parent.path)).length, 1);
  }
  assert.deepEqual(await readdir(parent.path), []);
});

test('after a failure the folder is gone as well', async () => {
  await using parent = await temporaryDirectory();
  const reason = new Error('cancelled');
  {
    await using compressor = new ScratchCompressor(GZIP, parent.path);
    const blob = new MemoryReader(one, 'layer');
    await assert.rejects(compressor.compress(blob, AbortSignal.abort(reason)), reason);
  }
  assert.deepEqual(await readdir(parent.path), []);
});

test('a folder that cannot be made is an error that names it and says what to do', async () => {
  await using parent = await temporaryDirectory();
  const file = join(parent.path, 'file');
  await writeFile(file, '');
  await using compressor = new ScratchCompressor(GZIP, file);
  await assert.rejects(
    compressor.compress(new MemoryReader(one, 'layer'), signal),
    refused('LAYOUT_UNREADABLE', file, 'ENOTDIR'),
  );
  assert.equal((await stat(file)).size, 0);
});
