import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { digestOf } from '../oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { blobFile, type BlobSource } from './blob-source.ts';
import type { BlobReader, Layout } from './layout.ts';
import { MemoryReader } from './memory-reader.ts';
import { readWhole } from './read.ts';

/** A layout over any source: nothing past this point knows whether it is a directory or a tar. */
export class SourceLayout implements Layout {
  readonly path: string;
  readonly index: ImageIndex;
  readonly #source: BlobSource;

  constructor(path: string, index: ImageIndex, source: BlobSource) {
    this.path = path;
    this.index = index;
    this.#source = source;
  }

  async has(descriptor: Descriptor): Promise<boolean> {
    const file = blobFile(descriptor.digest);
    const size = await this.#source.sizeOf(file);
    if (size === undefined) return descriptor.data !== undefined;
    if (size !== descriptor.size) throw this.#wrongSize(descriptor, size);
    return true;
  }

  async readVerified(descriptor: Descriptor): Promise<Uint8Array> {
    await using blob = await this.openBlob(descriptor);
    const bytes = await readWhole(blob, MAX_MANIFEST_BYTES);
    const found = digestOf(bytes);
    if (found === descriptor.digest) return bytes;
    throw new PushError(
      'DIGEST_MISMATCH',
      `${blob.location} has the digest ${found}, but its descriptor says ${descriptor.digest}`,
    );
  }

  async openBlob(descriptor: Descriptor): Promise<BlobReader> {
    const blob = await this.#find(descriptor);
    if (blob !== undefined) return blob;
    throw new PushError(
      'BLOB_MISSING',
      `${this.#source.locationOf(blobFile(descriptor.digest))} is missing (${descriptor.mediaType}, ${descriptor.size} bytes)`,
    );
  }

  /** The blob's file or, failing that, what its descriptor carries inline. */
  async #find(descriptor: Descriptor): Promise<BlobReader | undefined> {
    const file = blobFile(descriptor.digest);
    const blob = await this.#source.open(file);
    if (blob === undefined) {
      const { data, digest } = descriptor;
      // `parseDescriptor` verified its size and digest.
      return data && new MemoryReader(data, `the inline data of ${digest}`);
    }
    if (blob.size === descriptor.size) return blob;
    await blob[Symbol.asyncDispose]();
    throw this.#wrongSize(descriptor, blob.size);
  }

  #wrongSize({ digest, size }: Descriptor, found: number): PushError {
    const location = this.#source.locationOf(blobFile(digest));
    return new PushError(
      'DIGEST_MISMATCH',
      `${location} holds ${found} bytes, but its descriptor says ${size}`,
    );
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#source[Symbol.asyncDispose]();
  }
}
