import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decompress } from '../../src/layout/decompress.ts';
import type { DockerArchiveOptions } from '../../src/layout/docker-archive.ts';
import type { Layout } from '../../src/layout/layout.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import { namesOf } from '../../src/oci/annotations.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { ImageManifest } from '../../src/oci/manifest.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parseManifest } from '../../src/oci/parse-manifest.ts';
import {
  type ArchiveForm,
  type ArchiveOptions,
  type Saved,
  writeDockerArchive,
} from '../support/docker-archive.ts';
import { buildImage, type Image, type LayerSpec } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutTar } from '../support/write-layout.ts';

function layersOf(compression: 'gzip' | 'zstd' | 'none'): LayerSpec[] {
  return ['one', 'two', 'one'].map((text) => ({ files: { text }, compression }));
}

const plain = buildImage({ seed: 'archive', layers: layersOf('none') });
const gzipped = buildImage({ seed: 'archive', layers: layersOf('gzip') });
const other = buildImage({ seed: 'other', layers: layersOf('none') });
const zstd = buildImage({ seed: 'archive', layers: layersOf('zstd') });

interface Opened extends AsyncDisposable {
  readonly layout: Layout;
  readonly notices: readonly string[];
  readonly path: string;
  readonly directory: TemporaryDirectory;
}

