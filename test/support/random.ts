import { createCipheriv, createHash } from 'node:crypto';

/** The same bytes for the same seed, on every machine: the key stream of AES-CTR, keyed with the seed. */
export function seededBytes(seed: string, size: number): Uint8Array {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
