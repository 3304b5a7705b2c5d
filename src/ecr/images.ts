import type { BatchCheckLayerAvailabilityResponse, PutImageRequest } from '@aws-sdk/client-ecr';
import { type ErrorCode, PushError } from '../errors.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import { dislikes } from './dislikes.ts';
import type { RepositoryId } from './names/reference.ts';
import type { FoundImage, ImageId, ImagePut, PutOutcome } from './registry.ts';

/** BatchCheckLayerAvailability and BatchGetImage take at most this many. */
export const MAX_DIGESTS_PER_CALL = 100;

export function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / MAX_DIGESTS_PER_CALL) }, (_, at) =>
    items.slice(at * MAX_DIGESTS_PER_CALL, (at + 1) * MAX_DIGESTS_PER_CALL),
  );
}

/** Only AVAILABLE counts as present. A failure means an absent layer, unless ECR calls the digest invalid. */
export function availableIn({
  layers = [],
  failures = [],
}: BatchCheckLayerAvailabilityResponse): Digest[] {
  const invalid = failures.find(({ failureCode }) => failureCode === 'InvalidLayerDigest');
  if (invalid !== undefined) {
    throw new PushError(
      'INVALID_PARAMETER',
      `ECR refused the digest ${invalid.layerDigest ?? ''}: ${invalid.failureReason ?? ''}`,
      { hint: 'Open an issue with the log.' },
    );
  }
  return layers
    .filter(({ layerAvailability }) => layerAvailability === 'AVAILABLE')
    .map(({ layerDigest = '' }) => layerDigest)
    .filter(isDigest);
}

/** An image as ECR names it in its answers. */
export interface NamedImage {
  imageDigest?: string | undefined;
  imageTag?: string | undefined;
  registryId?: string | undefined;
  /** As text, where the answer has it. */
  manifest?: string | undefined;
  mediaType?: string | undefined;
}

export function toIdentifier(id: ImageId): { imageDigest: string } | { imageTag: string } {
  return 'digest' in id ? { imageDigest: id.digest } : { imageTag: id.tag };
}

export function foundImage({ imageDigest = '', imageTag }: NamedImage): FoundImage[] {
  if (!isDigest(imageDigest)) return [];
  return [{ digest: imageDigest, ...(imageTag === undefined ? {} : { tag: imageTag }) }];
}

export type PutInput = Omit<PutImageRequest, keyof RepositoryId>;

/** Sends the manifest as text; parsing has made sure that the text encodes to the same bytes. */
export function putInput({ bytes, mediaType, digest, tag }: ImagePut): PutInput {
  return {
    imageManifest: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    imageManifestMediaType: mediaType,
    imageDigest: digest,
    imageTag: tag,
  };
}

/**
 * What a refusal of PutImage means, by its name; undefined if it ends the push. `attempts`: how often the call was
 * made. An image that exists at the second attempt was most likely put by the first, whose answer was lost.
 */
export function putOutcome(name: string, attempts: number, cause: Error): PutOutcome | undefined {
  switch (name) {
    case 'ImageAlreadyExistsException':
      return { kind: attempts > 1 ? 'put' : 'already-exists' };
    case 'LayersNotFoundException':
      return { kind: 'layers-not-found', cause };
    case 'ReferencedImagesNotFoundException':
      return { kind: 'referenced-images-not-found', cause };
    case 'ImageTagAlreadyExistsException':
      return { kind: 'tag-is-immutable', cause };
    default:
      return undefined;
  }
}

/** What ECR answers to a manifest that it does not take, whatever the reason. */
const REFUSALS: readonly ErrorCode[] = ['INVALID_PARAMETER', 'UNEXPECTED_RESPONSE'];

/** Adds what in the manifest ECR is known to refuse; an error that does not speak of the manifest stays as it is. */
export function refusedManifest(error: Error, manifest: Uint8Array): Error {
  if (!(error instanceof PushError) || !REFUSALS.includes(error.code)) return error;
  const { code, message, cause } = error;
  const found = dislikes(manifest);
  if (found.length === 0) {
    const hint = `${error.hint} Nothing in the manifest is among what ECR is known to refuse.`;
    return new PushError(code, message, { hint, cause });
  }
  return new PushError(
    code,
    `${message}. The manifest has what ECR is known to refuse: ${found.join('; ')}`,
    { hint: 'To push it, build it without what ECR is known to refuse.', cause },
  );
}
