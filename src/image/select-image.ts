import { PushError } from '../errors.ts';
import { namesOf } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { platformName } from '../oci/platform.ts';

/**
 * The image to push from a layout: the one that `wanted` names by digest, `ref.name` or full reference; without it, the
 * only one there is. The same digest under several names is one image.
 * @throws PushError NO_IMAGE, IMAGE_NOT_FOUND, AMBIGUOUS_IMAGE
 */
export function selectImage(
  { manifests }: ImageIndex,
  layoutPath: string,
  wanted: string | undefined,
): Descriptor {
  const candidates =
    wanted === undefined ? manifests : manifests.filter((entry) => isNamed(entry, wanted));
  const [first] = candidates;
  if (first === undefined) throw notFound(manifests, layoutPath, wanted);
  if (candidates.every(({ digest }) => digest === first.digest)) return first;
  throw new PushError(
    'AMBIGUOUS_IMAGE',
    wanted === undefined
      ? `${layoutPath} holds several images:\n${list(candidates)}`
      : `${layoutPath} holds several images named ${wanted}:\n${list(candidates)}`,
  );
}

function isNamed(entry: Descriptor, wanted: string): boolean {
  return entry.digest === wanted || namesOf(entry).includes(wanted);
}

function notFound(
  manifests: readonly Descriptor[],
  layoutPath: string,
  wanted: string | undefined,
): PushError {
  if (wanted === undefined || manifests.length === 0) {
    return new PushError('NO_IMAGE', `${layoutPath}: index.json lists no image`);
  }
  return new PushError(
    'IMAGE_NOT_FOUND',
    `${layoutPath} holds no image ${wanted}. It holds:\n${list(manifests)}`,
  );
}

/** The most entries that an error shows. */
const MAX_LISTED = 20;

function list(entries: readonly Descriptor[]): string {
  const lines = entries.slice(0, MAX_LISTED).map((entry) => {
    const platform = entry.platform === undefined ? '' : ` ${platformName(entry.platform)}`;
    return `  ${entry.digest}${platform} ${namesOf(entry).map(escaped).join(', ') || '(no name)'}`;
  });
  const more = entries.length - lines.length;
  return more > 0 ? `${lines.join('\n')}\n  and ${more} more` : lines.join('\n');
}

/** An annotation may hold anything, even line breaks. */
function escaped(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
