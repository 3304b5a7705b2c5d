import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { LayerPool, type PoolBlob } from './layer-pool.ts';
import type { LayoutSpec } from './layout-specs.ts';
import { digestOfText } from './sink/ecr-api.ts';
import { type Contents, EMPTY, type StoredBlob, type StoredManifest } from './sink/state.ts';

export const TAG = 'bench';

/** A layout on disk, and all that a registry holds once it is pushed. */
export interface Layout {
  readonly spec: LayoutSpec;
  readonly directory: string;
  readonly root: StoredManifest;
  readonly children: readonly StoredManifest[];
  /** Layers and configs, each once. */
  readonly blobs: readonly StoredBlob[];
  /** Files of the layers, to be read into the page cache. */
  readonly files: readonly string[];
  /** What the registry holds before a push. */
  readonly before: Contents;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface MadeImage {
  readonly manifest: StoredManifest;
  readonly config: string;
  readonly layers: readonly PoolBlob[];
  readonly platform: { readonly os: string; readonly architecture: string };
}

const ARCHITECTURES = [
  'amd64',
  'arm64',
  '386',
  'ppc64le',
  's390x',
  'riscv64',
  'loong64',
  'mips64le',
];

/** Makes the layout anew; its layers come from the pool by hard links. */
export async function makeLayout(directory: string, spec: LayoutSpec): Promise<Layout> {
  const pool = new LayerPool(join(directory, 'layers'));
  const images = await Promise.all(
    spec.images.map(async (layers, at) => makeImage(await inTurn(layers, pool), at)),
  );
  const manifests = images.map((image) => image.manifest);
  const isIndex = images.length > 1;
  const root = isIndex ? indexOf(images) : manifests[0];
  if (root === undefined) throw new Error(`${spec.name} has no image`);
  const layout = {
    spec,
    directory: join(directory, spec.name),
    root,
    children: isIndex ? manifests : [],
    blobs: blobsOf(images),
    files: images.flatMap(({ layers }) => layers.map(({ path }) => path)),
  };
  await writeLayout(layout.directory, root, images);
  const before =
    spec.before === undefined ? EMPTY : contentsOf(await makeLayout(directory, spec.before));
  return { ...layout, before };
}

async function inTurn(layers: LayoutSpec['images'][number], pool: LayerPool): Promise<PoolBlob[]> {
  const made: PoolBlob[] = [];
  for (const layer of layers) made.push(await pool.layer(layer));
  return made;
}

function makeImage(layers: readonly PoolBlob[], at: number): MadeImage {
  const platform = { os: 'linux', architecture: ARCHITECTURES[at] ?? 'amd64' };
  const config = JSON.stringify({
    created: '1970-01-01T00:00:00Z',
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: describe(OCI_CONFIG, config),
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  });
  return { manifest: stored(OCI_MANIFEST, text), config, layers, platform };
}

function indexOf(images: readonly MadeImage[]): StoredManifest {
  const manifests = images.map(({ manifest, platform }) => ({
    ...describe(OCI_MANIFEST, manifest.text),
    platform,
  }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  return stored(OCI_INDEX, text);
}

function stored(mediaType: string, text: string): StoredManifest {
  return { digest: digestOfText(text), mediaType, text };
}

function describe(mediaType: string, text: string): Descriptor {
  return { mediaType, digest: digestOfText(text), size: Buffer.byteLength(text) };
}

function blobsOf(images: readonly MadeImage[]): StoredBlob[] {
  const all = images.flatMap(({ config, layers }) => [describe(OCI_CONFIG, config), ...layers]);
  return [...new Map(all.map(({ digest, size }) => [digest, { digest, size }])).values()];
}

function contentsOf({ root, children, blobs }: Layout): Contents {
  return { blobs, manifests: [...children, root], tags: [[TAG, root.digest]] };
}

async function writeLayout(
  directory: string,
  root: StoredManifest,
  images: readonly MadeImage[],
): Promise<void> {
  const blobs = join(directory, 'blobs', 'sha256');
  const path = (digest: string) => join(blobs, digest.replace('sha256:', ''));
  await rm(directory, { recursive: true, force: true });
  await mkdir(blobs, { recursive: true });
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const named = {
    ...describe(root.mediaType, root.text),
    annotations: { 'org.opencontainers.image.ref.name': TAG },
  };
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [named] };
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
  for (const { text } of [root, ...images.map(({ manifest }) => manifest)]) {
    await writeFile(path(digestOfText(text)), text);
  }
  for (const { config, layers } of images) {
    await writeFile(path(digestOfText(config)), config);
    for (const layer of layers) await link(layer.path, path(layer.digest)).catch(unlessThere);
  }
}

/** Two layers of a layout can be one and the same. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
