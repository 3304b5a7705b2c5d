import assert from 'node:assert/strict';
import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeScratch } from '../../src/layout/scratch.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('it is in the folder that was named, and gone with all that is in it at the end', async () => {
  await using parent = await temporaryDirectory();
  {
    await using scratch = await makeScratch(parent.path);
    await writeFile(join(scratch.path, 'file'), 'content');
    assert.deepEqual(await readdir(join(parent.path, (await readdir(parent.path))[0] ?? '')), [
      'file',
    ]);
  }
  assert.deepEqual(await readdir(parent.path), []);
});

test('two are apart, in the temporary folder of the system if none is named', async () => {
  await using one = await makeScratch();
  await using other = await makeScratch();
  assert.notEqual(one.path, other.path);
  await access(one.path);
});
