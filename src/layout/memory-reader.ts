import type { BlobReader } from './layout.ts';
import { endedEarly } from './read.ts';

/** Bytes that are in memory already, as a blob. */
export class MemoryReader implements BlobReader {
  readonly location: string;
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, location: string) {
    this.location = location;
    this.size = bytes.byteLength;
    this.#bytes = bytes;
  }

  read(target: Uint8Array, position: number): Promise<void> {
    const bytes = this.#bytes.subarray(position, position + target.byteLength);
    const missing = target.byteLength - bytes.byteLength;
    if (missing > 0) return Promise.reject(endedEarly(this.location, missing));
    target.set(bytes);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is only memory behind it.
  }
}
