import { PushError } from '../errors.ts';
import { attestedDigest, isAttestation } from '../oci/annotations.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { matchesPlatform, platformName } from '../oci/platform.ts';
import type { ContentReader } from './content.ts';
import { platformOf } from './read-manifest.ts';

/** An entry of an index that is missing from the layout, in whole or in part. */
export interface Gap {
  readonly index: Digest;
  readonly entry: Descriptor;
  readonly error: PushError;
}

/** A blob that the layout lacks. `where`: what it is, for the message. */
export function missingBlob({ digest }: Descriptor, where: string): PushError {
  return new PushError('BLOB_MISSING', `${where} ${digest} is not in the layout`);
}

/**
 * `docker save` keeps the index of a multi-platform image but leaves out what was never pulled: platforms, and often
 * all attestations. The hint names the inputs that keep what is there, if there are any.
 * `whole`: the manifests that the layout does hold of those that indexes of the same image list, attestations too.
 */
export async function incompleteIndex(
  whole: readonly Descriptor[],
  gaps: readonly [Gap, ...Gap[]],
  content: ContentReader,
): Promise<PushError> {
  const [{ index, error: cause }] = gaps;
  const inputs = await inputsThatHelp(whole, gaps, content);
  const message = `index ${index}: ${cause.message}`;
  if (inputs.length === 0) return new PushError('INCOMPLETE_INDEX', message, { cause });
  const hint = `Set ${inputs.join(' and ')} to push what is there, or build the whole layout again.`;
  return new PushError('INCOMPLETE_INDEX', message, { hint, cause });
}

async function inputsThatHelp(
  whole: readonly Descriptor[],
  gaps: readonly Gap[],
  content: ContentReader,
): Promise<string[]> {
  const absent = gaps.map(({ entry }) => entry);
  const absentImages = absent.filter((entry) => !isAttestation(entry));
  const images = whole.filter((entry) => !isAttestation(entry));
  if (absentImages.length === 0) return images.length === 0 ? [] : ['attestations: drop'];
  const kept = await imagesToKeep(images, absentImages, content);
  if (kept.size === 0) return [];
  const attested = absent.map(attestedDigest);
  const platforms = new Set([...kept.values()].map(platformName));
  return [
    `platforms: ${[...platforms].join(',')}`,
    ...([...kept.keys()].some((digest) => attested.includes(digest)) ? ['attestations: drop'] : []),
  ];
}

/** The images that the input platforms can keep without keeping an absent one. */
async function imagesToKeep(
  images: readonly Descriptor[],
  absent: readonly Descriptor[],
  content: ContentReader,
): Promise<ReadonlyMap<Digest, Platform>> {
  const kept = new Map<Digest, Platform>();
  const unwanted = await platformsOf(absent, content);
  if (unwanted === undefined) return kept;
  for (const image of images) {
    const platform = await platformOf(image, content);
    if (platform === undefined) continue;
    if (!unwanted.some((other) => matchesPlatform(other, platform)))
      kept.set(image.digest, platform);
  }
  return kept;
}

/**
 * The platforms of what is absent, in whole or in part. Undefined if choosing platforms would have to read something
 * that is not there: an index, or an image whose entry names no platform.
 */
async function platformsOf(
  absent: readonly Descriptor[],
  content: ContentReader,
): Promise<readonly Platform[] | undefined> {
  const platforms: Platform[] = [];
  for (const entry of absent) {
    if (isIndexMediaType(entry.mediaType)) return undefined;
    try {
      const platform = await platformOf(entry, content);
      if (platform !== undefined) platforms.push(platform);
    } catch (error) {
      if (error instanceof PushError) return undefined;
      throw error;
    }
  }
  return platforms;
}
