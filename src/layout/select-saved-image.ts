import { PushError } from '../errors.ts';
import { shortName } from '../oci/annotations.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import { escaped } from '../oci/fields.ts';
import type { SavedImage } from './saved-images.ts';

/** Ways in which an image can be meant, the first that any image fits counts. */
const FITS: readonly ((image: SavedImage, wanted: string) => boolean)[] = [
  ({ repoTags }, wanted) => repoTags.includes(wanted),
  ({ repoTags }, wanted) => repoTags.some((name) => shortName(name) === shortName(wanted)),
  ({ repoTags }, wanted) => repoTags.some((name) => tagOf(name) === wanted),
  ({ repoTags }, wanted) => repoTags.some((name) => repositoryOf(name) === shortName(wanted)),
  (image, wanted) => imageId(image) === wanted,
  ({ positions }, wanted) => positions.some((position) => wanted === `@${position}`),
];

/**
 * The image that `wanted` names: by its name and tag, also without `docker.io/` or `localhost/`, by the tag or the
 * repository alone, by the digest of its config, or by its place in the list, as skopeo's `@0`; without `wanted`, the only one there is. Where there is only one,
 * a digest may also be that of its manifest, which is not known yet.
 * @throws PushError NO_IMAGE, IMAGE_NOT_FOUND, AMBIGUOUS_IMAGE
 */
export function selectSavedImage(
  images: readonly SavedImage[],
  path: string,
  wanted: string | undefined,
): SavedImage {
  const [first, ...others] = images;
  if (first === undefined) {
    throw new PushError('NO_IMAGE', `${path}: manifest.json lists no image`);
  }
  const isOnly = others.length === 0;
  if (isOnly && (wanted === undefined || isDigest(wanted))) return first;
  const [found, ...more] = wanted === undefined ? images : candidates(images, wanted);
  if (found === undefined) throw notFound(images, path, wanted ?? '');
  if (more.length === 0) return found;
  throw ambiguous([found, ...more], path, wanted);
}

/** Whether `wanted` is a name of the image, in any of the ways in which `selectSavedImage` takes one. */
export function isSavedAs(image: SavedImage, wanted: string): boolean {
  return FITS.some((fits) => fits(image, wanted));
}

function candidates(images: readonly SavedImage[], wanted: string): readonly SavedImage[] {
  for (const fits of FITS) {
    const found = images.filter((image) => fits(image, wanted));
    if (found.length > 0) return found;
  }
  return [];
}

/** A registry's port is no tag: that colon comes before a slash. */
function tagOf(name: string): string | undefined {
  return /:([^:/]+)$/.exec(name)?.[1];
}

function repositoryOf(name: string): string {
  return shortName(name.replace(/:[^:/]+$/, ''));
}

/** Docker and podman name the config's file by its digest, which is the image's id. */
function imageId({ config }: SavedImage): Digest | undefined {
  const id = `sha256:${/(?:^|[\\/]|sha256:)([a-f0-9]{64})(?:\.json)?$/.exec(config)?.[1] ?? ''}`;
  return isDigest(id) ? id : undefined;
}

function notFound(images: readonly SavedImage[], path: string, wanted: string): PushError {
  return new PushError(
    'IMAGE_NOT_FOUND',
    `${path} holds no image ${wanted}. It holds:\n${list(images)}`,
  );
}

function ambiguous(
  images: readonly SavedImage[],
  path: string,
  wanted: string | undefined,
): PushError {
  const named = wanted === undefined ? '' : ` named ${wanted}`;
  return new PushError(
    'AMBIGUOUS_IMAGE',
    `${path} holds several images${named}:\n${list(images)}`,
    { hint: 'Set the input image to a name or id from the list.' },
  );
}

/** The most images that an error shows. */
const MAX_LISTED = 20;

function list(images: readonly SavedImage[]): string {
  const lines = images.slice(0, MAX_LISTED).map((image) => {
    const id = imageId(image);
    const place = id === undefined ? `@${image.positions[0]}` : '(no name)';
    const names = image.repoTags.map(escaped).join(', ') || place;
    return `  ${id ?? escaped(image.config)} ${names}`;
  });
  const more = images.length - lines.length;
  return more > 0 ? `${lines.join('\n')}\n  and ${more} more` : lines.join('\n');
}
