import { parseManifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import * as inputs from './inputs.ts';
import { findRepository, operation } from './operation.ts';

interface ImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

/** By tag, the tag goes, and the image with its last one; by digest, the image with all its tags. */
export const BatchDeleteImage = operation(inputs.batchDeleteImage, (context, input) => {
  const repository = findRepository(context, input);
  const results = input.imageIds.map((id) => deleteImage(repository, id));
  const imageIds = results.flatMap(({ deleted = [] }) => deleted);
  return {
    // The model has no empty list of them.
    ...(imageIds.length > 0 && { imageIds }),
    failures: results.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  };
});

function deleteImage(
  repository: Repository,
  imageId: ImageId,
): { readonly deleted?: readonly ImageId[]; readonly failure?: object } {
  const { images, tags } = repository;
  const { imageDigest, imageTag } = imageId;
  const failed = (failureCode: string, failureReason: string) => ({
    failure: { imageId, failureCode, failureReason },
  });
  if (imageDigest === undefined && imageTag === undefined)
    return failed(
      'MissingDigestAndTag',
      'Invalid request parameters: both tag and digest are null',
    );
  const digest = imageTag === undefined ? imageDigest : tags.get(imageTag);
  if (digest === undefined || !images.has(digest))
    return failed('ImageNotFound', 'Requested image not found');
  if (imageDigest !== undefined && imageDigest !== digest)
    return failed('ImageTagDoesNotMatchDigest', 'The image tag does not match the digest');
  const all = repository.tagsOf(digest);
  const gone = imageTag === undefined ? all : [imageTag];
  const isLast = gone.length === all.length;
  if (isLast && isReferenced(repository, digest))
    return failed('ImageReferencedByManifestList', 'Requested image referenced by manifest list');
  for (const tag of gone) tags.delete(tag);
  if (isLast) images.delete(digest);
  const named = gone.map((tag) => ({ imageDigest: digest, imageTag: tag }));
  return { deleted: named.length === 0 ? [{ imageDigest: digest }] : named };
}

function isReferenced({ images }: Repository, digest: string): boolean {
  return [...images.values()].some(({ manifest, mediaType }) =>
    parseManifest(manifest.toString(), mediaType).children.includes(digest),
  );
}
