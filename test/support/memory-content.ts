import { PushError } from '../../src/errors.ts';
import { type Entry, readEntries } from '../../src/image/entries.ts';
import type { BlobReader, BlobStore } from '../../src/layout/layout.ts';
import type { Descriptor, StoredBlob } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import type { ImageIndex } from '../../src/oci/manifest.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { type Graph, jsonBytes } from './image.ts';

/** The blobs of graphs, held in memory. */
export class MemoryContent implements BlobStore {
  /** Every whole read, in order. */
  readonly reads: Digest[] = [];
  readonly #blobs: Map<Digest, Graph['blobs'] extends ReadonlyMap<Digest, infer C> ? C : never>;

  constructor(...graphs: readonly Pick<Graph, 'blobs'>[]) {
    this.#blobs = new Map(graphs.flatMap(({ blobs }) => [...blobs]));
  }

  /** The same content as from a layout that some blobs are absent from. */
  without(...digests: readonly Digest[]): this {
    for (const digest of digests) this.#blobs.delete(digest);
    return this;
  }

  /** Puts other bytes where a digest's own would stand, which a real layout refuses: for loops alone. */
  forge(digest: Digest, bytes: Uint8Array): this {
    this.#blobs.set(digest, bytes);
    return this;
  }

  has({ digest }: Descriptor): Promise<boolean> {
    return Promise.resolve(this.#blobs.has(digest));
  }

  openBlob({ digest }: Descriptor): Promise<BlobReader> {
    const content = this.#blobs.get(digest);
    if (content instanceof Uint8Array) return Promise.resolve(readerOf(digest, content));
    return Promise.reject(new PushError('BLOB_MISSING', `${digest} is missing`));
  }

  readVerified({ digest, size }: Descriptor): Promise<Uint8Array> {
    this.reads.push(digest);
    const content = this.#blobs.get(digest);
    if (!(content instanceof Uint8Array)) {
      return Promise.reject(new PushError('BLOB_MISSING', `${digest} is missing`));
    }
    if (content.byteLength === size) return Promise.resolve(content);
    return Promise.reject(new PushError('DIGEST_MISMATCH', `${digest} is not ${size} bytes`));
  }
}

function readerOf(location: string, bytes: Uint8Array): BlobReader {
  return {
    location,
    size: bytes.byteLength,
    read(target, position) {
      target.set(bytes.subarray(position, position + target.byteLength));
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export interface RawOptions {
  readonly mediaType: string;
  readonly below?: readonly Pick<Graph, 'blobs'>[];
  /** Of its descriptor. */
  readonly properties?: Partial<Descriptor>;
}

/** A manifest whose JSON the test writes itself. */
export function rawGraph(body: object, { mediaType, below = [], properties }: RawOptions): Graph {
  const manifest = jsonBytes(body);
  const descriptor = { mediaType, digest: digestOf(manifest), size: manifest.length };
  const blobs = new Map([
    ...below.flatMap((graph) => [...graph.blobs]),
    [descriptor.digest, manifest] as const,
  ]);
  return { descriptor: { ...descriptor, ...properties }, manifest, blobs };
}

/** A blob alone. */
export function rawBlob(mediaType: string, bytes: Uint8Array): Graph {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  return { descriptor, manifest: bytes, blobs: new Map([[descriptor.digest, bytes]]) };
}

/** `index.json`, parsed, with these entries. */
export function indexOf(...entries: readonly Pick<Graph, 'descriptor'>[]): ImageIndex {
  return {
    kind: 'index',
    mediaType: OCI_INDEX,
    manifests: entries.map(({ descriptor }) => descriptor),
  };
}

/** A layout with these entries, whose other blobs are `stored`. */
export function memoryLayout(
  path: string,
  entries: readonly Pick<Graph, 'descriptor'>[],
  stored: readonly StoredBlob[] = [],
) {
  const index = indexOf(...entries);
  const indexBytes = jsonBytes({ schemaVersion: 2, manifests: index.manifests });
  return {
    path,
    index,
    indexBytes,
    storedBlobs: () => Promise.resolve({ blobs: stored, unexamined: [] }),
  };
}

/** What these graphs list in `index.json` lead to. */
export function entriesIn(
  graphs: readonly Pick<Graph, 'descriptor'>[],
  content: MemoryContent,
): Promise<readonly Entry[]> {
  return readEntries(indexOf(...graphs), content);
}

/** The JSON of a manifest. */
export function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(bytes).toString()) as Readonly<Record<string, unknown>>;
}

/** The digests of an index's entries. */
export function entriesOf(bytes: Uint8Array): string[] {
  const { manifests } = parsed(bytes) as { manifests?: { digest: string }[] };
  return manifests?.map(({ digest }) => digest) ?? [];
}

/** For `findReferrers` in a layout that is sound. */
export function neverBroken(error: Error): never {
  throw error;
}
