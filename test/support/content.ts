import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../../src/oci/digest.ts';

/** `prefix`, then zeros up to `size` bytes: large content that takes no room in memory nor, as a hole, on disk. */
interface SparseContent {
  readonly prefix: Uint8Array;
  /** Bytes, the prefix's included. */
  readonly size: number;
}

export type Content = Uint8Array | SparseContent;

/** What a layout holds, by digest. */
export type Blobs = ReadonlyMap<Digest, Content>;

const ZEROS = Buffer.alloc(1 << 20);

export function sizeOf(content: Content): number {
  return content instanceof Uint8Array ? content.byteLength : content.size;
}

export function* chunksOf(content: Content): Generator<Uint8Array> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  yield content.prefix;
  for (let left = content.size - content.prefix.byteLength; left > 0; left -= ZEROS.byteLength) {
    yield ZEROS.subarray(0, Math.min(left, ZEROS.byteLength));
  }
}

export function digestOfContent(content: Content): Digest {
  const hash = createHash('sha256');
  for (const chunk of chunksOf(content)) hash.update(chunk);
  return parseDigest(`sha256:${hash.digest('hex')}`, 'computed digest');
}
