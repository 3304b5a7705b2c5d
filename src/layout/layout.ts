import type { Descriptor, StoredBlobs } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';

/** One blob of a layout, opened once and checked: a regular file of the size that its descriptor gives. */
export interface BlobReader extends AsyncDisposable {
  /** For messages: the file's path, or the tar's path and the entry's name. */
  readonly location: string;
  /** Bytes. */
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. @throws PushError LAYOUT_UNREADABLE, DIGEST_MISMATCH (the file ended early) */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** The blobs of one layout or of several. */
export interface BlobStore {
  /** Whether the blob is there. @throws PushError DIGEST_MISMATCH if it is, but with another size */
  has(descriptor: Descriptor): Promise<boolean>;
  /**
   * A whole manifest or config of at most MAX_MANIFEST_BYTES, its size and digest verified.
   * @throws PushError BLOB_MISSING, DIGEST_MISMATCH, TOO_LARGE, LAYOUT_UNREADABLE
   */
  readVerified(descriptor: Descriptor): Promise<Uint8Array>;
  /** @throws PushError BLOB_MISSING, DIGEST_MISMATCH, LAYOUT_UNREADABLE */
  openBlob(descriptor: Descriptor): Promise<BlobReader>;
}

/** An OCI image layout, read in place: https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export interface Layout extends BlobStore, AsyncDisposable {
  /** As the user gave it. */
  readonly path: string;
  /** `index.json`, parsed. */
  readonly index: ImageIndex;
  /** The same as it was read. */
  readonly indexBytes: Uint8Array;
  /** The blobs that lie in it, listed by an index or not; unexamined if they are more than MAX_STORED_BLOBS. */
  storedBlobs(): Promise<StoredBlobs>;
}
