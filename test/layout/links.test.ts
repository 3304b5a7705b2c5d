import assert from 'node:assert/strict';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openLayout } from '../../src/layout/open-layout.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { type TarEntry, writeTar } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory } from '../support/write-layout.ts';
import { digestOfBlob, readLayout } from './read-layout.ts';

/** Links that layouts do have. Those that are refused stand in hostile.test.ts. */
const image = buildImage({ seed: 'links', layers: [{ size: 1000 }] });
const [layer] = image.layers;
assert.ok(layer);
const layerFile = blobPath(layer.digest);
const indexJson = buildIndex([image]).manifest;

const inDirectory: { name: string; file: string; target: string; movedTo: string }[] = [
  {
    name: "a blob is a link to a file beside blobs/, as in Docker's official images",
    file: layerFile,
    target: '../../rootfs.tar.gz',
    movedTo: 'rootfs.tar.gz',
  },
  { name: 'the folder of all blobs is a link', file: 'blobs', target: 'shared', movedTo: 'shared' },
  { name: 'index.json is a link', file: 'index.json', target: './i.json', movedTo: 'i.json' },
  {
    name: 'a link leads through the folder above, and back into the layout',
    file: layerFile,
    target: '../../../layout/..hidden',
    movedTo: '..hidden',
  },
];

for (const { name, file, target, movedTo } of inDirectory) {
  test(`in a directory, ${name}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'layout');
    await writeLayoutDirectory(path, [image]);
    await rename(join(path, file), join(path, movedTo));
    await symlink(target, join(path, file));
    await readLayout(path);
  });
}

test('in a directory, a link may be absolute if it stays inside', async () => {
  await using directory = await temporaryDirectory();
  await writeLayoutDirectory(directory.path, [image]);
  const elsewhere = join(directory.path, 'elsewhere', 'layer');
  await mkdir(dirname(elsewhere));
  await rename(join(directory.path, layerFile), elsewhere);
  await symlink(elsewhere, join(directory.path, layerFile));
  await readLayout(directory.path);
});

function link(type: '1' | '2', name: string, linkName: string): TarEntry {
  return { name, type, linkName };
}

const content = image.blobs.get(layer.digest);
assert.ok(content);
const inTar: { name: string; links: TarEntry[] }[] = [
  {
    name: 'a symbolic link to a file beside blobs/',
    links: [{ name: 'rootfs.tar.gz', content }, link('2', layerFile, '../../rootfs.tar.gz')],
  },
  {
    name: 'a symbolic link that Docker wrote on Windows',
    links: [{ name: 'rootfs.tar.gz', content }, link('2', layerFile, '..\\..\\rootfs.tar.gz')],
  },
  {
    name: 'a symbolic link before the file that it leads to',
    links: [link('2', layerFile, '../../rootfs.tar.gz'), { name: 'rootfs.tar.gz', content }],
  },
  {
    name: 'a hard link, whose target counts from the top',
    links: [{ name: './rootfs.tar.gz', content }, link('1', `./${layerFile}`, 'rootfs.tar.gz')],
  },
  {
    name: 'a link to a link',
    links: [
      { name: 'a', content },
      link('1', 'deep/b', 'a'),
      link('2', 'deep/er/c', '../b'),
      link('2', layerFile, '../../deep/er/c'),
    ],
  },
  {
    name: 'a link whose target is in a PAX header',
    links: [
      { name: 'a', content },
      { ...link('2', layerFile, 'wrong'), pax: { linkpath: '../../a' } },
    ],
  },
];

for (const { name, links } of inTar) {
  test(`in a tar, a blob is ${name}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image.tar');
    const blobs = [...image.blobs].filter(([digest]) => digest !== layer.digest);
    await writeTar(path, [
      ...blobs.map(([digest, blob]) => ({ name: blobPath(digest), content: blob })),
      ...links,
      { name: 'index.json', content: indexJson },
    ]);
    await using layout = await openLayout(path);
    assert.equal(await digestOfBlob(layout, layer), layer.digest);
  });
}
