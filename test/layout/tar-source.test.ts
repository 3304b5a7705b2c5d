import assert from 'node:assert/strict';
import { mkdir, open, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PushError } from '../../src/errors.ts';
import type { BlobSource } from '../../src/layout/blob-source.ts';
import { openTar } from '../../src/layout/tar-source.ts';
import { refused } from '../support/refused.ts';
import { tarBytes, type TarEntry, writeTar } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const BLOB = `blobs/sha256/${'a'.repeat(64)}` as const;
const index: TarEntry = { name: 'index.json', content: Buffer.from('{}') };
const blob: TarEntry = { name: BLOB, content: Buffer.from('0123456789') };

/** Opens a tar of these entries and hands it to `use`, with its path. */
async function withTar(
  entries: readonly TarEntry[],
  use: (source: BlobSource, path: string) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await writeTar(path, entries);
  await using source = await openTar(path);
  await use(source, path);
}

test('a file in a tar is located by the path of the tar and its name', () =>
  withTar([index], (source, path) => {
    assert.equal(source.locationOf('index.json'), `${path}: index.json`);
    return Promise.resolve();
  }));

test('a file in a tar has the size of its entry, opened or not', () =>
  withTar([blob, index], async (source) => {
    assert.equal(await source.sizeOf(BLOB), 10);
    await using reader = await source.open(BLOB);
    assert.equal(reader?.size, 10);
    assert.equal(reader.location, source.locationOf(BLOB));
  }));

test('what the tar does not hold has no size and no reader', () =>
  withTar([index], async (source) => {
    assert.equal(await source.sizeOf(BLOB), undefined);
    assert.equal(await source.open(BLOB), undefined);
  }));

test('a link out of the tar is refused as soon as it is asked for, and not before', () =>
  withTar([index, { name: BLOB, type: '2', linkName: '/etc/passwd' }], async (source) => {
    await assert.rejects(source.sizeOf(BLOB), refused('UNSAFE_LINK', BLOB));
    await assert.rejects(source.open(BLOB), refused('UNSAFE_LINK', BLOB));
  }));

for (const [position, length] of [
  [0, 10],
  [9, 1],
  [10, 0],
] as const) {
  test(`${length} bytes are read from ${position} on, wherever in the tar the file lies`, () =>
    withTar([index, blob, { name: 'x', content: Buffer.alloc(600, 'x') }], async (source) => {
      await using reader = await source.open(BLOB);
      const target = Buffer.alloc(length);
      await reader?.read(target, position);
      assert.equal(target.toString(), '0123456789'.slice(position, position + length));
    }));
}

for (const [position, length, missing] of [
  [0, 11, 1],
  [10, 1, 1],
  [5, 600, 595],
] as const) {
  test(`${length} bytes from ${position} on lead out of the file: the tar goes on, but they are refused`, () =>
    withTar([index, blob, { name: 'x', content: Buffer.alloc(600, 'x') }], async (source) => {
      await using reader = await source.open(BLOB);
      assert.ok(reader);
      await assert.rejects(
        reader.read(Buffer.alloc(length), position),
        refused('DIGEST_MISMATCH', BLOB, `${missing} bytes early`),
      );
    }));
}

test('a reader that is disposed of leaves the tar open for others', () =>
  withTar([index, blob], async (source) => {
    await (await source.open(BLOB))?.[Symbol.asyncDispose]();
    await using reader = await source.open(BLOB);
    const target = Buffer.alloc(10);
    await reader?.read(target, 0);
    assert.equal(target.toString(), '0123456789');
  }));

test('a source that is disposed of cannot be read any more', () =>
  withTar([index, blob], async (source) => {
    const reader = await source.open(BLOB);
    assert.ok(reader);
    await source[Symbol.asyncDispose]();
    await assert.rejects(reader.read(Buffer.alloc(1), 0), refused('LAYOUT_UNREADABLE', BLOB));
  }));

/** How often this process has the file open. */
async function openCount(path: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => undefined));
  return (await Promise.all(targets)).filter((target) => target === path).length;
}

const refusals: readonly [name: string, make: (path: string) => Promise<unknown>][] = [
  ['a file that is no tar', (path) => writeFile(path, 'hello')],
  ['a tar without an index.json', (path) => writeTar(path, [blob])],
];

for (const [name, make] of refusals) {
  test(`${name} is refused, and not left open`, async (context) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image.tar');
    await make(path);
    await assert.rejects(openTar(path), refused('NOT_A_LAYOUT', path));
    if (process.platform !== 'linux') {
      context.skip('only Linux lists what a process has open');
      return;
    }
    assert.equal(await openCount(path), 0);
    await using handle = await open(path);
    assert.equal(await openCount(path), 1, `the count sees ${handle.fd}`);
  });
}

test('a link out of the tar is refused with the command that writes the tar without links', () =>
  withTar(
    [index, { name: BLOB, type: '2', linkName: '/home/me/.cache/bazel/x' }],
    async (source) => {
      await assert.rejects(source.open(BLOB), (error) => {
        refused('UNSAFE_LINK', BLOB, 'link')(error);
        assert.ok(error instanceof PushError);
        assert.match(error.hint, /Bazel.*tar --dereference/);
        return true;
      });
    },
  ));

test('a tar that is compressed is located by its own path, and what was unpacked is gone with its source', async () => {
  await using directory = await temporaryDirectory();
  await using temporary = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await writeFile(path, gzipSync(tarBytes([index, blob])));
  {
    await using source = await openTar(path, { temporary: temporary.path });
    assert.equal(source.locationOf(BLOB), `${path}: ${BLOB}`);
    assert.equal(await source.sizeOf(BLOB), 10);
    assert.equal((await readdir(temporary.path)).length, 1);
  }
  assert.deepEqual(await readdir(temporary.path), []);
});

test('a tar that is compressed and refused leaves nothing behind', async () => {
  await using directory = await temporaryDirectory();
  await using temporary = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await writeFile(path, gzipSync(tarBytes([blob])));
  await assert.rejects(openTar(path, { temporary: temporary.path }), refused('NOT_A_LAYOUT', path));
  assert.deepEqual(await readdir(temporary.path), []);
});

test('a directory is no tar', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await mkdir(path);
  await assert.rejects(openTar(path), refused('NOT_A_LAYOUT', path));
});

test('a tar that is gone since it was looked up is unreadable', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await assert.rejects(openTar(path), refused('LAYOUT_UNREADABLE', path, 'ENOENT'));
});
