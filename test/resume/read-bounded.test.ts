import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readBounded } from '../../src/resume/read-bounded.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a file is read up to its bound', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, 'four');
  assert.equal(Buffer.from(await readBounded(path, 4)).toString(), 'four');
  await assert.rejects(readBounded(path, 3), /it has 4 bytes/);
});

test('a link, a folder, a pipe and nothing are refused', async () => {
  await using directory = await temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  await writeFile(at('file'), 'four');
  await symlink(at('file'), at('link'));
  await mkdir(at('folder'));
  await promisify(execFile)('mkfifo', [at('pipe')]);
  await assert.rejects(readBounded(at('link'), 4), { code: 'ELOOP' });
  await assert.rejects(readBounded(at('folder'), 4), /no regular file/);
  await assert.rejects(readBounded(at('pipe'), 4), /no regular file/);
  await assert.rejects(readBounded(at('none'), 4), { code: 'ENOENT' });
});
