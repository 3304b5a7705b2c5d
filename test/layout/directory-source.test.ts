import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { BlobSource } from '../../src/layout/blob-source.ts';
import { openDirectory } from '../../src/layout/directory-source.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const BLOB = `blobs/sha256/${'a'.repeat(64)}` as const;
const OTHER = `blobs/sha256/${'b'.repeat(64)}` as const;

/** A directory `layout` that holds one blob of ten bytes, opened; links in it may lead to what is beside it. */
async function withDirectory(
  use: (source: BlobSource, path: string) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await mkdir(dirname(join(path, BLOB)), { recursive: true });
  await writeFile(join(path, BLOB), '0123456789');
  await using source = await openDirectory(path);
  await use(source, path);
}

async function readAll(source: BlobSource): Promise<string> {
  await using reader = await source.open(BLOB);
  assert.ok(reader);
  const target = Buffer.alloc(reader.size);
  await reader.read(target, 0);
  return target.toString();
}

test('a file has the size that the directory says, opened or not', () =>
  withDirectory(async (source, path) => {
    assert.equal(source.locationOf(BLOB), join(path, BLOB));
    assert.equal(await source.sizeOf(BLOB), 10);
    await using reader = await source.open(BLOB);
    assert.equal(reader?.size, 10);
    assert.equal(reader.location, join(path, BLOB));
  }));

test('what is not there has no size and no reader', () =>
  withDirectory(async (source) => {
    for (const file of [OTHER, 'index.json'] as const) {
      assert.equal(await source.sizeOf(file), undefined);
      assert.equal(await source.open(file), undefined);
    }
  }));

test('without the folder of the blobs, none of them is there', () =>
  withDirectory(async (source, path) => {
    await rm(join(path, 'blobs'), { recursive: true });
    assert.equal(await source.open(BLOB), undefined);
  }));

test('with a file in the place of that folder, none of them is there', () =>
  withDirectory(async (source, path) => {
    await rm(join(path, 'blobs'), { recursive: true });
    await writeFile(join(path, 'blobs'), '');
    assert.equal(await source.sizeOf(BLOB), undefined);
  }));

test('a file that grew or shrank since it was looked at has its new size when it is opened', () =>
  withDirectory(async (source, path) => {
    assert.equal(await source.sizeOf(BLOB), 10);
    await truncate(join(path, BLOB), 4);
    await using reader = await source.open(BLOB);
    assert.equal(reader?.size, 4);
  }));

test('a file that shrinks while it is open ends early', () =>
  withDirectory(async (source, path) => {
    await using reader = await source.open(BLOB);
    assert.ok(reader);
    await truncate(join(path, BLOB), 4);
    await assert.rejects(
      reader.read(Buffer.alloc(10), 0),
      refused('DIGEST_MISMATCH', BLOB, '6 bytes early'),
    );
  }));

test('a reader that is disposed of cannot be read any more', () =>
  withDirectory(async (source) => {
    const reader = await source.open(BLOB);
    assert.ok(reader);
    await reader[Symbol.asyncDispose]();
    await assert.rejects(reader.read(Buffer.alloc(1), 0), refused('LAYOUT_UNREADABLE', BLOB));
  }));

test('a file outlives its source: nothing is held open but the file itself', () =>
  withDirectory(async (source) => {
    await using reader = await source.open(BLOB);
    await source[Symbol.asyncDispose]();
    const target = Buffer.alloc(2);
    await reader?.read(target, 8);
    assert.equal(target.toString(), '89');
  }));

/** What stands in the place of the blob, as a link. */
const links: readonly [name: string, target: (path: string) => string, says: string][] = [
  ['nowhere', () => 'gone', 'leads to nothing'],
  ['in a circle', () => 'a'.repeat(64), 'leads in a loop'],
  ['out of the layout', (path) => join(dirname(path), 'beside'), 'outside the layout'],
  ['out by a relative path', () => '../../../beside', 'outside the layout'],
];

for (const [name, target, says] of links) {
  test(`a link that leads ${name} is refused, looked at or opened`, () =>
    withDirectory(async (source, path) => {
      await writeFile(join(dirname(path), 'beside'), 'secret');
      await rm(join(path, BLOB));
      await symlink(target(path), join(path, BLOB));
      await assert.rejects(source.sizeOf(BLOB), refused('UNSAFE_LINK', BLOB, says));
      await assert.rejects(source.open(BLOB), refused('UNSAFE_LINK', BLOB, says));
    }));
}

