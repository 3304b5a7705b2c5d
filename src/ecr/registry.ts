import type { RetryNotice } from '../async/retry.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryReference } from './names/reference.ts';
import type { RepositorySettings } from './repository-settings.ts';

/** A layer's bytes, opened. */
export interface LayerBlob extends AsyncDisposable {
  /** For messages: the file. */
  readonly location: string;
  /** Bytes. */
  readonly size: number;
  /** Fills `target` with the layer's bytes from `position` on. */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** Where the upload of a layer stands, and all it takes to go on from there. */
export interface UploadPosition {
  readonly uploadId: string;
  /** Bytes of each part but the last. */
  readonly partSize: number;
  /** Offset in the layer of the first byte that ECR has not confirmed. */
  readonly nextByte: number;
}

export interface LayerUpload {
  readonly layer: Descriptor;
  /** Called when it is the layer's turn: nothing is held open before. */
  readonly open: () => Promise<LayerBlob>;
  /** Goes on there, if ECR still knows the upload; undefined to begin. */
  readonly from?: UploadPosition | undefined;
  readonly onStart?: () => void;
  /** Told after each part that ECR has confirmed. */
  readonly onProgress?: (position: UploadPosition) => void;
  /** The upload was lost or arrived damaged, and is begun anew. */
  readonly onRetry?: (notice: RetryNotice) => void;
}

/** `completed-elsewhere`: another job, or an answer of ours that was lost, had completed it already. */
export interface LayerOutcome {
  readonly kind: 'sent' | 'completed-elsewhere';
  /** Of the requests that carried its parts: a third more than the layer's own, and all that was sent again. */
  readonly bytesOnWire: number;
}

export interface ImagePut {
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest as it was read. */
  readonly bytes: Uint8Array;
  readonly tag?: string;
}

/** `cause`: ECR's refusal, explained. `tag-required`: of an image that was put without one. */
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

/** A policy that is set by a call of its own, after the repository was created. */
export type PolicyName = 'lifecycle-policy' | 'repository-policy';

/** What a push needs of one ECR repository: an adapter each for private ECR and ECR Public. */
export interface Registry {
  /** As ECR names it: with the registry's id as soon as an answer has told it. */
  readonly repository: RepositoryReference;
  /** Calls that the SDK had to try again so far. */
  readonly retries: number;
  /**
   * The repository as pulls name it: known from the answers so far, or else asked for. What still is not known stays
   * undefined.
   */
  identify(signal: AbortSignal): Promise<RepositoryReference>;
  /**
   * The layers that ECR reports as AVAILABLE, of any number.
   * @throws PushError REPOSITORY_NOT_FOUND, and what every call throws
   */
  availableLayers(digests: readonly Digest[], signal: AbortSignal): Promise<ReadonlySet<Digest>>;
  /**
   * Waits for its turn among all layers of the run, the larger first, and uploads the layer.
   * @throws PushError DIGEST_MISMATCH when the file is not what its digest says, UPLOAD_FAILED, and what the blob throws
   */
  uploadLayer(upload: LayerUpload, signal: AbortSignal): Promise<LayerOutcome>;
  putImage(image: ImagePut, signal: AbortSignal): Promise<PutOutcome>;
  /** The images that exist, of those asked for; undefined where the credentials may not look. */
  findImages(
    ids: readonly ImageId[],
    signal: AbortSignal,
  ): Promise<readonly FoundImage[] | undefined>;
  /** Of the tags, those that the repository's rules forbid to move; undefined where these could not be seen. */
  immutableTags(
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined>;
  /** Without its policies. `exists`: another job has created it meanwhile, and it is left as it is. */
  createRepository(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<'created' | 'exists'>;
  setPolicies(
    names: readonly PolicyName[],
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<void>;
  /** Of the policies in `settings`, those that a repository without any image lacks; undefined where that could not be seen. */
  missingPolicies(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<readonly PolicyName[] | undefined>;
}
