import { imageNotFound } from '../errors.ts';
import { putImage } from '../images.ts';
import * as inputs from './inputs.ts';
import { artifactMediaType } from '../manifest.ts';
import type { Image, Repository } from '../repository.ts';
import { checkKey, findPushed, findRepository, operation, page } from './operation.ts';

interface ImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

export const PutImage = operation(inputs.putImage, (context, input) => {
  const repository = findPushed(context, input);
  checkKey(context, repository);
  const { world, service, rules, isHidden } = context;
  const { digest, mediaType } = putImage(
    repository,
    {
      manifest: input.imageManifest,
      mediaType: input.imageManifestMediaType,
      tag: input.imageTag,
      digest: input.imageDigest,
    },
    {
      limits: rules.limits,
      behaviours: world.behaviours,
      isImmutable: service === 'ecr-public' && world.behaviours.publicTags === 'IMMUTABLE',
      needsTag: service === 'ecr-public' && world.behaviours.publicNeedsTag,
      isHidden,
      now: world.now(),
    },
  );
  return {
    image: {
      registryId: repository.registryId,
      repositoryName: repository.repositoryName,
      imageId: { imageDigest: digest, imageTag: input.imageTag },
      imageManifest: input.imageManifest,
      imageManifestMediaType: mediaType,
    },
  };
});

export const BatchGetImage = operation(inputs.batchGetImage, (context, input) => {
  const repository = findRepository(context, input);
  const results = input.imageIds.map((id) => getImage(repository, id, input.acceptedMediaTypes));
  return {
    images: results.flatMap(({ image }) => (image === undefined ? [] : [image])),
    failures: results.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  };
});

function getImage(
  repository: Repository,
  imageId: ImageId,
  accepted: readonly string[] | undefined,
): { image?: object; failure?: object } {
  const failed = (failureCode: string, failureReason: string) => ({
    failure: { imageId, failureCode, failureReason },
  });
  const { imageDigest, imageTag } = imageId;
  if (imageDigest === undefined && imageTag === undefined)
    return failed(
      'MissingDigestAndTag',
      'Invalid request parameters: both tag and digest are null',
    );
  if (imageDigest !== undefined && !/^sha256:[a-f0-9]{64}$/.test(imageDigest))
    return failed(
      'InvalidImageDigest',
      `Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'`,
    );
  const image = findImage(repository, imageId);
  if (image === 'mismatch')
    return failed('ImageTagDoesNotMatchDigest', 'The image tag does not match the digest');
  if (image === undefined) return failed('ImageNotFound', 'Requested image not found');
  // A read by tag is converted to a type that the caller accepts, which this server cannot: it finds nothing.
  if (imageDigest === undefined && accepted?.includes(image.mediaType) === false)
    return failed('ImageNotFound', 'Requested image not found');
  return {
    image: {
      registryId: repository.registryId,
      repositoryName: repository.repositoryName,
      imageId: { imageDigest: image.digest, imageTag },
      imageManifest: image.manifest.toString(),
      imageManifestMediaType: image.mediaType,
    },
  };
}

function findImage(
  { images, tags }: Repository,
  { imageDigest, imageTag }: ImageId,
): Image | 'mismatch' | undefined {
  if (imageTag === undefined) return images.get(imageDigest ?? '');
  const tagged = images.get(tags.get(imageTag) ?? '');
  if (imageDigest === undefined || tagged === undefined) return tagged;
  return tagged.digest === imageDigest ? tagged : 'mismatch';
}

export const DescribeImages = operation(inputs.describeImages, (context, input) => {
  const repository = findRepository(context, input);
  const { imageIds, filter } = input;
  const images = imageIds?.map((id) => describedImage(repository, id)) ?? [
    ...repository.images.values(),
  ];
  // Whether an archived image is left out where it is named is not documented.
  const status = filter?.imageStatus ?? (imageIds === undefined ? 'ACTIVE' : 'ANY');
  const wanted = [...new Set(images)].filter(
    (image) =>
      hasTagStatus(repository.tagsOf(image.digest), filter?.tagStatus) &&
      (status === 'ANY' || statusOf(repository, image) === status),
  );
  const { items, ...rest } = page(wanted, input);
  const describe = context.service === 'ecr' ? privateDetail : imageDetail;
  return { imageDetails: items.map((image) => describe(repository, image)), ...rest };
});

function describedImage(repository: Repository, imageId: ImageId): Image {
  const image = findImage(repository, imageId);
  if (image === undefined || image === 'mismatch') throw imageNotFound(repository, imageId);
  return image;
}

function hasTagStatus(tags: readonly string[], status = 'ANY'): boolean {
  if (status === 'ANY') return true;
  return (status === 'TAGGED') === tags.length > 0;
}

/** ACTIVATING is a state that no image is in here. */
function statusOf(repository: Repository, image: Image): 'ACTIVE' | 'ARCHIVED' {
  const isArchived = [image, ...descendants(repository, image)].some(({ blobs }) =>
    blobs.some((digest) => repository.layers.get(digest)?.availability === 'ARCHIVED'),
  );
  return isArchived ? 'ARCHIVED' : 'ACTIVE';
}

/** The images that an index lists, and what they list in turn. */
function descendants(repository: Repository, { children }: Image): Image[] {
  const images = children.flatMap((digest) => repository.images.get(digest) ?? []);
  return images.flatMap((image) => [image, ...descendants(repository, image)]);
}

function imageDetail(repository: Repository, image: Image): object {
  const imageTags = repository.tagsOf(image.digest);
  const sizes = [image, ...descendants(repository, image)].map(({ size }) => size);
  return {
    registryId: repository.registryId,
    repositoryName: repository.repositoryName,
    imageDigest: image.digest,
    ...(imageTags.length > 0 ? { imageTags } : {}),
    // Of an index, that of its largest image.
    imageSizeInBytes: Math.max(...sizes),
    imagePushedAt: image.pushedAt.getTime() / 1000,
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactType ?? artifactMediaType(image.manifest),
  };
}

/** ECR Public knows neither referrers nor an archive. */
function privateDetail(repository: Repository, image: Image): object {
  return {
    ...imageDetail(repository, image),
    subjectManifestDigest: image.subject,
    imageStatus: statusOf(repository, image),
  };
}
