import { PushError } from '../errors.ts';
import { isAttestation } from '../oci/annotations.ts';
import { artifactSubject } from '../oci/artifact-manifest.ts';
import type { Descriptor, StoredBlob, StoredBlobs } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import { OCI_ARTIFACT_MANIFEST, OCI_MANIFEST } from '../oci/media-types.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import type { ContentReader } from './content.ts';
import type { Entry } from './entries.ts';
import type { ImageGraph } from './graph.ts';
import { MAX_GRAPH_BYTES } from './limits.ts';
import type { Referrer } from './referrers.ts';

/** Referrers have hundreds of bytes, and a few thousand with annotations: what is larger is read only if it may be one. */
const SMALL_BYTES = 64 * 1024;
/** So many are looked into, of the small and of the large: enough for an image with its signatures, too few to take time. */
const MAX_SEARCHED = 1000;

interface Found {
  readonly referrers: readonly Referrer[];
  /** What refers to the image in a way that ECR does not take. */
  readonly unfit: readonly PushError[];
  /** Blobs that were too many to look into. */
  readonly unsearched: number;
}

type Graph = Pick<ImageGraph, 'manifests' | 'referrers' | 'blobs'>;

/**
 * Manifests with a subject among the blobs that nothing in `index.json` leads to: some tools store signatures, and list
 * only the image. https://github.com/sigstore/cosign/issues/4695
 */
export async function findUnlisted(
  stored: readonly StoredBlobs[],
  graph: Graph,
  entries: readonly Entry[],
  content: ContentReader,
): Promise<Found> {
  const known = knownBlobs(graph, entries);
  const unknown = stored
    .flatMap(({ blobs }) => blobs)
    .filter(({ digest, size }) => !known.has(digest) && size > 0 && size <= MAX_MANIFEST_BYTES);
  const { small = [], large = [] } = Object.groupBy(unknown, ({ size }) =>
    size <= SMALL_BYTES ? 'small' : 'large',
  );
  const search = new Search(graph, content);
  const unexamined = stored.flatMap((one) => one.unexamined).filter((one) => !known.has(one));
  let unsearched = unexamined.length;
  for (const blobs of [small, large]) {
    if (blobs.length > MAX_SEARCHED) unsearched += blobs.length;
    else for (const blob of blobs) if (!(await search.look(blob))) unsearched += 1;
  }
  return { referrers: search.referrers, unfit: search.unfit, unsearched };
}

function knownBlobs(
  { manifests, referrers, blobs }: Graph,
  entries: readonly Entry[],
): ReadonlySet<Digest> {
  const known = [
    ...[...manifests, ...referrers].map(({ descriptor }) => descriptor),
    ...blobs,
    ...entries.map(({ descriptor }) => descriptor),
    ...entries.flatMap(({ manifest }) =>
      manifest?.kind === 'image' ? [manifest.config, ...manifest.layers] : [],
    ),
    // Those of an index are dropped with it, or by themselves: `attestations: drop`.
    ...entries.flatMap(({ descendants }) => descendants.filter(isAttestation)),
  ];
  return new Set(known.map(({ digest }) => digest));
}

class Search {
  readonly referrers: Referrer[] = [];
  readonly unfit: PushError[] = [];
  readonly #manifests: ReadonlySet<Digest>;
  readonly #content: ContentReader;
  #bytesLeft = MAX_GRAPH_BYTES;

  constructor({ manifests, referrers }: Graph, content: ContentReader) {
    const nodes = [...manifests, ...referrers];
    this.#manifests = new Set(nodes.map(({ descriptor }) => descriptor.digest));
    this.#content = content;
  }

  /** A blob can be anything: what is no sound manifest with a subject is none of ours. @returns false if it is too much */
  async look(blob: StoredBlob): Promise<boolean> {
    const descriptor = { ...blob, mediaType: OCI_MANIFEST };
    try {
      if (blob.size > SMALL_BYTES && !(await this.#isObject(descriptor))) return true;
      if (blob.size > this.#bytesLeft) return false;
      this.#bytesLeft -= blob.size;
      this.#read(blob, await this.#content.readVerified(descriptor));
    } catch (error) {
      if (!(error instanceof PushError)) throw error;
    }
    return true;
  }

  async #isObject(descriptor: Descriptor): Promise<boolean> {
    await using blob = await this.#content.openBlob(descriptor);
    const first = new Uint8Array(1);
    await blob.read(first, 0);
    return startsObject(first);
  }

  #read(blob: StoredBlob, bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!startsObject(bytes) || !text.includes('"subject"')) return;
    if (text.includes(OCI_ARTIFACT_MANIFEST)) this.#readArtifact(blob, bytes);
    // Spares the parser large documents, such as SBOMs.
    if (!text.includes('"schemaVersion"')) return;
    const { mediaType, subject } = parseManifest(bytes, { where: blob.digest });
    if (subject === undefined) return;
    this.referrers.push({ descriptor: { ...blob, mediaType }, subject: subject.digest });
  }

  #readArtifact({ digest }: StoredBlob, bytes: Uint8Array): void {
    const subject = artifactSubject(bytes, digest);
    if (subject === undefined || !this.#manifests.has(subject)) return;
    this.unfit.push(
      new PushError(
        'UNSUPPORTED_MEDIA_TYPE',
        `${digest}, a referrer of ${subject}: ECR does not take ${OCI_ARTIFACT_MANIFEST}`,
      ),
    );
  }
}

function startsObject(bytes: Uint8Array): boolean {
  return bytes[0] === '{'.charCodeAt(0);
}
