import { PushError } from '../errors.ts';
import { kindOf } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import type { ContentReader } from './content.ts';
import { candidatesOf, cosignTags, type Entry, referrersTags } from './entries.ts';
import { readIfSound } from './read-manifest.ts';

/** A manifest that refers to another one: a signature, an SBOM, an attestation. */
export interface Referrer {
  readonly descriptor: Descriptor;
  readonly subject: Digest;
  /** Set if the tag names the subject, and the manifest does not. */
  readonly tag?: string;
}

/**
 * Called with what is wrong with a manifest beside the image that cannot be pushed. `digest`: the manifest, if nothing but
 * what it belongs to is wrong.
 */
export type OnBroken = (error: PushError, digest?: Digest) => void;

/** The referrers among the entries of a layout's `index.json`. Everything else is skipped. */
export async function findReferrers(
  entries: readonly Entry[],
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Referrer[]> {
  const found = new Map<string, Referrer>();
  for (const entry of entries) {
    if (entry.problem !== undefined) onBroken(entry.problem);
    for (const referrer of await referrersIn(entry, entries, content, onBroken)) {
      const { descriptor, tag } = referrer;
      const key = tag ?? descriptor.digest;
      const holder = found.get(key)?.descriptor.digest;
      if (holder === undefined) found.set(key, referrer);
      else if (holder !== descriptor.digest)
        onBroken(sharedTag(referrer, holder), descriptor.digest);
    }
  }
  return [...found.values()];
}

function sharedTag({ descriptor, tag }: Referrer, holder: Digest): PushError {
  return new PushError(
    'AMBIGUOUS_IMAGE',
    `${descriptor.digest} would have the tag ${tag}, as ${holder} has`,
  );
}

async function referrersIn(
  entry: Entry,
  entries: readonly Entry[],
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Referrer[]> {
  const { descriptor, manifest } = entry;
  if (manifest === undefined) return [];
  if (manifest.kind === 'index' && referrersTags(entry).length > 0)
    return listedReferrers(manifest, content, onBroken);
  const named = cosignTags(entry).flatMap(({ tag, subject }) =>
    isDigest(subject) ? [{ descriptor, subject, tag }] : [],
  );
  if (manifest.subject !== undefined)
    return [...named, { descriptor, subject: manifest.subject.digest }];
  return named.length > 0 ? named : referrersByKind(entry, entries, onBroken);
}

/** The referrers that a fallback index lists: an index among them is not followed. */
async function listedReferrers(
  { manifests }: ImageIndex,
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Referrer[]> {
  const listed: Referrer[] = [];
  const unique = new Map(manifests.map((descriptor) => [descriptor.digest, descriptor]));
  for (const descriptor of unique.values()) {
    const { manifest, problem } = await readIfSound(descriptor, content);
    if (problem !== undefined) onBroken(problem);
    const subject = manifest?.subject?.digest;
    if (subject !== undefined) listed.push({ descriptor, subject });
  }
  return listed;
}

/**
 * What belongs to the image that has the same names, or none as it does, or to the only one: it gets the tag that cosign
 * looks for.
 */
function referrersByKind(
  { descriptor, names }: Entry,
  entries: readonly Entry[],
  onBroken: OnBroken,
): Referrer[] {
  const kind = kindOf(descriptor);
  if (kind?.isBeside !== true) return [];
  const all = candidatesOf(entries).filter((image) => image.descriptor !== descriptor);
  const namesakes = all.filter((image) =>
    image.names.length === 0
      ? names.length === 0
      : image.names.some((name) => names.includes(name)),
  );
  const isUnnamed = names.length === 0 || all[0]?.names.length === 0;
  const images = namesakes.length === 0 && all.length === 1 && isUnnamed ? all : namesakes;
  const [image, ...others] = images;
  if (image === undefined || others.length > 0 || kind.suffix === undefined) {
    onBroken(
      new PushError(
        'AMBIGUOUS_IMAGE',
        `${descriptor.digest} (${descriptor.annotations?.['kind']}) belongs to ${images.length === 1 ? 'an image that it does not name' : images.length === 0 ? 'no image' : 'several images'} of the layout`,
      ),
      descriptor.digest,
    );
    return [];
  }
  const { digest } = image.descriptor;
  return [{ descriptor, subject: digest, tag: `${digest.replace(':', '-')}.${kind.suffix}` }];
}
