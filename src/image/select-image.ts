import { PushError } from '../errors.ts';
import { shortName } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { escaped } from '../oci/fields.ts';
import { isSamePlatform, platformLabel } from '../oci/platform.ts';
import { candidatesOf, type Entry } from './entries.ts';

/** `index.json`: the layout's own index is the image. */
export type Selected = Descriptor | 'index.json';

/**
 * The image to push from a layout: the one that `wanted` names by digest, `ref.name` or full reference, or by its place
 * in `index.json`, as skopeo's `@0`; or an image of an index by its digest. Without `wanted`, the only one that belongs to no other; or `index.json` itself, if all that
 * tells several apart is their platform.
 * @throws PushError NO_IMAGE, IMAGE_NOT_FOUND, AMBIGUOUS_IMAGE
 */
export function selectImage(
  entries: readonly Entry[],
  layoutPath: string,
  wanted: string | undefined,
): Selected {
  if (entries.length === 0)
    throw new PushError('NO_IMAGE', `${layoutPath}: index.json lists no image`);
  const candidates = wanted === undefined ? candidatesOf(entries) : namedBy(wanted, entries);
  const [first, second] = candidates;
  if (first === undefined) return childOf(entries, layoutPath, wanted);
  if (second === undefined) return first.descriptor;
  if (wanted === undefined && isOneImage(candidates)) return 'index.json';
  throw new PushError(
    'AMBIGUOUS_IMAGE',
    wanted === undefined
      ? `${layoutPath} holds several images:\n${list(candidates, entries)}`
      : `${layoutPath} holds several images named ${wanted}:\n${list(candidates, entries)}`,
  );
}

/** An image and its signatures may have one name. */
function namedBy(wanted: string, entries: readonly Entry[]): readonly Entry[] {
  const named = firstFitting(wanted, entries);
  const candidates = new Set(candidatesOf(entries));
  const images = named.filter((entry) => candidates.has(entry));
  return images.length > 0 ? images : candidatesOf(named);
}

/** Ways in which an entry can be meant; the first that any entry fits counts. */
const FITS: readonly ((entry: Entry, wanted: string) => boolean)[] = [
  ({ descriptor, names }, wanted) => descriptor.digest === wanted || names.includes(wanted),
  ({ names }, wanted) => names.some((name) => shortName(name) === shortName(wanted)),
  ({ positions }, wanted) => positions.some((position) => wanted === `@${position}`),
];

function firstFitting(wanted: string, entries: readonly Entry[]): readonly Entry[] {
  for (const fits of FITS) {
    const found = entries.filter((entry) => fits(entry, wanted));
    if (found.length > 0) return found;
  }
  return [];
}

/** As apko and buildpacks write one image for several platforms. */
function isOneImage(candidates: readonly Entry[]): boolean {
  const platforms = candidates.flatMap(({ names, descriptor: { platform } }) =>
    names.length > 0 || platform === undefined ? [] : [platform],
  );
  if (platforms.length < candidates.length) return false;
  return platforms.every((one, at) =>
    platforms.slice(at + 1).every((other) => !isSamePlatform(one, other)),
  );
}

/** An image of an index, by its digest. */
function childOf(
  entries: readonly Entry[],
  layoutPath: string,
  wanted: string | undefined,
): Descriptor {
  const child = entries
    .flatMap(({ descendants }) => descendants)
    .find(({ digest }) => digest === wanted);
  if (child !== undefined) return child;
  throw new PushError(
    'IMAGE_NOT_FOUND',
    `${layoutPath} holds no image ${wanted}. It holds:\n${list(entries, entries)}`,
  );
}

/** The most entries that an error shows. */
const MAX_LISTED = 20;

/** A line each: what to write in the input, and what it is. */
function list(shown: readonly Entry[], all: readonly Entry[]): string {
  const lines = shown.slice(0, MAX_LISTED).map((entry) => {
    const { digest } = entry.descriptor;
    const name = uniqueName(entry, all);
    const others = entry.names.filter((other) => other !== name).map(escaped);
    const facts = [...(name === undefined ? [] : [digest]), ...others, ...factsOf(entry)];
    return `  image: ${name === undefined ? digest : escaped(name)} (${facts.join(', ')})`;
  });
  const more = shown.length - lines.length;
  return more > 0 ? `${lines.join('\n')}\n  and ${more} more` : lines.join('\n');
}

function uniqueName({ names, descriptor }: Entry, all: readonly Entry[]): string | undefined {
  return names.find((name) =>
    all.every((other) => other.descriptor === descriptor || !other.names.includes(name)),
  );
}

function factsOf({ descriptor, names, manifest }: Entry): string[] {
  const unnamed = names.length === 0 ? ['no name'] : [];
  const platform = descriptor.platform === undefined ? [] : [platformLabel(descriptor.platform)];
  if (manifest === undefined) return [...unnamed, ...platform, 'cannot be read'];
  if (manifest.kind === 'index')
    return [...unnamed, ...platform, `an index of ${manifest.manifests.length}`];
  const { config, layers, artifactType } = manifest;
  const bytes = layers.reduce((sum, { size }) => sum + size, config.size);
  const type = artifactType === undefined ? [] : [escaped(artifactType)];
  return [...unnamed, ...platform, ...type, `${bytes} bytes`];
}
