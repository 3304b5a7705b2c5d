import type { Digest } from './digest.ts';

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  /** Such as `win32k`. */
  readonly osFeatures?: readonly string[];
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly urls?: readonly string[];
  /** The content itself, decoded, if the descriptor carries it inline. */
  readonly data?: Uint8Array;
  readonly artifactType?: string;
}

/** A blob as it lies in a layout. */
export interface StoredBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** The blobs that lie in a layout, listed by an index or not. */
export interface StoredBlobs {
  readonly blobs: readonly StoredBlob[];
  /** Those that nobody looked at, as there are too many. */
  readonly unexamined: readonly Digest[];
}

/** Whether a layer is not meant to be distributed: a layout may leave such a layer out. */
export function isForeignLayer({ mediaType, urls = [] }: Descriptor): boolean {
  return (
    urls.length > 0 || mediaType.includes('.foreign.') || mediaType.includes('.nondistributable.')
  );
}