/** What the blob is, as a link, where links may lead into the workspace beside the layout. */
const intoWorkspace: readonly [name: string, target: string, says: string | undefined][] = [
  ['to a file of the workspace', '../../../workspace/layer', undefined],
  ['to a file of the workspace through another link', '../../../workspace/link', undefined],
  ['to the workspace itself', '../../../workspace', 'is not a regular file'],
  ['to nothing in the workspace', '../../../workspace/gone', 'leads to nothing'],
  ['beside the workspace', '../../../beside', 'outside the layout and the workspace'],
  ['out of the workspace through a link in it', '../../../workspace/out', 'outside the layout'],
  ['into a folder whose name begins as its', '../../../workspace-2/layer', 'outside the layout'],
  ['to a device', '/dev/zero', 'outside the layout'],
];

for (const [name, target, says] of intoWorkspace) {
  test(`where links may lead into the workspace, one ${name} is ${says === undefined ? 'followed' : 'refused'}`, () =>
    withDirectory(async (_, path) => {
      const beside = (...names: string[]) => join(dirname(path), ...names);
      for (const folder of ['workspace', 'workspace-2']) {
        await mkdir(beside(folder));
        await writeFile(beside(folder, 'layer'), '0123456789');
      }
      await writeFile(beside('beside'), 'secret');
      await symlink('layer', beside('workspace', 'link'));
      await symlink('../beside', beside('workspace', 'out'));
      await rm(join(path, BLOB));
      await symlink(target, join(path, BLOB));
      await using source = await openDirectory(path, beside('workspace'));
      if (says === undefined) {
        assert.equal(await readAll(source), '0123456789');
        assert.equal(await source.sizeOf(BLOB), 10);
      } else {
        const code = says.includes('regular') ? 'NOT_A_LAYOUT' : 'UNSAFE_LINK';
        await assert.rejects(source.sizeOf(BLOB), refused(code, BLOB, says));
        await assert.rejects(source.open(BLOB), refused(code, BLOB, says));
      }
    }));
}

test('where links may lead into the workspace, the folder of the blobs may be a link there', () =>
  withDirectory(async (_, path) => {
    const workspace = join(dirname(path), 'workspace');
    await mkdir(workspace);
    await rename(join(path, 'blobs'), join(workspace, 'blobs'));
    await symlink('../workspace/blobs', join(path, 'blobs'));
    await using source = await openDirectory(path, workspace);
    assert.equal(await readAll(source), '0123456789');
  }));

test('where the workspace is a link, what counts is where it leads', () =>
  withDirectory(async (_, path) => {
    const beside = (name: string) => join(dirname(path), name);
    await mkdir(beside('real'));
    await rename(join(path, BLOB), join(beside('real'), 'layer'));
    await symlink('real', beside('workspace'));
    await symlink(join(beside('real'), 'layer'), join(path, BLOB));
    await using source = await openDirectory(path, beside('workspace'));
    assert.equal(await readAll(source), '0123456789');
  }));

test('a workspace that is not there is unreadable', () =>
  withDirectory(async (_, path) => {
    const workspace = join(dirname(path), 'gone');
    await assert.rejects(
      openDirectory(path, workspace),
      refused('LAYOUT_UNREADABLE', workspace, 'ENOENT'),
    );
  }));

test('a link within the layout is followed', () =>
  withDirectory(async (source, path) => {
    await rename(join(path, BLOB), join(path, '..layer'));
    await symlink('../../..layer', join(path, BLOB));
    assert.equal(await source.sizeOf(BLOB), 10);
    assert.equal(await readAll(source), '0123456789');
  }));

test('a folder is no file', () =>
  withDirectory(async (source, path) => {
    await mkdir(join(path, OTHER));
    await assert.rejects(source.sizeOf(OTHER), refused('NOT_A_LAYOUT', OTHER));
    await assert.rejects(source.open(OTHER), refused('NOT_A_LAYOUT', OTHER));
  }));

test('the directory may itself be reached by a link', () =>
  withDirectory(async (_, path) => {
    const link = join(dirname(path), 'link');
    await symlink('layout', link);
    await using source = await openDirectory(link);
    assert.equal(await readAll(source), '0123456789');
    assert.equal(source.locationOf(BLOB), join(link, BLOB));
  }));

test('a directory that is gone since it was looked up is unreadable', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await assert.rejects(openDirectory(path), refused('LAYOUT_UNREADABLE', path, 'ENOENT'));
});
