import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryReader } from '../../src/layout/memory-reader.ts';
import { refused } from '../support/refused.ts';

test('bytes in memory are read from any position, and not beyond their end', async () => {
  await using reader = new MemoryReader(Buffer.from('0123456789'), 'somewhere');
  assert.deepEqual([reader.location, reader.size], ['somewhere', 10]);
  const part = Buffer.alloc(3);
  await reader.read(part, 7);
  assert.equal(part.toString(), '789');
  await assert.rejects(reader.read(part, 8), refused('DIGEST_MISMATCH', 'somewhere', '1 bytes'));
});
