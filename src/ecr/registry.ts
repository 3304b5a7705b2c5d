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

/** How far a layer's upload is: enough to resume it. */
export interface UploadPosition {
  readonly uploadId: string;
  /** Bytes of every part except the last. */
  readonly partSize: number;
  /** Offset in the layer of the first byte that ECR has not confirmed. */
  readonly nextByte: number;
}

export interface LayerUpload {
  readonly layer: Descriptor;
  /** Called when the layer's turn comes; nothing is open before that. */
  readonly open: () => Promise<LayerBlob>;
  /** Others wait for it, so it is next. */
  readonly isUrgent?: boolean;
  /** Where to resume, if ECR still knows the upload; undefined to start over. */
  readonly from?: UploadPosition | undefined;
  readonly onStart?: () => void;
  /** Called after each part that ECR confirms. */
  readonly onProgress?: (position: UploadPosition) => void;
  /** Called before an upload that was lost or damaged starts over. */
  readonly onRetry?: (notice: RetryNotice) => void;
}

/** `completed-elsewhere`: already completed, by another job or by a call of ours whose answer was lost. */
export interface LayerOutcome {
  readonly kind: 'sent' | 'completed-elsewhere';
  /** Body bytes of all its part requests: base64 adds a third, and retries count too. */
  readonly bytesOnWire: number;
}

export interface ImagePut {
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest as it was read. */
  readonly bytes: Uint8Array;
  readonly tag?: string;
}

/**
 * `cause`: ECR's error, explained. `tag-required`: ECR does not accept the image untagged. `unconfirmed`: its answer
 * names another image or none, and a look at the repository did not show this one. `tag-is-elsewhere`: it says that the
 * image exists, but the tag points to another.
 */
export type PutOutcome =
  | { readonly kind: 'put' }
  | { readonly kind: 'already-exists' }
  | { readonly kind: 'unconfirmed'; readonly cause: Error }
  | { readonly kind: 'layers-not-found'; readonly cause: Error }
  | { readonly kind: 'referenced-images-not-found'; readonly cause: Error }
  | { readonly kind: 'tag-is-elsewhere'; readonly cause: Error }
  | { readonly kind: 'tag-is-immutable'; readonly cause: Error }
  | { readonly kind: 'tag-required'; readonly cause: Error };

export type ImageId = { readonly digest: Digest } | { readonly tag: string };

export interface FoundImage {
  readonly digest: Digest;
  /** The tag it was found by; absent where it was found by digest. */
  readonly tag?: string;
}

/** A manifest that a repository holds. */
export interface HeldManifest {
  /** As ECR says it. */
  readonly mediaType: string | undefined;
  /** With the digest that was asked for; undefined of ECR Public, which has no call that gives them. */
  readonly bytes: Uint8Array | undefined;
}

/** A policy that a separate call sets, once the repository exists. */
export type PolicyName = 'lifecycle-policy' | 'repository-policy';

/** What a push needs from one ECR repository. Private ECR and ECR Public each have an adapter. */
export interface Registry {
  /** With the registry's id, once an answer has revealed it. */
  readonly repository: RepositoryReference;
  /** So far: calls that the SDK retried, those of them that were throttled, and body bytes of all part requests. */
  readonly traffic: {
    readonly retries: number;
    readonly throttles: number;
    readonly bytesOnWire: number;
  };
  /**
   * The repository as pulls name it: from earlier answers, or else by asking AWS. What remains unknown is undefined.
   * `held`: an image that it holds, which those may look up who may not describe the repository.
   */
  identify(signal: AbortSignal, held?: Digest): Promise<RepositoryReference>;
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
  /** Which of the images exist; undefined if the credentials may not look them up. */
  findImages(
    ids: readonly ImageId[],
    signal: AbortSignal,
  ): Promise<readonly FoundImage[] | undefined>;
  /**
   * Those of the manifests that the repository holds. What was found once is not asked for again. Undefined if the
   * credentials may not look them up, or ECR Public's alias does not tell whose registry it is.
   * @throws PushError UNEXPECTED_RESPONSE if the bytes have another digest, and what every call throws
   */
  findManifests(
    digests: readonly Digest[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Digest, HeldManifest> | undefined>;
  /** Which of the tags the repository forbids to move; undefined if its settings could not be read. */
  immutableTags(
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined>;
  /** Without its policies. `exists`: another job created it in the meantime; it is left as it is. */
  createRepository(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<'created' | 'exists'>;
  setPolicies(
    names: readonly PolicyName[],
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<void>;
  /** Which policies in `settings` an empty repository lacks; undefined if that could not be checked. */
  missingPolicies(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<readonly PolicyName[] | undefined>;
}
