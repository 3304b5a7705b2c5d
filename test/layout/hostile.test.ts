import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { readLayout } from './read-layout.ts';
import { documents } from './threats/documents.ts';
import { files } from './threats/files.ts';
import { tars } from './threats/tars.ts';
import { image } from './threats/threat.ts';

for (const { threat, advisory, make, code } of [...documents, ...files, ...tars]) {
  test(`${threat}${advisory === undefined ? '' : ` (${advisory})`}: refused with ${code}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'layout');
    await make(path);
    await assert.rejects(readLayout(path), refused(code));
  });
}

test('without a threat the same image is read whole, from a directory and from a tar', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await writeLayoutDirectory(path, [image]);
  await readLayout(path);
  await writeLayoutTar(`${path}.tar`, [image]);
  await readLayout(`${path}.tar`);
});
