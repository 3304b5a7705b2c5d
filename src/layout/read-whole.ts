import { PushError } from '../errors.ts';
import type { BlobReader } from './layout.ts';

/**
 * All of a file that is small by its nature.
 * @throws PushError TOO_LARGE if it is over `limit` bytes, and what the reader throws
 */
export async function readWhole(file: BlobReader, limit: number): Promise<Uint8Array> {
  if (file.size > limit) {
    throw new PushError(
      'TOO_LARGE',
      `${file.location} is ${file.size} bytes, but at most ${limit} are read for what it should be`,
    );
  }
  const bytes = new Uint8Array(file.size);
  await file.read(bytes, 0);
  return bytes;
}
