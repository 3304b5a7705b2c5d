import type { Digest } from '../oci/digest.ts';
import type { BlobReader } from './layout.ts';

/** The only files of a layout that are ever read. Digests are parsed, so none of these leads elsewhere. */
export type LayoutFile = 'index.json' | 'oci-layout' | `blobs/sha256/${string}`;

/** Where the files of a layout are kept: in a directory or a tar. */
export interface BlobSource extends AsyncDisposable {
  /** For messages. */
  locationOf(file: LayoutFile): string;
  /** Bytes: what `open` would report, without opening the file. */
  sizeOf(file: LayoutFile): Promise<number | undefined>;
  /** The names in `blobs/sha256`, in no order. */
  blobNames(): Promise<readonly string[]>;
  /** @returns undefined if there is no such file. @throws PushError UNSAFE_LINK, NOT_A_LAYOUT, LAYOUT_UNREADABLE */
  open(file: LayoutFile): Promise<BlobReader | undefined>;
}

/** Where a layout keeps a blob. */
export function blobFile(digest: Digest): LayoutFile {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}
