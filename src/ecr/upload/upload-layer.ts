import { createHash } from 'node:crypto';
import type { PartOutcome, Registry } from '../registry.ts';
import { PushError } from '../../errors.ts';
import type { BlobReader } from '../../layout/layout.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { choosePartSize } from './part-ranges.ts';
import { PartsInOrder } from './in-order.ts';

/** How often a layer is begun anew when its upload was lost or arrived damaged. */
export const MAX_LAYER_ATTEMPTS = 3;
/** How often one upload may be sent back by ECR to an earlier byte. */
const MAX_SETBACKS = 8;
const HASH_CHUNK_BYTES = 1024 * 1024;

interface LayerUploadOptions {
  readonly registry: Registry;
  readonly blob: BlobReader;
  readonly signal: AbortSignal;
  /** Told when the upload is begun anew. */
  readonly onRestart?: () => void;
  /** Bytes; undefined to take what ECR offers. */
  readonly partSize?: number | undefined;
}

type Attempt = 'done' | 'digest-mismatch' | 'upload-not-found' | 'parts-lost';

/**
 * Uploads one layer: Initiate, its parts strictly one after another, Complete. An upload that was lost is begun
 * again, unless the layer has arrived all the same.
 * @throws PushError DIGEST_MISMATCH when the file is not what its digest says, UPLOAD_FAILED, and what the calls throw
 */
export async function uploadLayer(layer: Descriptor, options: LayerUploadOptions): Promise<void> {
  const { registry, blob, signal, onRestart } = options;
  let last: Attempt = 'parts-lost';
  for (let attempt = 1; attempt <= MAX_LAYER_ATTEMPTS; attempt++) {
    if (attempt > 1) onRestart?.();
    last = await attemptUpload(layer, options);
    if (last === 'done') return;
    if (last === 'digest-mismatch') await checkLocalDigest(layer, blob, signal);
    // Another job, or an answer of ours that was lost, may have completed it.
    else if ((await registry.availableLayers([layer.digest], signal)).has(layer.digest)) return;
  }
  throw new PushError(
    'UPLOAD_FAILED',
    `layer ${layer.digest} did not arrive in ${MAX_LAYER_ATTEMPTS} uploads (${last})`,
  );
}

async function attemptUpload(layer: Descriptor, options: LayerUploadOptions): Promise<Attempt> {
  const { registry, blob, signal } = options;
  const { uploadId, partSize } = await registry.initiateUpload(layer.size, signal);
  const size = choosePartSize(layer.size, options.partSize ?? partSize, registry.maxParts);
  const sent = await sendParts(uploadId, size, options).catch(async (error: unknown) => {
    // A part may be read twice, for its hash and to be sent: a file that changes between looks like a wrong signature.
    if (error instanceof PushError && error.code === 'CREDENTIALS_INVALID')
      await checkLocalDigest(layer, blob, signal);
    throw error;
  });
  if (sent !== 'done') return sent;
  const outcome = await registry.completeUpload(uploadId, layer.digest, signal);
  return outcome === 'completed' || outcome === 'already-exists' ? 'done' : outcome;
}

/** ECR refuses a part that does not follow the last one, so a layer's parts go in order, each after its answer. */
async function sendParts(
  uploadId: string,
  partSize: number,
  options: LayerUploadOptions,
): Promise<Attempt> {
  const { blob, signal } = options;
  await using parts = new PartsInOrder(uploadId, partSize, options);
  let setbacks = 0;
  for (let firstByte = 0; firstByte < blob.size;) {
    const part = await parts.take(firstByte);
    const end = firstByte + part.part.size;
    parts.prepareAhead(end);
    const outcome = await part.upload(signal);
    if (outcome.kind === 'upload-not-found') return 'upload-not-found';
    const next = nextByte(outcome);
    if (next === undefined || next < 0 || next > end) return 'parts-lost';
    if (next <= firstByte && ++setbacks > MAX_SETBACKS) return 'parts-lost';
    firstByte = next;
  }
  return 'done';
}

/** Where ECR stands, whatever was sent: after the answer to a lost one this may be the end of the part it refused. */
function nextByte(outcome: Exclude<PartOutcome, { kind: 'upload-not-found' }>): number | undefined {
  const last =
    outcome.kind === 'received' ? outcome.lastByteReceived : outcome.lastValidByteReceived;
  return last === undefined ? undefined : last + 1;
}

/** Only after ECR refused what it got is it worth hashing the file: to say whether it or the transfer was bad. */
async function checkLocalDigest(
  layer: Descriptor,
  blob: BlobReader,
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
