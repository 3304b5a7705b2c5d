import assert from 'node:assert/strict';
import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAX_MAP_BYTES } from '../../src/resume/layer-map.ts';
import { MapFile } from '../../src/resume/map-file.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a map is kept in one file of the folder, and read from there', async () => {
  await using directory = await temporaryDirectory();
  const file = new MapFile(directory.path);
  assert.equal(await file.load(), undefined);
  await file.save(Buffer.from('old, and longer'));
  await file.save(Buffer.from('new'));
  assert.equal((await new MapFile(directory.path).load())?.toString(), 'new');
  assert.deepEqual(await readdir(directory.path), ['ecr-layer-push-layers.json']);
});

test('the folder is made once there is a map to keep, for its user alone', async () => {
  await using directory = await temporaryDirectory();
  const folder = join(directory.path, 'cache', 'ecr-layer-push');
  const file = new MapFile(folder);
  assert.equal(await file.load(), undefined);
  assert.deepEqual(await readdir(directory.path), []);
  await file.save(Buffer.from('new'));
  assert.equal((await file.load())?.toString(), 'new');
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
});

test('a map that cannot be read is an error', async () => {
  await using directory = await temporaryDirectory();
  const file = new MapFile(directory.path);
  await writeFile(file.name, '');
  await truncate(file.name, MAX_MAP_BYTES + 1);
  await assert.rejects(file.load(), /bytes/);
  await assert.rejects(new MapFile(file.name).load(), { code: 'ENOTDIR' });
});
