import { PushError } from '../errors.ts';
import { isAttestation } from '../oci/annotations.ts';
import type { Descriptor, StoredBlob } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { OCI_MANIFEST } from '../oci/media-types.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import type { ContentReader } from './content.ts';
import type { Entry } from './entries.ts';
import type { ImageGraph } from './graph.ts';
import type { Referrer } from './referrers.ts';

/** Referrers have hundreds of bytes, and a few thousand with annotations. */
const MAX_REFERRER_BYTES = 64 * 1024;
/** So many are looked into: enough for an image with its signatures, too few to take time. */
const MAX_SEARCHED = 1000;

interface Found {
  readonly referrers: readonly Referrer[];
  /** Blobs that were too many to look into. */
  readonly unsearched: number;
}

/**
 * Manifests with a subject among the blobs that nothing in `index.json` leads to: some tools store signatures, and list
 * only the image. https://github.com/sigstore/cosign/issues/4695
 */
export async function findUnlisted(
  stored: readonly StoredBlob[],
  { manifests, referrers, blobs }: Pick<ImageGraph, 'manifests' | 'referrers' | 'blobs'>,
  entries: readonly Entry[],
  content: ContentReader,
): Promise<Found> {
  const known = new Set<Digest>(
    [
      ...[...manifests, ...referrers].map(({ descriptor }) => descriptor),
      ...blobs,
      ...entries.map(({ descriptor }) => descriptor),
      // Those of an index are dropped with it, or by themselves: `attestations: drop`.
      ...entries.flatMap(({ descendants }) => descendants.filter(isAttestation)),
    ].map(({ digest }) => digest),
  );
  const small = stored.filter(
    ({ digest, size }) => !known.has(digest) && size > 0 && size <= MAX_REFERRER_BYTES,
  );
  if (small.length > MAX_SEARCHED) return { referrers: [], unsearched: small.length };
  const found: Referrer[] = [];
  for (const blob of small) found.push(...(await referrerIn(blob, content)));
  return { referrers: found, unsearched: 0 };
}

/** A blob can be anything: what is no sound manifest with a subject is none of ours. */
async function referrerIn(blob: StoredBlob, content: ContentReader): Promise<Referrer[]> {
  const { digest } = blob;
  try {
    const bytes = await content.readVerified({ ...blob, mediaType: OCI_MANIFEST });
    if (bytes[0] !== '{'.charCodeAt(0)) return [];
    const { mediaType, subject } = parseManifest(bytes, { where: digest });
    const descriptor: Descriptor = { ...blob, mediaType };
    return subject === undefined ? [] : [{ descriptor, subject: subject.digest }];
  } catch (error) {
    if (error instanceof PushError) return [];
    throw error;
  }
}
