import type { PushError } from '../errors.ts';
import { attestedDigest, kindOf, namesOf } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageIndex, Manifest } from '../oci/manifest.ts';
import { isIndexMediaType, isManifestMediaType } from '../oci/media-types.ts';
import type { ContentReader } from './content.ts';
import { MAX_DEPTH, MAX_GRAPH_BYTES } from './limits.ts';
import { readIfSound } from './read-manifest.ts';

/** An image, or anything else that the `index.json` of a layout lists, once. */
export interface Entry {
  readonly descriptor: Descriptor;
  /** All that it is called. */
  readonly names: readonly string[];
  /** Where `index.json` lists it, from 0. */
  readonly positions: readonly number[];
  /** Undefined if it is neither image nor index, or could not be read. */
  readonly manifest: Manifest | undefined;
  /** What is wrong with it; undefined for one that is just not there. */
  readonly problem: PushError | undefined;
  /** Of an index: what it lists, and what indexes in it list, as far as they are there. */
  readonly descendants: readonly Descriptor[];
}

/** Reads what the entries of `index.json` lead to. What is absent or broken is noted, and stops nothing. */
export async function readEntries(
  { manifests }: ImageIndex,
  content: ContentReader,
): Promise<readonly Entry[]> {
  const reader = new EntryReader(content);
  const byDigest = Map.groupBy(manifests.entries(), ([, { digest }]) => digest);
  const entries: Entry[] = [];
  for (const listed of byDigest.values()) {
    const descriptor = listed[0]?.[1];
    if (descriptor === undefined) continue;
    const names = new Set(listed.flatMap(([, one]) => namesOf(one)));
    const positions = listed.map(([position]) => position);
    entries.push({ descriptor, names: [...names], positions, ...(await reader.read(descriptor)) });
  }
  return entries;
}

class EntryReader {
  readonly #content: ContentReader;
  /** Of all entries together: the rest is not read. */
  #bytesLeft = MAX_GRAPH_BYTES;

  constructor(content: ContentReader) {
    this.#content = content;
  }

  async read(descriptor: Descriptor): Promise<Pick<Entry, 'manifest' | 'problem' | 'descendants'>> {
    const { manifest, problem } = await this.#readIfSound(descriptor);
    const descendants = new Map<Digest, Descriptor>();
    if (manifest !== undefined) await this.#descend(manifest, descendants, 1);
    return { manifest, problem, descendants: [...descendants.values()] };
  }

  async #descend(manifest: Manifest, found: Map<Digest, Descriptor>, depth: number): Promise<void> {
    if (manifest.kind !== 'index' || depth > MAX_DEPTH) return;
    for (const child of manifest.manifests) {
      if (found.has(child.digest)) continue;
      found.set(child.digest, child);
      if (!isIndexMediaType(child.mediaType)) continue;
      const below = await this.#readIfSound(child);
      if (below.manifest !== undefined) await this.#descend(below.manifest, found, depth + 1);
    }
  }

  async #readIfSound(descriptor: Descriptor): Promise<Pick<Entry, 'manifest' | 'problem'>> {
    if (descriptor.size > this.#bytesLeft) return { manifest: undefined, problem: undefined };
    this.#bytesLeft -= descriptor.size;
    return readIfSound(descriptor, this.#content);
  }
}

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
const COSIGN_TAG = /^(?:.*:)?(sha256-([a-f0-9]{64})\.[a-z0-9]+)$/;
/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema */
const REFERRERS_TAG = /^(?:.*:)?(sha256-([a-f0-9]{64}))$/;

/** The tags among its names, or at the end of them, that say which manifest this one belongs to, with its digest. */
export function cosignTags({ names }: Entry): { readonly tag: string; readonly subject: string }[] {
  return tagsLike(names, COSIGN_TAG);
}

/** Where a registry without the referrers API lists what refers to a manifest. */
export function referrersTags({ names, manifest }: Entry): { readonly subject: string }[] {
  return manifest?.kind === 'index' ? tagsLike(names, REFERRERS_TAG) : [];
}

function tagsLike(
  names: readonly string[],
  pattern: RegExp,
): { readonly tag: string; readonly subject: string }[] {
  return names.flatMap((name) => {
    const [, tag, hex] = pattern.exec(name) ?? [];
    return tag === undefined || hex === undefined ? [] : [{ tag, subject: `sha256:${hex}` }];
  });
}

/**
 * The entries that are images in their own right: not what belongs to another manifest of the layout, be it as the child
 * of an index, by its subject, or as a signature or an attestation; nor what is no manifest. All manifests, if none is;
 * all entries, if they are none.
 */
export function candidatesOf(entries: readonly Entry[]): readonly Entry[] {
  const manifests = entries.filter(isManifestEntry);
  const children = childrenOf(entries);
  const known = digestsIn(entries);
  const candidates = manifests.filter(
    (entry) =>
      !children.has(entry.descriptor.digest) &&
      !isReferrer(entry, known) &&
      !known.has(attestedDigest(entry.descriptor) ?? ''),
  );
  if (candidates.length > 0) return candidates;
  return manifests.length > 0 ? manifests : entries;
}

/** Whether the entry's media type is that of an image or an index: `index.json` may list anything. */
export function isManifestEntry({ descriptor: { mediaType } }: Entry): boolean {
  return isManifestMediaType(mediaType) || isIndexMediaType(mediaType);
}

/**
 * What travels as a referrer, and is no part of an index that is made of these entries: signatures and the like, but not
 * the attestations of BuildKit, which belong into an index, nor what an index among the entries lists itself.
 */
export function entriesBeside(entries: readonly Entry[]): readonly Entry[] {
  const known = digestsIn(entries);
  const referrers = entries.filter(
    (entry) => isReferrer(entry, known) && attestedDigest(entry.descriptor) === undefined,
  );
  const children = childrenOf(entries.filter((entry) => !referrers.includes(entry)));
  return referrers.filter(({ descriptor }) => !children.has(descriptor.digest));
}

/** Whether all that they are belongs to what is `known`, by its subject or its tag: signatures saved by themselves. */
export function areReferrersTo(known: ReadonlySet<string>, entries: readonly Entry[]): boolean {
  const manifests = entries.filter(isManifestEntry);
  return manifests.length > 0 && manifests.every((entry) => hasSubjectIn(known, entry));
}

/** The digests that the entries lead to by themselves, and through indexes. */
export function digestsIn(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set([...entries.map(({ descriptor }) => descriptor.digest), ...childrenOf(entries)]);
}

function childrenOf(entries: readonly Entry[]): ReadonlySet<Digest> {
  return new Set(entries.flatMap(({ descendants }) => descendants.map(({ digest }) => digest)));
}

function isReferrer(entry: Entry, known: ReadonlySet<string>): boolean {
  return (
    hasSubjectIn(known, entry) ||
    cosignTags(entry).length > 0 ||
    kindOf(entry.descriptor)?.isBeside === true
  );
}

function hasSubjectIn(known: ReadonlySet<string>, entry: Entry): boolean {
  const named = [...cosignTags(entry), ...referrersTags(entry)].map(({ subject }) => subject);
  return [entry.manifest?.subject?.digest, ...named].some(
    (subject) => subject !== undefined && known.has(subject),
  );
}
