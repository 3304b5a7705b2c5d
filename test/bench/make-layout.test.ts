import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import type { LayoutSpec } from './layout-specs.ts';
import { type Layout, makeLayout, TAG } from './make-layout.ts';

const COMMON = { seed: 'common', size: 1000 };
const ONE: LayoutSpec = {
  name: 'one',
  title: 'one image',
  images: [[COMMON, { seed: 'own', size: 10 }]],
};
const TWO: LayoutSpec = {
  name: 'two',
  title: 'two images with a layer in common',
  images: [[COMMON], [COMMON, { seed: 'other', size: 10 }]],
  before: ONE,
};

/** The blobs that lie in the layout, each of the digest it is named by. */
async function blobsOnDisk({ directory }: Layout): Promise<string[]> {
  const folder = join(directory, 'blobs', 'sha256');
  const names = await readdir(folder);
  for (const name of names)
    assert.equal(digestOf(await readFile(join(folder, name))), `sha256:${name}`);
  return names.map((name) => `sha256:${name}`).toSorted();
}

const expected = ({ root, children, blobs }: Layout) =>
  [...new Set([root, ...children, ...blobs].map(({ digest }) => digest))].toSorted();

for (const { spec, images, blobs } of [
  { spec: ONE, images: 1, blobs: 3 },
  { spec: TWO, images: 2, blobs: 4 },
]) {
  test(`a layout holds what it is said to hold, and nothing else: ${spec.title}`, async () => {
    await using directory = await temporaryDirectory();
    const layout = await makeLayout(directory.path, spec);
    assert.deepEqual(await blobsOnDisk(layout), expected(layout));
    assert.equal(layout.blobs.length, blobs, 'layers and configs, each once');
    assert.equal(layout.children.length, images === 1 ? 0 : images);
    const index = JSON.parse(await readFile(join(layout.directory, 'index.json'), 'utf8')) as {
      readonly manifests: readonly { readonly digest: string; readonly annotations: object }[];
    };
    const [{ digest, annotations } = { digest: '', annotations: {} }] = index.manifests;
    assert.equal(digest, layout.root.digest);
    assert.deepEqual(annotations, { 'org.opencontainers.image.ref.name': TAG });
  });
}

test('the registry holds nothing before a push, or the layout that the spec names', async () => {
  await using directory = await temporaryDirectory();
  const one = await makeLayout(directory.path, ONE);
  const two = await makeLayout(directory.path, TWO);
  assert.deepEqual(one.before, { blobs: [], manifests: [], tags: [] });
  assert.deepEqual(two.before.blobs, one.blobs);
  assert.deepEqual(two.before.tags, [[TAG, one.root.digest]]);
});

test('a layout made again is the same, and takes its layers from where they were', async () => {
  await using directory = await temporaryDirectory();
  const first = await makeLayout(directory.path, ONE);
  const again = await makeLayout(directory.path, ONE);
  assert.deepEqual(again, first);
  const [file = ''] = first.files;
  assert.equal((await stat(file)).nlink, 2);
});
