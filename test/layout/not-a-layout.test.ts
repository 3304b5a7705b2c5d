import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ERRORS, PushError } from '../../src/errors.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import { refused } from '../support/refused.ts';
import { tarBytes } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const tar = tarBytes([{ name: 'index.json', content: Buffer.from('{}') }]);

interface Case {
  readonly name: string;
  readonly file: string;
  readonly content: Uint8Array;
  /** What the message calls it. */
  readonly says: string;
  /** What the hint must say, with PATH for the directory's path. */
  readonly hint: string;
}

const cases: Case[] = [
  {
    name: 'a tar compressed with gzip',
    file: 'image.tar.gz',
    content: gzipSync(tar),
    says: 'compressed with gzip',
    hint: 'gunzip -c PATH/image.tar.gz > PATH/image.tar',
  },
  {
    name: 'a tar compressed with gzip that does not say so',
    file: 'image.tar',
    content: gzipSync(tar),
    says: 'compressed with gzip',
    hint: 'gunzip -c PATH/image.tar > PATH/image.tar.tar',
  },
  {
    name: 'a .tgz',
    file: "it's an image.tgz",
    content: gzipSync(tar),
    says: 'compressed with gzip',
    hint: `gunzip -c 'PATH/it'\\''s an image.tgz' > 'PATH/it'\\''s an image.tar'`,
  },
  {
    name: 'a tar compressed with zstd',
    file: 'image.tar.zst',
    content: zstdCompressSync(tar),
    says: 'compressed with zstd',
    hint: 'zstd -dc PATH/image.tar.zst > PATH/image.tar',
  },
  {
    name: 'a tar compressed with xz',
    file: 'image.tar.xz',
    content: Buffer.from('fd377a585a000004e6d6b446', 'hex'),
    says: 'compressed with xz',
    hint: 'xz -dc PATH/image.tar.xz > PATH/image.tar',
  },
  {
    name: 'a tar compressed with bzip2',
    file: 'image.tar.bz2',
    content: Buffer.from('BZh91AY&SY'),
    says: 'compressed with bzip2',
    hint: 'bunzip2 -c PATH/image.tar.bz2 > PATH/image.tar',
  },
  {
    name: 'a tar with the layout in a folder of it',
    file: 'image.tar',
    content: tarBytes([{ name: './out/index.json', content: Buffer.from('{}') }]),
    says: 'a tar that has the layout in its folder out',
    hint: 'tar -C out -cf image.tar .',
  },
  {
    name: 'a tar of something else',
    file: 'image.tar',
    content: tarBytes([{ name: 'README', content: Buffer.from('hello') }]),
    says: 'a tar without an index.json',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'an empty tar, which is zeros and nothing else',
    file: 'image.tar',
    content: tarBytes([]),
    says: 'neither a directory nor a tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'an empty file',
    file: 'x',
    content: new Uint8Array(),
    says: 'neither a directory nor a tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'a short file',
    file: 'x',
    content: Buffer.from('x'),
    says: 'neither a directory nor a tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'a file that ends within the magic number of gzip',
    file: 'x',
    content: Buffer.from([0x1f]),
    says: 'neither a directory nor a tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'a file that ends before a tar would say what it is',
    file: 'x',
    content: tar.subarray(0, 261),
    says: 'neither a directory nor a tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'any other file',
    file: 'x',
    content: Buffer.alloc(5000, 'x'),
    says: 'neither a directory nor a tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
];

for (const { name, file, content, says, hint } of cases) {
  test(`${name} is no layout: the message says what it is, and the hint what to do`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, file);
    await writeFile(path, content);
    await assert.rejects(openLayout(path), (error) => {
      refused('NOT_A_LAYOUT', path, says)(error);
      const expected = hint.replaceAll('PATH', directory.path);
      assert.ok(error instanceof PushError && error.hint.includes(expected), String(error));
      return true;
    });
  });
}
