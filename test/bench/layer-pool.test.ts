import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { digestOf } from '../../src/oci/digest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { LayerPool } from './layer-pool.ts';

const SPEC = { seed: 'a', size: 3_000_000 };

test('a layer is a gzip of so many bytes, under its digest', async () => {
  await using directory = await temporaryDirectory();
  const { digest, size, path } = await new LayerPool(directory.path).layer(SPEC);
  const bytes = await readFile(path);
  assert.equal(bytes.length, size);
  assert.equal(digestOf(bytes), digest);
  assert.equal(gunzipSync(bytes).length, SPEC.size);
});

test('the same seed makes the same layer in another folder, another seed another one', async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const { digest } = await new LayerPool(one.path).layer(SPEC);
  const pool = new LayerPool(other.path);
  assert.equal((await pool.layer(SPEC)).digest, digest);
  assert.notEqual((await pool.layer({ ...SPEC, seed: 'b' })).digest, digest);
});

test('a layer that is in the pool is not made again, and one that was not finished is', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, `a-${SPEC.size}.partial`), 'cut off');
  const made = await new LayerPool(directory.path).layer(SPEC);
  const { mtimeMs } = await stat(made.path);
  assert.deepEqual(await new LayerPool(directory.path).layer(SPEC), made);
  assert.equal((await stat(made.path)).mtimeMs, mtimeMs);
  assert.equal(digestOf(await readFile(made.path)), made.digest);
});

test('a sparse layer has its size, and nearly nothing on disk', async () => {
  await using directory = await temporaryDirectory();
  const sparse = 8 * 1024 * 1024;
  const { digest, size, path } = await new LayerPool(directory.path).layer({ sparse });
  assert.equal(size, sparse);
  assert.equal(digest, digestOf(new Uint8Array(sparse)));
  assert.ok((await stat(path)).blocks * 512 < sparse / 2);
});

test('a layer that is asked for twice at once is made once', async () => {
  await using directory = await temporaryDirectory();
  const pool = new LayerPool(directory.path);
  const [one, other] = await Promise.all([pool.layer(SPEC), pool.layer(SPEC)]);
  assert.deepEqual(one, other);
});
