import { PushError } from '../errors.ts';
import { namesOf } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import type { ImageIndex, Manifest } from '../oci/manifest.ts';
import { isIndexMediaType, isManifestMediaType } from '../oci/media-types.ts';
import type { ContentReader } from './content.ts';
import { readManifest } from './read-manifest.ts';

/** A manifest that refers to another one: a signature, an SBOM, an attestation. */
export interface Referrer {
  readonly descriptor: Descriptor;
  readonly subject: Digest;
  /** Set if the tag names the subject, and the manifest does not. */
  readonly tag?: string;
}

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
const COSIGN_TAG = /^sha256-([a-f0-9]{64})\.[a-z0-9]+$/;
/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema */
const REFERRERS_TAG = /^sha256-[a-f0-9]{64}$/;

/** Called with what is wrong with a manifest beside the image that cannot be pushed. */
export type OnBroken = (error: PushError) => void;

/** The referrers among the entries of a layout's `index.json`. Everything else is skipped. */
export async function findReferrers(
  entries: readonly Descriptor[],
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Referrer[]> {
  const found = new Map<Digest, Referrer>();
  for (const entry of entries) {
    for (const referrer of await referrersIn(entry, content, onBroken))
      found.set(referrer.descriptor.digest, referrer);
  }
  return [...found.values()];
}

async function referrersIn(
  entry: Descriptor,
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Referrer[]> {
  const manifest = await readIfSound(entry, content, onBroken);
  if (manifest === undefined) return [];
  const names = namesOf(entry);
  if (manifest.kind === 'index' && names.some((name) => REFERRERS_TAG.test(name)))
    return listedReferrers(manifest, content, onBroken);
  if (manifest.subject !== undefined)
    return [{ descriptor: entry, subject: manifest.subject.digest }];
  return names.flatMap((tag) => cosignReferrer(entry, tag));
}

/** The referrers that a fallback index lists: an index among them is not followed. */
async function listedReferrers(
  { manifests }: ImageIndex,
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Referrer[]> {
  const listed: Referrer[] = [];
  for (const descriptor of manifests) {
    const subject = (await readIfSound(descriptor, content, onBroken))?.subject?.digest;
    if (subject !== undefined) listed.push({ descriptor, subject });
  }
  return listed;
}

/** An entry beside the image may be of any kind, absent or broken: that must not stop the push of the image. */
async function readIfSound(
  entry: Descriptor,
  content: ContentReader,
  onBroken: OnBroken,
): Promise<Manifest | undefined> {
  if (!isManifestMediaType(entry.mediaType) && !isIndexMediaType(entry.mediaType)) return undefined;
  try {
    return (await readManifest(entry, content)).manifest;
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    if (error.code !== 'BLOB_MISSING') onBroken(error);
    return undefined;
  }
}

function cosignReferrer(descriptor: Descriptor, tag: string): Referrer[] {
  const subject = `sha256:${COSIGN_TAG.exec(tag)?.[1] ?? ''}`;
  return isDigest(subject) ? [{ descriptor, subject, tag }] : [];
}
