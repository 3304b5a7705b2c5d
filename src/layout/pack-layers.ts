import { availableParallelism } from 'node:os';
import { forEachConcurrently } from '../async/concurrently.ts';
import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { BlockFormat } from './block-format.ts';
import type { Compression } from './compression.ts';
import { examineLayer, formOf, LAYER_MEDIA_TYPES, type LayerForm } from './layer-form.ts';
import type { BlobReader } from './layout.ts';
import { quoted } from './quoted.ts';
import type { ScratchCompressor } from './scratch-compressor.ts';

/** A layer as an archive has it. */
export interface SavedLayer {
  /** For messages: the archive's path and the name of the layer's file in it. */
  readonly location: string;
  /** What its uncompressed digest must be. */
  readonly diffId: Digest;
  /** Undefined if the archive lacks the file. */
  readonly blob: BlobReader | undefined;
}

/** A layer as a manifest lists it. */
export interface PackedLayer {
  readonly location: string;
  readonly descriptor: Descriptor;
  readonly open: () => Promise<BlobReader>;
}

/** What earlier pushes compressed, so that it need not be read again. */
export interface KnownLayers {
  /**
   * The compressed form of those of the layers that every target of the push has already. `format` names all that the
   * bytes depend on besides the layer's own.
   */
  find(diffIds: readonly Digest[], format: string): Promise<ReadonlyMap<Digest, Descriptor>>;
  /** Notes what was compressed now. */
  add(diffId: Digest, format: string, compressed: Descriptor): void;
}

export interface PackOptions {
  /** The archive's, for messages. */
  readonly path: string;
  /** What layers that are not compressed are compressed with; undefined to leave them as they are. */
  readonly format: BlockFormat | undefined;
  readonly compressor: ScratchCompressor;
  readonly knownLayers: KnownLayers | undefined;
  readonly signal: AbortSignal;
  /** Called before the work is begun. */
  readonly onPlan: (plan: PackPlan) => void;
}

/** How many layers are compressed and how many bytes those have, and how many are not and why. */
export interface PackPlan {
  readonly compress: number;
  readonly bytes: number;
  readonly known: number;
  readonly asTheyAre: number;
}

/**
 * Makes the layers of an archive ready to be pushed, in order: what is compressed stays as it is, the rest is
 * compressed, several at once. A layer that stands there twice is worked on once.
 * @throws PushError BLOB_MISSING, NOT_A_LAYOUT (a layer is compressed with xz or the like), DIGEST_MISMATCH, TOO_LARGE, LAYOUT_UNREADABLE, and the signal's reason
 */
export async function packLayers(
  layers: readonly SavedLayer[],
  options: PackOptions,
): Promise<readonly PackedLayer[]> {
  const { signal, onPlan } = options;
  const jobs = await Promise.all(Array.from(new Set(layers), (layer) => jobOf(layer, options)));
  const packed = await findKnown(jobs, options);
  const left = jobs.filter(({ layer }) => !packed.has(layer));
  refuseUnfit(left, options);
  onPlan(planOf(jobs, left));
  // The largest first, so that none is left for the end.
  const largestFirst = left.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const atOnce = availableParallelism();
  await forEachConcurrently(largestFirst, { signal, atOnce }, async (job, either) => {
    packed.set(job.layer, await pack(job, { ...options, signal: either }));
  });
  return layers.flatMap((layer) => packed.get(layer) ?? []);
}

/** What is to be done with one layer. */
interface Job {
  readonly layer: SavedLayer;
  readonly form: LayerForm;
  /** Undefined if the layer stays as it is. */
  readonly format: BlockFormat | undefined;
  /** What the layer is compressed with, if it can be neither decompressed nor pushed. */
  readonly foreign: Compression | undefined;
}

async function jobOf(layer: SavedLayer, { format }: PackOptions): Promise<Job> {
  const found = layer.blob === undefined ? 'none' : await formOf(layer.blob);
  if (typeof found === 'object') return { layer, form: 'none', format, foreign: found };
  return { layer, form: found, format: found === 'none' ? format : undefined, foreign: undefined };
}

async function findKnown(
  jobs: readonly Job[],
  options: PackOptions,
): Promise<Map<SavedLayer, PackedLayer>> {
  const { format, knownLayers } = options;
  const packed = new Map<SavedLayer, PackedLayer>();
  const wanted = jobs.filter((job) => job.format !== undefined);
  if (format === undefined || knownLayers === undefined || wanted.length === 0) return packed;
  const diffIds = wanted.map(({ layer }) => layer.diffId);
  const known = await knownLayers.find(diffIds, format.id);
  for (const job of wanted) {
    const descriptor = known.get(job.layer.diffId);
    if (descriptor !== undefined) packed.set(job.layer, knownLayer(job, descriptor, options));
  }
  return packed;
}

