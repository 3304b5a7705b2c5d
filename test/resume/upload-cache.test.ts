import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UploadCache } from '../../src/resume/upload-cache.ts';
import { MemoryCache } from './memory-cache.ts';
import { sampleUpload } from './sample-upload.ts';

const push = 'aaa-bbb';
const upload = sampleUpload();
const further = sampleUpload({ nextByte: upload.nextByte + 1 });

test('what the last run of a push left is restored', async () => {
  const uploads = new UploadCache(new MemoryCache());
  assert.deepEqual(await uploads.restore(push), []);
  assert.equal(await uploads.save({ push, uploads: [upload] }, '1-1'), true);
  assert.equal(await uploads.save({ push, uploads: [further] }, '1-2'), true);
  assert.deepEqual(await uploads.restore(push), [further]);
});

test('two steps of one run save what each left', async () => {
  const cache = new MemoryCache();
  const uploads = new UploadCache(cache);
  await uploads.save({ push, uploads: [upload] }, '1-1');
  await uploads.save({ push, uploads: [further] }, '1-1');
  assert.equal(cache.entries.size, 2);
});

test('what another image left in the same repositories is restored, after the own', async () => {
  const uploads = new UploadCache(new MemoryCache());
  await uploads.save({ push, uploads: [upload] }, '1-1');
  await uploads.save({ push: 'aaa-ccc', uploads: [further] }, '2-1');
  assert.deepEqual(await uploads.restore(push), [upload]);
  assert.deepEqual(await uploads.restore('aaa-ddd'), [further]);
  assert.deepEqual(await uploads.restore('bbb-bbb'), []);
});

test('what is in the cache is not trusted', async () => {
  const cache = new MemoryCache();
  const uploads = new UploadCache(cache);
  await uploads.save({ push, uploads: [upload] }, '1-1');
  for (const key of cache.entries.keys()) cache.entries.set(key, Buffer.from('garbage'));
  await assert.rejects(uploads.restore(push), /the cache of GitHub Actions is not valid JSON/);
});