async function opened(
  saved: readonly Saved[],
  { form, ...options }: DockerArchiveOptions & Pick<ArchiveOptions, 'form'> = {},
): Promise<Opened> {
  const resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory());
  const path = join(directory.path, 'app.tar');
  await writeDockerArchive(path, saved, form === undefined ? {} : { form });
  const notices: string[] = [];
  const tell = (notice: string): void => void notices.push(notice);
  const layout = await openLayout(path, { temporary: directory.path, tell, ...options });
  resources.use(layout);
  return {
    ...{ layout, notices, path, directory },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function readBlob(layout: Layout, descriptor: Descriptor): Promise<Uint8Array> {
  await using blob = await layout.openBlob(descriptor);
  const bytes = new Uint8Array(blob.size);
  await blob.read(bytes, 0);
  assert.equal(digestOf(bytes), descriptor.digest);
  return bytes;
}

async function manifestOf(layout: Layout): Promise<ImageManifest & { digest: string }> {
  const [root] = layout.index.manifests;
  assert.ok(root);
  assert.equal(layout.index.manifests.length, 1);
  assert.equal(root.mediaType, OCI_MANIFEST);
  const bytes = await layout.readVerified(root);
  const manifest = parseManifest(bytes, { mediaType: root.mediaType, where: 'manifest' });
  assert.ok(manifest.kind === 'image');
  return { ...manifest, digest: root.digest };
}

function contentOf({ blobs, layers }: Image): Uint8Array[] {
  return layers.map(({ digest }) => new Uint8Array(blobs.get(digest) as Uint8Array));
}

for (const form of ['docker', 'podman'] satisfies ArchiveForm[]) {
  test(`${form}: an archive is the layout of an OCI image, with its config and its layers, compressed`, async () => {
    await using archive = await opened([{ image: plain }], { form });
    const { layout } = archive;
    const { config, layers } = await manifestOf(layout);
    assert.deepEqual(config, { ...plain.config, mediaType: OCI_CONFIG });
    await layout.readVerified(config);
    const found: Uint8Array[] = [];
    for (const layer of layers) {
      assert.equal(layer.mediaType, OCI_LAYER_GZIP);
      assert.equal(await layout.has(layer), true);
      found.push(new Uint8Array(gunzipSync(await readBlob(layout, layer))));
    }
    assert.deepEqual(found, contentOf(plain));
  });
}

for (const [form, image] of [
  ['jib', gzipped],
  ['docker', gzipped],
  ['docker', zstd],
] as const) {
  test(`${form}: layers that are ${image.layers[0]?.mediaType ?? ''} go as they are, whatever their files are called`, async () => {
    await using archive = await opened([{ image }], { form });
    const { layers } = await manifestOf(archive.layout);
    assert.deepEqual(layers, image.layers);
    const found = await Promise.all(layers.map((layer) => readBlob(archive.layout, layer)));
    assert.deepEqual(found, contentOf(image));
    assert.deepEqual(archive.notices, [
      `${archive.path}: docker save archive, 2 layers as in the archive`,
    ]);
  });
}

/** What the same archive must be for ever, on every machine. */
test('the manifest has a known digest', async () => {
  await using archive = await opened([{ image: plain }]);
  const { digest } = await manifestOf(archive.layout);
  assert.equal(digest, 'sha256:dbf79f0724b8dc8c4bcfd668e3de2b61b851637adf5ab7d85b30815f49a74cc3');
});

test('the same image is the same manifest, whoever saved it', async () => {
  await using docker = await opened([{ image: plain }], { form: 'docker' });
  await using podman = await opened([{ image: plain, repoTags: ['x:1'] }], { form: 'podman' });
  const digests = await Promise.all([docker, podman].map(({ layout }) => manifestOf(layout)));
  assert.equal(digests[0]?.digest, digests[1]?.digest);
});

test('layer-compression none leaves layers as they are, with the media type that says so', async () => {
  await using archive = await opened([{ image: plain }], { layerCompression: 'none' });
  const { layers } = await manifestOf(archive.layout);
  assert.deepEqual(
    layers.map(({ mediaType, digest }) => [mediaType, digest]),
    plain.layers.map(({ digest }) => [OCI_LAYER, digest]),
  );
});

test('layer-compression zstd compresses with zstd, and says so', async () => {
  await using archive = await opened([{ image: plain }], { layerCompression: 'zstd' });
  const { layout } = archive;
  const { layers } = await manifestOf(layout);
  const [first] = layers;
  assert.equal(first?.mediaType, 'application/vnd.oci.image.layer.v1.tar+zstd');
  const bytes = await readBlob(layout, first);
  const found: Uint8Array[] = [];
  const pieces = (async function* () {
    yield await Promise.resolve(bytes);
  })();
  await decompress(pieces, 'zstd', (piece) => found.push(piece));
  assert.deepEqual(new Uint8Array(Buffer.concat(found)), contentOf(plain)[0]);
});

test('it says what is compressed', async () => {
  await using archive = await opened([{ image: plain }]);
  assert.deepEqual(archive.notices, [
    `${archive.path}: docker save archive, compressing 2 layers (4.0 KiB) with gzip`,
  ]);
});

test('the image has its names in the archive, and the one that it was chosen by', async () => {
  const saved = [
    { image: plain, repoTags: ['docker.io/team/app:1', 'docker.io/team/app:stable'] },
    { image: other, repoTags: ['docker.io/team/other:2'] },
  ];
  for (const image of ['stable', 'team/app:stable', plain.config.digest]) {
    await using archive = await opened(saved, { image });
    const [root] = archive.layout.index.manifests;
    assert.ok(root);
    assert.deepEqual(namesOf(root), [...(saved[0]?.repoTags ?? []), image]);
  }
});

test('an image without names has none', async () => {
  await using archive = await opened([{ image: plain, repoTags: null }]);
  assert.deepEqual(archive.layout.index.manifests.map(namesOf), [[]]);
});

test('the archive is left as it was, and what was compressed is gone at the end', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'app.tar');
  await writeDockerArchive(path, [{ image: plain }]);
  const before = await readFile(path);
  {
    await using layout = await openLayout(path, { temporary: directory.path });
    await manifestOf(layout);
    assert.equal((await readdir(directory.path)).length, 2);
  }
  assert.deepEqual(await readdir(directory.path), ['app.tar']);
  assert.deepEqual(await readFile(path), before);
});

test('a failure leaves nothing behind', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'app.tar');
  const [first] = plain.layers;
  const wrong: Image = {
    ...plain,
    blobs: new Map(plain.blobs).set(first?.digest as never, Buffer.alloc(1024, 1)),
  };
  await writeDockerArchive(path, [{ image: wrong }]);
  await assert.rejects(
    openLayout(path, { temporary: directory.path }),
    refused('DIGEST_MISMATCH', 'layer.tar', String(first?.digest)),
  );
  assert.deepEqual(await readdir(directory.path), ['app.tar']);
});

test('several images, none named, are refused before anything is compressed', async () => {
  const saved = [
    { image: plain, repoTags: ['team/one:1'] },
    { image: other, repoTags: ['team/two:1'] },
  ];
  await assert.rejects(opened(saved), refused('AMBIGUOUS_IMAGE', 'team/one:1', 'team/two:1'));
});

test('a tar that is a layout as well is read as a layout', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'app.tar');
  await writeLayoutTar(path, [gzipped], { files: { 'manifest.json': Buffer.from('no list') } });
  await using layout = await openLayout(path);
  assert.deepEqual(layout.index.manifests, [gzipped.descriptor]);
});
