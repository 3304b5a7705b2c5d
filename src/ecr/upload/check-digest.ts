import { createHash } from 'node:crypto';
import { PushError } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { LayerBlob } from '../registry.ts';
import { HASH_CHUNK_BYTES } from './tuning.ts';

/**
 * Hashes the file, which is worth it only after ECR refused the layer: was the file bad, or the transfer?
 * @throws PushError DIGEST_MISMATCH, and what the blob throws
 */
export async function checkLocalDigest(
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
