import { PushError } from '../errors.ts';
import { shortName } from '../oci/annotations.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { escaped, shown } from '../oci/fields.ts';
import { isSamePlatform, matchesPlatform, platformLabel } from '../oci/platform.ts';
import type { ContentReader } from './content.ts';
import { candidatesOf, type Entry, isManifestEntry } from './entries.ts';
import { knownPlatform } from './read-manifest.ts';

/** `index.json` itself is the image, without these of its entries. */
interface OfIndex {
  readonly without: ReadonlySet<Digest>;
}

/** Or several images, of which platforms choose. */
export type Selected = Descriptor | OfIndex | readonly Descriptor[];

/** What is wanted of a layout. */
interface Wanted {
  /** A name or a digest; undefined if it holds only one image. */
  readonly image: string | undefined;
  /** Empty for all. */
  readonly platforms: readonly Platform[];
}

/**
 * The image to push from a layout: the one that is wanted by digest, `ref.name` or full reference, or by its place in
 * `index.json`, as skopeo's `@0`; or an image of an index by its digest. Without that, the only one that belongs to no
 * other; or `index.json` itself, if all that tells several apart is their platform. Platforms that are wanted tell
 * images apart that share their name.
 * @throws PushError NO_IMAGE, IMAGE_NOT_FOUND, AMBIGUOUS_IMAGE, UNSUPPORTED_MEDIA_TYPE
 */
export async function selectImage(
  entries: readonly Entry[],
  layoutPath: string,
  { image, platforms }: Wanted,
  content: ContentReader,
): Promise<Selected> {
  if (entries.length === 0)
    throw new PushError('NO_IMAGE', `${layoutPath}: index.json lists no image`);
  const candidates = image === undefined ? candidatesOf(entries) : namedBy(image, entries);
  const [first, second] = candidates;
  if (first === undefined) return childOf(entries, layoutPath, image, content);
  if (second === undefined) return first.descriptor;
  if (image === undefined && isOneImage(candidates))
    return { without: digestsOf(entries.filter((entry) => !isManifestEntry(entry))) };
  const named = image !== undefined || haveSameNames(candidates) ? candidates : [];
  const ofPlatforms = await pickByPlatform(named, platforms, content);
  if (ofPlatforms !== undefined) return ofPlatforms;
  const list = await listed(candidates, entries, content);
  if (!candidates.some(isManifestEntry)) {
    throw new PushError('UNSUPPORTED_MEDIA_TYPE', `${layoutPath} lists no image:\n${list}`);
  }
  throw new PushError(
    'AMBIGUOUS_IMAGE',
    `${layoutPath} holds several images${image === undefined ? '' : ` named ${image}`}:\n${list}`,
  );
}

function digestsOf(entries: readonly Entry[]): ReadonlySet<Digest> {
  return new Set(entries.map(({ descriptor }) => descriptor.digest));
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
  return (
    candidates.every(({ names }) => names.length === 0) && areApart(candidates.map(platformIn))
  );
}

function platformIn({ descriptor }: Entry): Platform | undefined {
  return descriptor.platform;
}

/** Whether each is known, and no two are the same. */
function areApart(platforms: readonly (Platform | undefined)[]): boolean {
  return platforms.every(
    (one, at) =>
      one !== undefined &&
      platforms.slice(at + 1).every((other) => other !== undefined && !isSamePlatform(one, other)),
  );
}

function haveSameNames(candidates: readonly Entry[]): boolean {
  const keys = candidates.map(({ names }) => JSON.stringify(names.toSorted()));
  return new Set(keys).size === 1;
}

/**
 * The one of the platforms that are wanted; or all candidates, if those that are wanted are several images of different
 * platforms, or none. Undefined if nothing is wanted, or platforms do not tell the candidates apart.
 */
async function pickByPlatform(
  candidates: readonly Entry[],
  platforms: readonly Platform[],
  content: ContentReader,
): Promise<Selected | undefined> {
  if (platforms.length === 0 || candidates.length === 0) return undefined;
  const found: { readonly image: Descriptor; readonly platform: Platform }[] = [];
  for (const { descriptor: image } of candidates) {
    const platform = await knownPlatform(image, content);
    if (platform === undefined) return undefined;
    found.push({ image, platform });
  }
  const wanted = found.filter(({ platform }) =>
    platforms.some((one) => matchesPlatform(platform, one)),
  );
  const [only, another] = wanted;
  if (only !== undefined && another === undefined) return only.image;
  return areApart(wanted.map(({ platform }) => platform))
    ? found.map(({ image }) => image)
    : undefined;
}

/** An image of an index, by its digest. */
async function childOf(
  entries: readonly Entry[],
  layoutPath: string,
  wanted: string | undefined,
  content: ContentReader,
): Promise<Descriptor> {
  const child = entries
    .flatMap(({ descendants }) => descendants)
    .find(({ digest }) => digest === wanted);
  if (child !== undefined) return child;
  throw new PushError(
    'IMAGE_NOT_FOUND',
    `${layoutPath} holds no image ${wanted}. It holds:\n${await listed(entries, entries, content)}`,
  );
}

/** The most entries that an error shows. */
const MAX_LISTED = 20;

/** A line each: what to write in the input, and what it is. */
async function listed(
  entries: readonly Entry[],
  all: readonly Entry[],
  content: ContentReader,
): Promise<string> {
  const lines: string[] = [];
  for (const entry of entries.slice(0, MAX_LISTED)) {
    const { digest } = entry.descriptor;
    const name = uniqueName(entry, all);
    const others = entry.names.filter((other) => other !== name).map(escaped);
    const platform = await knownPlatform(entry.descriptor, content);
    const facts = [...(name === undefined ? [] : [digest]), ...others, ...factsOf(entry, platform)];
    lines.push(`  image: ${name === undefined ? digest : escaped(name)} (${facts.join(', ')})`);
  }
  const more = entries.length - lines.length;
  return more > 0 ? `${lines.join('\n')}\n  and ${more} more` : lines.join('\n');
}

function uniqueName({ names, descriptor }: Entry, all: readonly Entry[]): string | undefined {
  return names.find((name) =>
    all.every((other) => other.descriptor === descriptor || !other.names.includes(name)),
  );
}

function factsOf(entry: Entry, platform: Platform | undefined): string[] {
  const { descriptor, names, manifest } = entry;
  const known = [
    ...(names.length === 0 ? ['no name'] : []),
    ...(platform === undefined ? [] : [platformLabel(platform)]),
  ];
  if (!isManifestEntry(entry)) return [...known, `no image but ${shown(descriptor.mediaType)}`];
  if (manifest === undefined) return [...known, 'cannot be read'];
  if (manifest.kind === 'index') return [...known, `an index of ${manifest.manifests.length}`];
  const { config, layers, artifactType } = manifest;
  const bytes = layers.reduce((sum, { size }) => sum + size, config.size);
  const type = artifactType === undefined ? [] : [escaped(artifactType)];
  return [...known, ...type, `${bytes} bytes`];
}
