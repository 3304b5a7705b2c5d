import type { BlobReader } from './layout.ts';
import { endedEarly, readAt } from './read.ts';
import type { TarFile } from './tar-header.ts';
import type { TarRange } from './tar-index.ts';

/** A file in a tar: a range of the open tar, which stays open for others. */
export class RangeReader implements BlobReader {
  readonly location: string;
  readonly size: number;
  readonly #tar: TarFile;
  readonly #start: number;

  constructor(tar: TarFile, { position, size }: TarRange, location: string) {
    this.location = location;
    this.size = size;
    this.#tar = tar;
    this.#start = position;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    const missing = position + target.byteLength - this.size;
    if (missing > 0) throw endedEarly(this.location, missing);
    await readAt(this.#tar.handle, target, this.#start + position, this.location);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The tar stays open for other blobs.
  }
}
