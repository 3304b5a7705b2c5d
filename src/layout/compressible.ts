import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Descriptor } from '../oci/descriptor.ts';
import { OCI_LAYER } from '../oci/media-types.ts';
import type { BlobReader, BlobStore } from './layout.ts';

/** A layer of fewer bytes is sent as quickly as its build is changed. */
const LARGE = 100_000_000;

/** Spread over a layer, so many samples of so many bytes: gzip takes some 50 ms for all of them. */
const SAMPLES = 4;
const SAMPLE_BYTES = 512 * 1024;

/** Of more layers, it is not worth the time. */
const MAX_LAYERS = 10;

/** Less than this share of the bytes is not worth a change. */
const LEAST_SHARE = 0.1;

/** What compression would save. */
export interface Saving {
  /** The largest first. */
  readonly layers: readonly Descriptor[];
  /** Of these layers. */
  readonly bytes: number;
  /** Of these bytes, an estimate. */
  readonly saved: number;
}

/**
 * Estimates by samples what gzip would save of the large layers that are not compressed; undefined if there are none, or
 * if it would save little. @throws what the blobs throw, and the signal's reason
 */
export async function estimateSaving(
  layers: readonly Descriptor[],
  blobs: Pick<BlobStore, 'openBlob'>,
  signal: AbortSignal,
): Promise<Saving | undefined> {
  const large = layers
    .filter(({ mediaType, size }) => isUncompressed(mediaType) && size > LARGE)
    .toSorted((a, b) => b.size - a.size)
    .slice(0, MAX_LAYERS);
  const compressible: Descriptor[] = [];
  let [bytes, saved] = [0, 0];
  for (const layer of large) {
    signal.throwIfAborted();
    await using blob = await blobs.openBlob(layer);
    const share = await savedShare(blob);
    if (share < LEAST_SHARE) continue;
    compressible.push(layer);
    bytes += layer.size;
    saved += layer.size * share;
  }
  return compressible.length === 0 ? undefined : { layers: compressible, bytes, saved };
}

/** A tar: what else an artifact may hold is its own matter. */
function isUncompressed(mediaType: string): boolean {
  return mediaType === OCI_LAYER || mediaType === 'application/vnd.docker.image.rootfs.diff.tar';
}

/** Of its bytes, from 0 to 1; below 0 for what grows. */
async function savedShare(blob: BlobReader): Promise<number> {
  const sample = Buffer.alloc(SAMPLE_BYTES);
  let compressed = 0;
  for (let at = 0; at < SAMPLES; at += 1) {
    await blob.read(sample, Math.floor(((blob.size - SAMPLE_BYTES) / (SAMPLES - 1)) * at));
    compressed += (await promisify(gzip)(sample)).byteLength;
  }
  return 1 - compressed / (SAMPLES * SAMPLE_BYTES);
}
