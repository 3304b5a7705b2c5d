import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeftUpload } from '../../src/resume/journal-folder.ts';
import { saveUploads } from '../../src/resume/save-uploads.ts';
import { UploadCache } from '../../src/resume/upload-cache.ts';
import { MemoryCache } from './memory-cache.ts';
import { sampleUpload } from './sample-upload.ts';

const push = 'aaa-bbb';
const upload = sampleUpload();

async function save(left: readonly LeftUpload[], cache = new MemoryCache()) {
  const infos: string[] = [];
  const debugs: string[] = [];
  await saveUploads(push, {
    folder: { read: () => Promise.resolve(left) },
    cache: new UploadCache(cache),
    run: '7-1',
    info: (line) => void infos.push(line),
    debug: (line) => void debugs.push(line),
  });
  return { cache, infos, debugs };
}

test('what the push left is saved, and said', async () => {
  const { cache, infos } = await save([
    { file: 'a', push, upload },
    { file: 'b', push: 'other-push', upload },
  ]);
  assert.deepEqual(await new UploadCache(cache).restore(push), [upload]);
  assert.deepEqual(infos, ['Kept how far 1 layer had come: the next run goes on from there']);
});

test('a push that left nothing saves nothing', async () => {
  const { cache, infos } = await save([{ file: 'b', push: 'other-push', upload }]);
  assert.equal(cache.entries.size, 0);
  assert.deepEqual(infos, []);
});

test('where nothing is saved, nothing is said', async () => {
  const cache = new MemoryCache();
  cache.isAvailable = false;
  const { infos, debugs } = await save([{ file: 'a', push, upload }], cache);
  assert.deepEqual([infos, debugs], [[], []]);
});

test('a cache that fails is a debug line', async () => {
  const cache = new MemoryCache();
  cache.error = new Error('no answer');
  const { infos, debugs } = await save([{ file: 'a', push, upload }], cache);
  assert.deepEqual(infos, []);
  assert.deepEqual(debugs, ['How far uploads had come was not kept: no answer']);
});
