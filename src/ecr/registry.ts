import type { Digest } from '../oci/digest.ts';
import type { RepositoryReference } from './names/reference.ts';
import type { RepositorySettings } from './repository-settings.ts';

/** What InitiateLayerUpload answers. */
export interface LayerUpload {
  readonly uploadId: string;
  /** Bytes of each part but the last. */
  readonly partSize: number;
}

/** Bytes of a layer, in the order of its upload. */
export interface LayerPart {
  readonly uploadId: string;
  /** Offset in the layer. */
  readonly firstByte: number;
  /** Bytes. */
  readonly size: number;
}

/** The layer that a part's bytes come from. */
export interface PartSource {
  /** Bytes of the layer. */
  readonly size: number;
  /** Fills `target` with the layer's bytes from `position` on. */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** A part that was read and is ready to be sent. It holds memory until it is uploaded or discarded. */
export interface PreparedPart {
  readonly part: LayerPart;
  /** Once. */
  upload(signal: AbortSignal): Promise<PartOutcome>;
  /** Instead, when it will not be uploaded. */
  discard(): void;
}

/** `lastByteReceived`, `lastValidByteReceived`: offsets in the layer, inclusive; -1 where ECR has nothing yet. */
export type PartOutcome =
  | { readonly kind: 'received'; readonly lastByteReceived: number }
  | { readonly kind: 'not-consecutive'; readonly lastValidByteReceived: number | undefined }
  | { readonly kind: 'upload-not-found' };

export type CompleteOutcome =
  'completed' | 'already-exists' | 'digest-mismatch' | 'upload-not-found';

export interface ImagePut {
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest as it was read. */
  readonly bytes: Uint8Array;
  readonly tag?: string;
}

/** `cause`: ECR's refusal, explained. */
export type PutOutcome =
  | { readonly kind: 'put' }
  | { readonly kind: 'already-exists' }
  | { readonly kind: 'layers-not-found'; readonly cause: Error }
  | { readonly kind: 'referenced-images-not-found'; readonly cause: Error }
  | { readonly kind: 'tag-is-immutable'; readonly cause: Error }
  | { readonly kind: 'tag-required'; readonly cause: Error };

export type ImageId = { readonly digest: Digest } | { readonly tag: string };

export interface FoundImage {
  readonly digest: Digest;
  /** The tag it was found by; absent where it was found by digest. */
  readonly tag?: string;
}

/** The calls of one ECR repository that a push makes: an adapter each for private ECR and ECR Public. */
export interface Registry {
  /** With the registry's id as soon as an answer has told it. */
  readonly repository: RepositoryReference;
  /** The most parts that a layer may have. */
  readonly maxParts: number;
  /** The layers that ECR reports as AVAILABLE. Any number of digests; asked MAX_DIGESTS_PER_CALL at a time. */
  availableLayers(digests: readonly Digest[], signal: AbortSignal): Promise<ReadonlySet<Digest>>;
  /** `size`: bytes of the layer. */
  initiateUpload(size: number, signal: AbortSignal): Promise<LayerUpload>;
  /** Waits until there is memory for it. @throws what `source` throws */
  preparePart(part: LayerPart, source: PartSource, signal: AbortSignal): Promise<PreparedPart>;
  /** The same, or undefined where memory is short: for a part whose turn has not come. */
  preparePartAhead(
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<PreparedPart> | undefined;
  completeUpload(uploadId: string, digest: Digest, signal: AbortSignal): Promise<CompleteOutcome>;
  putImage(image: ImagePut, signal: AbortSignal): Promise<PutOutcome>;
  /** The images that exist, of those asked for; undefined where the credentials may not look. */
  findImages(
    ids: readonly ImageId[],
    signal: AbortSignal,
  ): Promise<readonly FoundImage[] | undefined>;
  /** Of the tags, those that the repository's settings forbid to move; undefined where they could not be seen. */
  immutableTags(
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined>;
  /** Success, too, when it exists already: it is then left as it is. */
  createRepository(settings: RepositorySettings, signal: AbortSignal): Promise<void>;
  close(): void;
}
