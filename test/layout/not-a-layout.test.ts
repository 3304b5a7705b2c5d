import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ERRORS, PushError } from '../../src/errors.ts';
import { refuseForeignFile } from '../../src/layout/not-a-layout.ts';
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
    name: 'a tar compressed with lz4',
    file: 'image.tar.lz4',
    content: Buffer.from('04224d18644070b9', 'hex'),
    says: 'compressed with lz4',
    hint: 'lz4 -dc PATH/image.tar.lz4 > PATH/image.tar',
  },
  {
    name: 'a tar compressed with xz that does not say so',
    file: 'image.tar',
    content: Buffer.from('fd377a585a000004e6d6b446', 'hex'),
    says: 'compressed with xz',
    hint: 'xz -dc PATH/image.tar > PATH/image.tar.tar',
  },
  {
    name: 'a .txz',
    file: "it's an image.txz",
    content: Buffer.from('fd377a585a000004e6d6b446', 'hex'),
    says: 'compressed with xz',
    hint: `xz -dc 'PATH/it'\\''s an image.txz' > 'PATH/it'\\''s an image.tar'`,
  },
  {
    name: 'something else compressed with gzip',
    file: 'image.tar.gz',
    content: gzipSync('hello'),
    says: 'compressed with gzip, but holds no tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'something else compressed with zstd',
    file: 'image.tar.zst',
    content: zstdCompressSync(Buffer.alloc(2000, 'x')),
    says: 'compressed with zstd, but holds no tar',
    hint: ERRORS.NOT_A_LAYOUT.hint,
  },
  {
    name: 'a zip file, as an artifact is downloaded by hand',
    file: 'image.zip',
    content: Buffer.from('504b0304140008000800', 'hex'),
    says: 'a zip file',
    hint: 'unzip -d image PATH/image.zip',
  },
  {
    name: 'the index.json of a layout',
    file: 'index.json',
    content: Buffer.from('{}'),
    says: 'one file of a layout',
    hint: 'Set the input layout to PATH.',
  },
  {
    name: 'a tar with the layout in a folder of it',
    file: 'image.tar',
    content: tarBytes([{ name: './out/index.json', content: Buffer.from('{}') }]),
    says: 'a tar that has the layout in its folder out',
    hint: 'tar -C out -cf image.tar .',
  },
  {
    name: 'a tar with the layout several folders down',
    file: 'image.tar',
    content: tarBytes(
      ['home/me/my out/index.json', 'home/me/my out/blobs/x/index.json'].map((name) => ({ name })),
    ),
    says: "a tar that has the layout in its folder 'home/me/my out'",
    hint: "tar -C 'home/me/my out' -cf image.tar .",
  },
  {
    name: 'a tar of the tar of a layout',
    file: 'image.tar',
    content: tarBytes([{ name: 'README' }, { name: './out/image.tar' }]),
    says: 'a tar that holds the tar out/image.tar',
    hint: 'tar -xf PATH/image.tar out/image.tar',
  },
  {
    name: 'a tar of what skopeo writes as dir:',
    file: 'image.tar',
    content: tarBytes([{ name: './version' }, { name: './manifest.json' }]),
    says: 'a tar of a directory of skopeo\'s "dir:" transport',
    hint: 'tar -C unpacked -xf PATH/image.tar && skopeo copy dir:unpacked oci:',
  },
  {
    name: 'what docker save wrote before Docker 1.10',
    file: 'image.tar',
    content: tarBytes(
      [`${'a'.repeat(64)}/json`, `${'a'.repeat(64)}/layer.tar`, 'repositories'].map((name) => ({
        name,
      })),
    ),
    says: 'an archive of "docker save" before Docker 1.10',
    hint: 'docker load --input PATH/image.tar && skopeo copy docker-daemon:NAME:TAG oci:image:latest',
  },
  {
    name: 'what docker export writes',
    file: 'image.tar',
    content: tarBytes(['bin/sh', 'etc/passwd', 'usr/bin/env'].map((name) => ({ name }))),
    says: 'a tar of a root file system (rootfs), as "docker export" writes it',
    hint: '"docker save"',
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

for (const [path, layout] of [
  [`D:\\a\\image\\blobs\\sha256\\${'a'.repeat(64)}`, 'D:\\a\\image'],
  ['D:\\a\\image\\index.json', 'D:\\a\\image'],
  [`image/blobs\\sha256/${'a'.repeat(64)}`, 'image'],
] as const) {
  test(`on Windows, ${path} is one file of the layout ${layout}`, () => {
    assert.throws(
      () => refuseForeignFile(path, Buffer.from('{}'), win32),
      (error) => {
        assert.ok(error instanceof PushError);
        assert.ok(error.hint.includes(layout), error.hint);
        return true;
      },
    );
  });
}