/** It is compressed only if ECR has lost it since. */
function knownLayer(job: Job, descriptor: Descriptor, options: PackOptions): PackedLayer {
  const { location } = job.layer;
  const open = async (): Promise<BlobReader> => {
    const again = await pack(job, options);
    if (again.descriptor.digest === descriptor.digest) return again.open();
    throw new PushError(
      'DIGEST_MISMATCH',
      `${location} is compressed to ${again.descriptor.digest} now, and was to ${descriptor.digest} before`,
      { hint: 'ECR has lost the layer since the push began. Run the step again.' },
    );
  };
  return { location, descriptor, open };
}

function refuseUnfit(jobs: readonly Job[], options: PackOptions): void {
  const lacking = jobs.filter(({ layer }) => layer.blob === undefined);
  if (lacking.length > 0) throw absent(lacking, options);
  const compressed = jobs.filter((job) => job.foreign !== undefined);
  const compression = compressed[0]?.foreign;
  if (compression !== undefined) throw foreign(compressed, compression, options);
}

/** A layer of an OCI layout may be absent if ECR has it, but here only its uncompressed digest is known. */
function absent(jobs: readonly Job[], { format }: PackOptions): PushError {
  const why =
    format === undefined
      ? 'a manifest needs the size of each layer, also of one that ECR has'
      : 'an archive does not say what a layer is compressed to, and no earlier push is known to have put that into every repository';
  return new PushError(
    'BLOB_MISSING',
    `${locationsOf(jobs)}: in manifest.json, but missing or empty in the tar; ${why}`,
    {
      hint: 'pack (imgutil) and others leave out what a Docker daemon has: save the whole image from there, "docker save --output image.tar NAME". In an OCI layout, layers that ECR has may be missing.',
    },
  );
}

/** Those that skopeo decompresses. */
const KNOWN_TO_SKOPEO = ['xz', 'bzip2'];

function foreign(
  jobs: readonly Job[],
  { name, command }: Compression,
  { path }: PackOptions,
): PushError {
  const is = jobs.length === 1 ? 'is' : 'are';
  const hint = KNOWN_TO_SKOPEO.includes(name)
    ? `Let skopeo make a layout of the archive, "skopeo copy docker-archive:${quoted(path)} oci:image:latest", and set the input layout to image.`
    : `Unpack the archive, decompress such layers with "${command}", and pack it again.`;
  return new PushError(
    'NOT_A_LAYOUT',
    `${locationsOf(jobs)} ${is} compressed with ${name}, which no OCI layer may be`,
    { hint },
  );
}

function locationsOf(jobs: readonly Job[]): string {
  return jobs.map(({ layer }) => layer.location).join(', ');
}

function planOf(jobs: readonly Job[], left: readonly Job[]): PackPlan {
  const compress = left.filter(({ format }) => format !== undefined);
  return {
    compress: compress.length,
    bytes: compress.reduce((sum, job) => sum + sizeOf(job), 0),
    known: jobs.length - left.length,
    asTheyAre: left.length - compress.length,
  };
}

function sizeOf({ layer }: Job): number {
  return layer.blob?.size ?? 0;
}

async function pack(job: Job, options: PackOptions): Promise<PackedLayer> {
  const { layer, form, format } = job;
  const { compressor, knownLayers, signal } = options;
  const { location, diffId, blob } = layer;
  if (blob === undefined) throw absent([job], options);
  if (job.foreign !== undefined) throw foreign([job], job.foreign, options);
  if (format === undefined) {
    const found = await examineLayer(blob, form, { signal });
    refuseOther(layer, found.diffId);
    const { digest } = found;
    const descriptor = { mediaType: LAYER_MEDIA_TYPES[form], digest, size: blob.size };
    return { location, descriptor, open: () => Promise.resolve(blob) };
  }
  const file = await compressor.compress(blob, signal);
  refuseOther(layer, file.uncompressed);
  const { mediaType, id } = format;
  const descriptor = { mediaType, digest: file.compressed, size: file.size };
  knownLayers?.add(diffId, id, descriptor);
  return { location, descriptor, open: () => file.open(location) };
}

function refuseOther({ location, diffId }: SavedLayer, found: Digest): void {
  if (found === diffId) return;
  throw new PushError(
    'DIGEST_MISMATCH',
    `${location} has the uncompressed digest ${found}, but the config's rootfs.diff_ids say ${diffId}`,
    { hint: 'The archive was changed or damaged after it was written: write it again.' },
  );
}
