import { createHash } from 'node:crypto';
import { Retry } from '../../async/retry.ts';
import { PushError } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { LayerBlob, LayerOutcome, LayerUpload, UploadPosition } from '../registry.ts';
import { type PartCalls, sendInOrder, type SendOptions } from './in-order.ts';
import { HASH_CHUNK_BYTES, MAX_PART_SIZE, USUAL_PART_SIZE } from './tuning.ts';

export type CompleteOutcome =
  'completed' | 'already-exists' | 'digest-mismatch' | 'upload-not-found';

/** The calls that uploading a layer makes. */
export interface LayerCalls extends PartCalls {
  /** `partSize`: as offered, unchecked. */
  initiate(signal: AbortSignal): Promise<{ uploadId: string; partSize: number | undefined }>;
  complete(uploadId: string, digest: Digest, signal: AbortSignal): Promise<CompleteOutcome>;
  isAvailable(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Bytes handed to the network so far, for all parts of the layer. */
  readonly bytesOnWire: number;
}

/** What determines the part size; sizes in bytes. */
export interface PartSizes {
  /** What the user asked for; undefined to take what ECR offers. */
  readonly wanted: number | undefined;
  /** ECR's minimum. */
  readonly least: number;
  readonly maxParts: number;
}

interface Options extends Pick<SendOptions, 'run' | 'lines'> {
  readonly sizes: PartSizes;
  readonly debug: (message: string) => void;
}

type Attempt = 'done' | CompleteOutcome | 'parts-lost';

/**
 * Uploads one layer: Initiate, its parts strictly in order, Complete. A lost upload starts over, unless the layer has
 * arrived anyway.
 * @throws PushError DIGEST_MISMATCH when the file is not what its digest says, UPLOAD_FAILED, and what the calls throw
 */
export async function uploadLayer(
  upload: LayerUpload,
  calls: LayerCalls,
  options: Options,
  signal: AbortSignal,
): Promise<LayerOutcome> {
  const { layer, onRetry } = upload;
  await using blob = await upload.open();
  const retry = new Retry({ onRetry });
  for (let { from } = upload; ; from = undefined) {
    const attempt = await attemptUpload({ ...upload, from }, blob, calls, options, signal);
    if (attempt === 'completed') return { kind: 'sent', bytesOnWire: calls.bytesOnWire };
    const elsewhere = { kind: 'completed-elsewhere', bytesOnWire: calls.bytesOnWire } as const;
    if (attempt === 'already-exists') return elsewhere;
    if (attempt === 'digest-mismatch') await checkLocalDigest(layer, blob, signal);
    // Another job, or a call of ours whose answer was lost, may have completed it.
    else if (await calls.isAvailable(layer.digest, signal)) return elsewhere;
    if (!(await retry.again('layer', { signal }))) throw notArrived(layer, attempt, retry.attempt);
  }
}

async function attemptUpload(
  { layer, from, onProgress = () => undefined }: LayerUpload,
  blob: LayerBlob,
  calls: LayerCalls,
  options: Options,
  signal: AbortSignal,
): Promise<Exclude<Attempt, 'done'>> {
  const start = from ?? (await initiate(layer, calls, options, signal));
  const { run, lines } = options;
  const sent = await sendInOrder(start, calls, { blob, signal, onProgress, run, lines }).catch(
    async (error: unknown) => {
      // A part may be read twice, to hash it and to send it: if the file changes in between, the signature looks wrong.
      if (isSignatureRefused(error)) await checkLocalDigest(layer, blob, signal);
      throw error;
    },
  );
  return sent === 'done' ? calls.complete(start.uploadId, layer.digest, signal) : sent;
}

async function initiate(
  layer: Descriptor,
  calls: LayerCalls,
  { sizes, debug }: Options,
  signal: AbortSignal,
): Promise<UploadPosition> {
  const { uploadId, partSize: offered } = await calls.initiate(signal);
  const partSize = choosePartSize(layer.size, offered, sizes);
  if (sizes.wanted === undefined && !isSound(offered, sizes))
    debug(`InitiateLayerUpload offered parts of ${String(offered)} bytes: using ${partSize}`);
  return { uploadId, partSize, nextByte: 0 };
}

/**
 * The part size: what the user asked for, or else what InitiateLayerUpload offered, if ECR accepts that. Larger only if
 * the layer would otherwise have more parts than ECR accepts.
 */
export function choosePartSize(
  layerSize: number,
  offered: number | undefined,
  sizes: PartSizes,
): number {
  const usual = isSound(offered, sizes) ? offered : USUAL_PART_SIZE;
  const needed = Math.ceil(layerSize / sizes.maxParts);
  return Math.min(Math.max(sizes.wanted ?? usual, needed), MAX_PART_SIZE);
}

function isSound(offered: number | undefined, { least }: PartSizes): offered is number {
  return Number.isSafeInteger(offered) && offered !== undefined && offered >= least;
}

function isSignatureRefused(error: unknown): boolean {
  return (
    error instanceof PushError &&
    error.cause instanceof Error &&
    ['InvalidSignatureException', 'SignatureDoesNotMatch'].includes(error.cause.name)
  );
}

/** Hashes the file, which is worth it only after ECR refused the layer: was the file bad, or the transfer? */
async function checkLocalDigest(
  layer: Descriptor,
  blob: LayerBlob,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(HASH_CHUNK_BYTES, blob.size));
  for (let position = 0; position < blob.size; position += buffer.length) {
    signal.throwIfAborted();
    const chunk = buffer.subarray(0, Math.min(buffer.length, blob.size - position));
    await blob.read(chunk, position);
    hash.update(chunk);
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found === layer.digest) return;
  throw new PushError(
    'DIGEST_MISMATCH',
    `${blob.location}: expected ${layer.digest}, found ${found}`,
  );
}

/** How the last upload failed. Of a mismatch, the file was hashed before. */
const FAILED = {
  'digest-mismatch': 'ECR received other bytes than the file holds, whose digest is right',
  'upload-not-found': 'ECR no longer knew the upload',
  'parts-lost': 'ECR did not keep its parts',
} as const;

function notArrived(layer: Descriptor, last: keyof typeof FAILED, uploads: number): PushError {
  return new PushError(
    'UPLOAD_FAILED',
    `layer ${layer.digest} did not arrive after ${uploads} uploads (${last}: ${FAILED[last]})`,
  );
}
