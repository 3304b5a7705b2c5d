import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { affordableConnections, countOpenFiles } from '../../../src/ecr/calls/open-files.ts';
import { refused } from '../../support/refused.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

for (const [limit, targets, connections] of [
  [43, 1, 1],
  [44, 1, 1],
  [45, 1, 2],
  [64, 1, 11],
  [64, 3, 5],
  [1024, 1, 491],
] as const) {
  test(`${limit} files with 23 of them open: ${connections} connections for each of ${targets} targets`, () => {
    assert.equal(affordableConnections({ limit, open: 23 }, targets), connections);
  });
}

for (const [limit, targets, needed] of [
  [42, 1, 43],
  [20, 1, 43],
  [43, 2, 44],
] as const) {
  test(`${limit} files with 23 of them open are too few for ${targets} targets`, () => {
    assert.throws(
      () => affordableConnections({ limit, open: 23 }, targets),
      refused('TOO_MANY_OPEN_FILES', `${limit} files`, `at least ${needed}`),
    );
  });
}

test('without a limit there is none for connections', () => {
  assert.equal(affordableConnections(undefined, 1), undefined);
});

/** A folder as the system keeps one for each process. */
async function processFolder(path: string, limit: string): Promise<void> {
  await writeFile(
    join(path, 'limits'),
    `Limit                     Soft Limit           Hard Limit           Units     
Max processes             96496                96496                processes 
Max open files            ${limit.padEnd(20)} 524288               files     
Max locked memory         8388608              8388608              bytes     
`,
  );
  for (const name of ['0', '1', '2', '17']) {
    await mkdir(join(path, 'fd', name), { recursive: true });
  }
}

for (const [limit, counted] of [
  ['1024', { limit: 1024, open: 4 }],
  ['unlimited', undefined],
] as const) {
  test(`the limit for open files is read: ${limit}`, async () => {
    await using folder = await temporaryDirectory();
    await processFolder(folder.path, limit);
    assert.deepEqual(countOpenFiles(folder.path), counted);
  });
}

test('a system that does not tell its limit counts as one without', async () => {
  await using folder = await temporaryDirectory();
  assert.equal(countOpenFiles(join(folder.path, 'absent')), undefined);
});

test(
  'this process has more files open than it was started with, and fewer than it may',
  {
    skip: process.platform !== 'linux',
  },
  () => {
    const files = countOpenFiles();
    assert.ok(files === undefined || (files.open >= 3 && files.open < files.limit));
  },
);
