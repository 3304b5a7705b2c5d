import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  imageAlreadyExists,
  imageDigestDoesNotMatch,
  imageTagAlreadyExists,
  invalidParameter,
  layersNotFound,
  limitExceeded,
  referencedImagesNotFound,
} from './errors.ts';
import { parseManifest } from './manifest.ts';
import type { ParsedManifest } from './manifest.ts';
import type { Behaviours } from './options.ts';
import { wildcardMatches } from './policy.ts';
import type { Image, Repository } from './repository.ts';
import type { Limits } from './rules.ts';

export interface PutImage {
  readonly manifest: string;
  readonly mediaType?: string | undefined;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

interface PutImageRules {
  readonly limits: Limits;
  readonly behaviours: Behaviours;
  /** Whether an image (not an index) must come with a tag. */
  readonly needsTag: boolean;
  /** Whether no tag can be moved, whatever the repository's settings say. */
  readonly isImmutable?: boolean;
  /** Layers that are stored but that PutImage does not see yet. */
  readonly isHidden: (digest: string) => boolean;
  readonly now: Date;
}

/** Checks in this order: the manifest itself, what it needs, what is there already, limits. */
export function putImage(repository: Repository, request: PutImage, rules: PutImageRules): Image {
  const bytes = Buffer.from(request.manifest);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const manifest = parseManifest(request.manifest, request.mediaType);
  checkManifest(manifest, request, rules);
  if (request.digest !== undefined && request.digest !== digest)
    throw imageDigestDoesNotMatch(repository, request.digest);
  checkReferences(repository, manifest, rules);
  checkTag(repository, digest, request.tag, rules);
  checkCounts(repository, digest, request.tag, rules.limits);
  const image = repository.images.get(digest) ?? toImage(manifest, digest, bytes, rules.now);
  repository.images.set(digest, image);
  if (request.tag !== undefined) repository.tags.set(request.tag, digest);
  writeFileSync(join(repository.folder, 'manifests', digest.replace('sha256:', '')), bytes);
  return image;
}

function toImage(parsed: ParsedManifest, digest: string, manifest: Buffer, pushedAt: Date): Image {
  const { mediaType, artifactType, subject, annotations, children } = parsed;
  const size = parsed.blobs.reduce((sum, blob) => sum + blob.size, 0);
  const blobs = parsed.blobs.map((blob) => blob.digest);
  const described = { mediaType, artifactType, subject, annotations };
  return { digest, ...described, size, blobs, children, manifest, pushedAt };
}

/** An image read back from disk, with what was checked when it was pushed. */
export function restoreImage(bytes: Buffer, mediaType: string, pushedAt: Date): Image {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return toImage(parseManifest(bytes.toString(), mediaType), digest, bytes, pushedAt);
}

function checkManifest(manifest: ParsedManifest, { tag }: PutImage, rules: PutImageRules): void {
  if (manifest.layers > rules.limits.maxLayersPerImage)
    throw invalidParameter('ImageManifest', 'Limit on number of layers per image exceeded');
  if (rules.needsTag && manifest.kind === 'image' && tag === undefined)
    throw invalidParameter('imageTag', 'Member must not be null');
}

/** The `subject` of a manifest need not exist: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject */
function checkReferences(
  repository: Repository,
  { blobs, children }: ParsedManifest,
  { isHidden }: PutImageRules,
): void {
  const digests = [...new Set(blobs.map(({ digest }) => digest))];
  const missing = digests.filter((digest) => {
    const layer = repository.layers.get(digest);
    return layer?.availability !== 'AVAILABLE' || isHidden(digest);
  });
  if (missing.length > 0) throw layersNotFound(repository, missing);
  const absent = [...new Set(children)].filter((digest) => !repository.images.has(digest));
  if (absent.length > 0) throw referencedImagesNotFound(repository, absent);
}

function checkTag(
  repository: Repository,
  digest: string,
  tag: string | undefined,
  { behaviours, ...rules }: PutImageRules,
): void {
  if (tag === undefined) {
    if (repository.images.has(digest)) throw imageAlreadyExists(repository, digest);
    return;
  }
  const current = repository.tags.get(tag);
  if (current === undefined) return;
  const immutable = rules.isImmutable === true || isImmutable(repository, tag);
  if (current === digest) {
    if (immutable && behaviours.sameImmutableTag === 'ImageTagAlreadyExistsException')
      throw imageTagAlreadyExists(repository, tag);
    throw imageAlreadyExists(repository, digest, tag);
  }
  if (immutable) throw imageTagAlreadyExists(repository, tag);
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html */
function isImmutable({ settings }: Repository, tag: string): boolean {
  const excluded = settings.imageTagMutabilityExclusionFilters.some(({ filter }) =>
    wildcardMatches(filter, tag),
  );
  switch (settings.imageTagMutability) {
    case 'MUTABLE':
      return false;
    case 'IMMUTABLE':
      return true;
    case 'IMMUTABLE_WITH_EXCLUSION':
      return !excluded;
    case 'MUTABLE_WITH_EXCLUSION':
      return excluded;
  }
}

function checkCounts(
  repository: Repository,
  digest: string,
  tag: string | undefined,
  { maxImagesPerRepository, maxTagsPerImage }: Limits,
): void {
  const { repositoryName, registryId } = repository;
  const where = `in the repository with name '${repositoryName}' in the registry with id '${registryId}'`;
  if (!repository.images.has(digest) && repository.images.size >= maxImagesPerRepository)
    throw limitExceeded(
      `The maximum limit of '${maxImagesPerRepository}' for 'images per repository' has been exceeded ${where}`,
    );
  if (tag !== undefined && repository.tagsOf(digest).length >= maxTagsPerImage)
    throw limitExceeded(
      `The maximum limit of '${maxTagsPerImage}' for 'tags per image' has been exceeded ${where}`,
    );
}
