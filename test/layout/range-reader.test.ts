import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { RangeReader } from '../../src/layout/range-reader.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a range is read as a file of its own, and leaves the tar open', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'x.tar');
  await writeFile(path, 'abc0123456789xyz');
  await using handle = await open(path);
  const part = Buffer.alloc(3);
  {
    await using reader = new RangeReader(
      { handle, path, size: 16 },
      { position: 3, size: 10 },
      'x',
    );
    assert.deepEqual([reader.location, reader.size], ['x', 10]);
    await reader.read(part, 7);
    assert.equal(part.toString(), '789');
    await assert.rejects(reader.read(part, 8), refused('DIGEST_MISMATCH', 'x', '1 bytes early'));
  }
  await handle.read(part, 0, 3, 0);
  assert.equal(part.toString(), 'abc');
});
