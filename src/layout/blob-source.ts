import type { BlobReader } from './layout.ts';

/** The files of a layout that are ever read. A digest is parsed, so none of these leads elsewhere. */
export type LayoutFile = 'index.json' | 'oci-layout' | `blobs/sha256/${string}`;

/** Where the files of a layout are kept: a directory, a tar. */
export interface BlobSource extends AsyncDisposable {
  /** For messages. */
  locationOf(file: LayoutFile): string;
  /** Bytes; the same as of the opened file, without opening it. */
  sizeOf(file: LayoutFile): Promise<number | undefined>;
  /** @returns undefined if there is no such file. @throws PushError UNSAFE_LINK, NOT_A_LAYOUT, LAYOUT_UNREADABLE */
  open(file: LayoutFile): Promise<BlobReader | undefined>;
}
