import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MapCache } from '../../src/resume/map-cache.ts';
import { MemoryCache } from './memory-cache.ts';

test('a map is saved under a key of its content, and the latest is loaded', async () => {
  const cache = new MemoryCache();
  const maps = new MapCache(cache);
  assert.equal(await maps.load(), undefined);
  for (const text of ['one', 'two', 'two']) await maps.save(Buffer.from(text));
  assert.equal(cache.entries.size, 2);
  assert.equal(Buffer.from((await maps.load()) ?? '').toString(), 'two');
});
