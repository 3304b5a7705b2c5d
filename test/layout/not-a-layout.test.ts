import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import { buildImage, jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { tarBytes } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

const image = buildImage({ seed: 'not a layout' });
const tar = tarBytes([{ name: 'index.json', content: Buffer.from('{}') }]);
const manifestJson = { name: 'manifest.json', content: jsonBytes([{ Config: 'config.json' }]) };

interface Case {
  readonly name: string;
  /** The file's name and content; without content there is none. */
  readonly file: string;
  readonly content?: Uint8Array;
  readonly code: ErrorCode;
  /** What the hint must say, with PATH for the file's path. */
  readonly hint: string;
}

const cases: Case[] = [
  { name: 'a path that is not there', file: 'x', code: 'LAYOUT_NOT_FOUND', hint: 'path' },
  {
    name: 'a tar compressed with gzip',
    file: 'image.tar.gz',
    content: gzipSync(tar),
    code: 'NOT_A_LAYOUT',
    hint: 'gunzip -c PATH/image.tar.gz > PATH/image.tar',
  },
  {
    name: 'a tar compressed with gzip that does not say so',
    file: 'image.tar',
    content: gzipSync(tar),
    code: 'NOT_A_LAYOUT',
    hint: 'gunzip -c PATH/image.tar > PATH/image.tar.tar',
  },
  {
    name: 'a .tgz',
    file: "it's an image.tgz",
    content: gzipSync(tar),
    code: 'NOT_A_LAYOUT',
    hint: `gunzip -c 'PATH/it'\\''s an image.tgz' > 'PATH/it'\\''s an image.tar'`,
  },
  {
    name: 'a tar compressed with zstd',
    file: 'image.tar.zst',
    content: zstdCompressSync(tar),
    code: 'NOT_A_LAYOUT',
    hint: 'zstd -dc PATH/image.tar.zst > PATH/image.tar',
  },
  {
    name: 'a tar compressed with xz',
    file: 'image.tar.xz',
    content: Buffer.from('fd377a585a000004e6d6b446', 'hex'),
    code: 'NOT_A_LAYOUT',
    hint: 'xz -dc PATH/image.tar.xz > PATH/image.tar',
  },
  {
    name: 'a tar compressed with bzip2',
    file: 'image.tar.bz2',
    content: Buffer.from('BZh91AY&SY'),
    code: 'NOT_A_LAYOUT',
    hint: 'bunzip2 -c PATH/image.tar.bz2 > PATH/image.tar',
  },
  {
    name: 'what docker save wrote before version 25',
    file: 'saved.tar',
    content: tarBytes([{ name: 'config.json', content: Buffer.from('{}') }, manifestJson]),
    code: 'NOT_A_LAYOUT',
    hint: 'skopeo copy docker-archive:PATH/saved.tar oci:',
  },
  {
    name: 'a tar with the layout in a folder of it',
    file: 'image.tar',
    content: tarBytes([{ name: './out/index.json', content: Buffer.from('{}') }]),
    code: 'NOT_A_LAYOUT',
    hint: 'tar -C out -cf image.tar .',
  },
  {
    name: 'a tar of something else',
    file: 'image.tar',
    content: tarBytes([{ name: 'README', content: Buffer.from('hello') }]),
    code: 'NOT_A_LAYOUT',
    hint: 'buildx',
  },
  {
    name: 'an empty tar',
    file: 'image.tar',
    content: tarBytes([]),
    code: 'NOT_A_LAYOUT',
    hint: 'buildx',
  },
  {
    name: 'an empty file',
    file: 'x',
    content: new Uint8Array(),
    code: 'NOT_A_LAYOUT',
    hint: 'buildx',
  },
  {
    name: 'a short file',
    file: 'x',
    content: Buffer.from('x'),
    code: 'NOT_A_LAYOUT',
    hint: 'buildx',
  },
  {
    name: 'any other file',
    file: 'x',
    content: Buffer.alloc(5000, 'x'),
    code: 'NOT_A_LAYOUT',
    hint: 'buildx',
  },
];

for (const { name, file, content, code, hint } of cases) {
  test(`${name} is refused with ${code}, and the hint says what to do`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, file);
    if (content !== undefined) await writeFile(path, content);
    await assert.rejects(openLayout(path), (error) => {
      refused(code, path)(error);
      const expected = hint.replaceAll('PATH', directory.path);
      assert.ok(error instanceof PushError && error.hint.includes(expected), String(error));
      return true;
    });
  });
}

test('a directory without index.json is no layout', async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(openLayout(directory.path), refused('NOT_A_LAYOUT', directory.path));
});

test('a path below a file is not there', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'file'), '');
  const path = join(directory.path, 'file', 'layout');
  await assert.rejects(openLayout(path), refused('LAYOUT_NOT_FOUND', path));
});

test('a path that no system call takes is unreadable', async () => {
  await assert.rejects(openLayout('a\0b'), refused('LAYOUT_UNREADABLE'));
});

test('a named pipe is no layout, and nobody waits for its other end', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'pipe');
  await promisify(execFile)('mkfifo', [path]);
  await assert.rejects(openLayout(path), refused('NOT_A_LAYOUT', path));
});

test('the path itself may be a link to a layout', async () => {
  await using directory = await temporaryDirectory();
  await writeLayoutDirectory(join(directory.path, 'there'), [image]);
  await mkdir(join(directory.path, 'here'));
  const link = join(directory.path, 'here', 'link');
  await symlink('../there', link);
  await using layout = await openLayout(link);
  assert.equal(await layout.has(image.descriptor), true);
});
