import { namesAnnotation } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { digestOf } from '../oci/digest.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../oci/media-types.ts';
import { GZIP, type LayerCompression, ZSTD } from './block-format.ts';
import { blobFile, type BlobSource } from './blob-source.ts';
import { MadeSource } from './made-source.ts';
import { type KnownLayers, type PackedLayer, packLayers, type PackPlan } from './pack-layers.ts';
import { readSavedFiles, type SavedFiles } from './saved-files.ts';
import type { SavedImage } from './saved-images.ts';
import { ScratchCompressor } from './scratch-compressor.ts';
import { isSavedAs } from './select-saved-image.ts';
import type { TarFile } from './tar-header.ts';
import type { TarIndex } from './tar-index.ts';
import type { UnpackOptions } from './unpack.ts';

export interface DockerArchiveOptions extends UnpackOptions {
  /** The name of one of the archive's images, or its id; undefined if it holds only one. */
  readonly image?: string | undefined;
  /** For layers that are not compressed yet; by default gzip. */
  readonly layerCompression?: LayerCompression | undefined;
  readonly knownLayers?: KnownLayers | undefined;
}

const FORMATS = { gzip: GZIP, zstd: ZSTD, none: undefined } as const;

/**
 * One image of a `docker save` archive, as the source of an OCI layout: its config is the file in the archive, its
 * manifest is made here, and so are its layers where they are not compressed yet. The source closes the tar.
 * @throws what `readSavedFiles` and `packLayers` throw
 */
export async function openDockerArchive(
  tar: TarFile,
  index: TarIndex,
  options: DockerArchiveOptions,
  opened: AsyncDisposableStack,
): Promise<BlobSource> {
  await using resources = new AsyncDisposableStack();
  resources.use(opened);
  const saved = await readSavedFiles(tar, index, options.image);
  const layers = await pack(saved, tar.path, resources, options);
  const source = new MadeSource(tar.path, resources.move());
  return fill(source, saved, layers, options.image);
}

function pack(
  { layers }: SavedFiles,
  path: string,
  resources: AsyncDisposableStack,
  { layerCompression = 'gzip', temporary, knownLayers, tell, signal }: DockerArchiveOptions,
): Promise<readonly PackedLayer[]> {
  const format = FORMATS[layerCompression];
  const compressor = resources.use(new ScratchCompressor(format ?? GZIP, temporary));
  return packLayers(layers, {
    ...{ path, format, compressor, knownLayers },
    signal: signal ?? new AbortController().signal,
    onPlan: (plan) => tell?.(`${path}: ${describePlan(plan, layerCompression)}`),
  });
}

/** Puts the files of the layout into the source. */
function fill(
  source: MadeSource,
  { image, config }: SavedFiles,
  layers: readonly PackedLayer[],
  wanted: string | undefined,
): MadeSource {
  for (const { descriptor, location, open } of layers) {
    source.put(blobFile(descriptor.digest), { location, size: descriptor.size, open });
  }
  const configuration = describe(OCI_CONFIG, config.bytes);
  source.putBytes(blobFile(configuration.digest), config.bytes, config.location);
  const descriptors = layers.map(({ descriptor }) => descriptor);
  const manifest = manifestOf(configuration, descriptors);
  const root = describe(OCI_MANIFEST, manifest);
  source.putBytes(blobFile(root.digest), manifest);
  source.putBytes('index.json', indexOf(root, namesOf(image, wanted)));
  return source;
}

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md */
function manifestOf(config: Descriptor, layers: readonly Descriptor[]): Uint8Array {
  return toBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
}

/** An `index.json` that lists one image under all of its names. */
function indexOf(root: Descriptor, names: readonly string[]): Uint8Array {
  const named = names.length === 0 ? root : { ...root, annotations: namesAnnotation(names) };
  return toBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [named] });
}

/** Those in the archive, and one of them as the user wrote it. */
function namesOf(image: SavedImage, wanted: string | undefined): readonly string[] {
  const { repoTags } = image;
  if (wanted === undefined || !isSavedAs(image, wanted)) return repoTags;
  return [...new Set([...repoTags, wanted])];
}

function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

/** The same bytes for the same value, always: members are in the order in which they are written above. */
function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

const MIB = 1024 * 1024;

/** Such as `docker save archive, compressing 3 layers (412 MiB) with gzip`. */
function describePlan(plan: PackPlan, compression: LayerCompression): string {
  const { compress, bytes, known, asTheyAre } = plan;
  const parts = [
    compress > 0 && `compressing ${layerCount(compress)} (${sizeText(bytes)}) with ${compression}`,
    known > 0 && `${layerCount(known)} compressed by an earlier push`,
    asTheyAre > 0 && `${layerCount(asTheyAre)} as in the archive`,
  ];
  return ['docker save archive', ...parts.filter((part) => part !== false)].join(', ');
}

function sizeText(bytes: number): string {
  const [unit, name] = bytes < MIB ? [1024, 'KiB'] : [MIB, 'MiB'];
  return `${(bytes / unit).toFixed(1)} ${name}`;
}

function layerCount(count: number): string {
  return count === 1 ? '1 layer' : `${count} layers`;
}
