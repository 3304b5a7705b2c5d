import { PushError } from '../errors.ts';
import type { Descriptor, StoredBlob, StoredBlobs } from '../oci/descriptor.ts';
import { digestOf, isDigest } from '../oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { parseIndexJson } from '../oci/parse-manifest.ts';
import { blobFile, type BlobSource } from './blob-source.ts';
import type { BlobReader, Layout } from './layout.ts';
import { MemoryReader } from './memory-reader.ts';
import { readWhole } from './read.ts';

/** The most blobs that are examined, in search of what no index lists. */
const MAX_STORED_BLOBS = 20_000;

/** `index.json`. */
interface IndexFile {
  readonly bytes: Uint8Array;
  readonly location: string;
}

/** A layout over any source: nothing past this point knows whether it is a directory or a tar. */
export class SourceLayout implements Layout {
  readonly path: string;
  readonly index: ImageIndex;
  readonly indexBytes: Uint8Array;
  readonly #source: BlobSource;

  /** @throws PushError as `parseIndexJson` */
  constructor(path: string, index: IndexFile, source: BlobSource) {
    this.path = path;
    this.index = parseIndexJson(index.bytes, index.location);
    this.indexBytes = index.bytes;
    this.#source = source;
  }

  /** What is no blob, or cannot be examined, is passed over: nobody asked for it. */
  async storedBlobs(): Promise<StoredBlobs> {
    const names = await this.#source.blobNames();
    const digests = names.map((name) => `sha256:${name}`).filter(isDigest);
    if (digests.length > MAX_STORED_BLOBS) return { blobs: [], unexamined: digests };
    const found = digests.map(async (digest): Promise<StoredBlob[]> => {
      const size = await this.#source.sizeOf(blobFile(digest)).catch(ignoreUnsound);
      return size === undefined ? [] : [{ digest, size }];
    });
    return { blobs: (await Promise.all(found)).flat(), unexamined: [] };
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

function ignoreUnsound(error: unknown): undefined {
  if (error instanceof PushError) return undefined;
  throw error;
}
