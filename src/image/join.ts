import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, digestOf } from '../oci/digest.ts';
import type { GivenDescriptor } from '../oci/given-descriptors.ts';
import { newIndex } from '../oci/index-bytes.ts';
import { indexEntry } from '../oci/index-entry.ts';
import type { Manifest } from '../oci/manifest.ts';
import {
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  isConfigMediaType,
  isIndexMediaType,
  OCI_INDEX,
} from '../oci/media-types.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import type { ImageGraph } from './graph.ts';
import { JoinedMembers } from './joined-members.ts';
import { checkDepth, MAX_GRAPH_BYTES } from './limits.ts';
import { rolesOf } from './role.ts';

/** A manifest that is in ECR. */
interface KnownManifest {
  /** Undefined if ECR does not say. */
  readonly mediaType: string | undefined;
  /** As they are there; undefined if they could not be read. */
  readonly bytes: Uint8Array | undefined;
}

/** What repositories hold of the manifests that were asked for. */
export interface KnownManifests {
  readonly manifests: ReadonlyMap<Digest, KnownManifest>;
  /** Why one of them could not be asked; undefined if all could. */
  readonly error: Error | undefined;
}

interface JoinOptions {
  readonly attestations: 'keep' | 'drop';
  /** Asks the repositories. */
  readonly read: (digests: readonly Digest[]) => Promise<KnownManifests>;
}

/**
 * One index of images that are in ECR already. An index among them is replaced by what it lists, so that attestations come
 * along. The same images in any order make the same bytes: each is listed once, sorted by platform. As `docker buildx
 * imagetools create` does it, Docker's images alone make a Docker manifest list, and any others an OCI index.
 * @throws PushError INVALID_DESCRIPTOR, CONFLICTING_PLATFORMS, IMAGE_NOT_IN_REPOSITORY, NO_IMAGE, TOO_LARGE, and why an
 *   index could not be read
 */
export async function joinImages(
  given: readonly GivenDescriptor[],
  { read, attestations }: JoinOptions,
): Promise<ImageGraph> {
  const join = new Join(read);
  await join.add(given.map((one) => ({ ...one, parents: [] })));
  return graphOf(join.members.listed(attestations), given);
}

class Join {
  readonly members = new JoinedMembers();
  readonly #read: JoinOptions['read'];
  readonly #dissolved = new Set<Digest>();

  constructor(read: JoinOptions['read']) {
    this.#read = read;
  }

  /** Asks for all of them at once. */
  async add(sources: readonly Source[]): Promise<void> {
    if (sources.length === 0) return;
    const known = await readAll(sources, this.#read);
    const below = sources.flatMap((source) => this.#take(source, known));
    await this.add(below);
  }

  /** @returns the indexes that an index lists */
  #take(source: Source, known: KnownManifests): readonly Source[] {
    const { descriptor, where, parents } = source;
    const { digest, mediaType } = descriptor;
    checkDepth(digest, parents);
    const manifest = checkKnown(source, known.manifests.get(digest));
    if (!isIndexMediaType(mediaType)) {
      const isKnown = isArtifact(manifest);
      this.members.add({
        descriptor: lean(descriptor),
        where,
        isArtifact: isKnown,
        isListed: false,
      });
      return [];
    }
    if (this.#dissolved.has(digest)) return [];
    this.#dissolved.add(digest);
    const children = childrenOf(source, manifest ?? unread(source, known));
    for (const child of children) {
      if (!isIndexMediaType(child.descriptor.mediaType))
        this.members.add({ ...child, isArtifact: false, isListed: true });
    }
    return children.filter((child) => isIndexMediaType(child.descriptor.mediaType));
  }
}

/** An image or an index that is joined, and the indexes that it was found in, outermost first. */
interface Source extends GivenDescriptor {
  readonly parents: readonly Digest[];
}

function readAll(level: readonly Source[], read: JoinOptions['read']): Promise<KnownManifests> {
  const sizes = new Map(level.map(({ descriptor: { digest, size } }) => [digest, size]));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (bytes > MAX_GRAPH_BYTES) {
    throw new PushError('TOO_LARGE', `index-of: the manifests exceed ${MAX_GRAPH_BYTES} bytes`, {
      hint: 'A manifest has some hundred or thousand bytes: check that the descriptors are those of manifests.',
    });
  }
  return read([...sizes.keys()]);
}

/** The manifest, as it is in ECR or in the descriptor. Undefined if its bytes are not known. */
function checkKnown(
  { descriptor, where }: Source,
  known: KnownManifest | undefined,
): Manifest | undefined {
  const { mediaType, digest, size, data } = descriptor;
  if (known?.mediaType !== undefined && known.mediaType !== mediaType) {
    throw invalid(
      `${where}: the mediaType is ${mediaType}, but ${digest} in ECR is of ${known.mediaType}`,
    );
  }
  const bytes = known?.bytes ?? data;
  if (bytes === undefined) return undefined;
  if (bytes.byteLength !== size) {
    throw invalid(
      `${where}: the size is ${size}, but ${digest} in ECR has ${bytes.byteLength} bytes`,
    );
  }
  try {
    return parseManifest(bytes, { mediaType, where: `manifest ${digest}` });
  } catch (cause) {
    if (!(cause instanceof PushError)) throw cause;
    throw new PushError('INVALID_DESCRIPTOR', `${where}: ${cause.message}`, { cause });
  }
}

function isArtifact(manifest: Manifest | undefined): boolean {
  if (manifest === undefined) return false;
  const type = manifest.artifactType;
  if (type !== undefined && !isConfigMediaType(type)) return true;
  return manifest.kind === 'image' && !isConfigMediaType(manifest.config.mediaType);
}

/** Without `os.features`, which ECR refuses. */
function lean(descriptor: Descriptor): Descriptor {
  if (descriptor.platform === undefined) return descriptor;
  const { os, architecture, variant, osVersion } = descriptor.platform;
  return {
    ...descriptor,
    platform: {
      ...{ os, architecture },
      ...(variant !== undefined && { variant }),
      ...(osVersion !== undefined && { osVersion }),
    },
  };
}

function childrenOf({ descriptor, where, parents }: Source, manifest: Manifest): readonly Source[] {
  const { digest } = descriptor;
  const children = manifest.kind === 'index' ? manifest.manifests : [];
  return children.map((child) => ({
    descriptor: child,
    where: `${where}, an entry of the index ${digest}`,
    parents: [...parents, digest],
  }));
}

function unread({ descriptor: { digest }, where }: Source, known: KnownManifests): never {
  if (known.manifests.has(digest)) {
    throw invalid(
      `${where}: the index ${digest} has to be read, and ECR Public has no call for that`,
      'Give the output descriptor of push-by-digest as it is: of an index in ECR Public, it has the bytes (data). Or push without an index, with attestations: drop and single-image: unwrap.',
    );
  }
  if (known.error !== undefined) throw known.error;
  throw new PushError(
    'IMAGE_NOT_IN_REPOSITORY',
    `${where}: the index ${digest} is in none of the repositories`,
  );
}

function graphOf(entries: readonly Descriptor[], given: readonly GivenDescriptor[]): ImageGraph {
  const isDocker = entries.every(({ mediaType }) => mediaType === DOCKER_MANIFEST);
  const mediaType = isDocker ? DOCKER_MANIFEST_LIST : OCI_INDEX;
  const bytes = newIndex(entries.map(indexEntry), mediaType);
  const manifest = parseManifest(bytes, { mediaType, where: 'the index of the joined images' });
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  const root = { descriptor, bytes, manifest };
  const graph = { root, manifests: [root], referrers: [] };
  const required = new Map(given.map((one) => [one.descriptor.digest, one.descriptor]));
  return {
    ...graph,
    roles: rolesOf(graph, new Map()),
    platforms: new Map(),
    instructions: new Map(),
    blobs: [],
    absentLayers: [],
    absentHint: undefined,
    absentForeignLayers: [],
    absentManifests: [...required.values()],
  };
}

function invalid(message: string, hint?: string): PushError {
  return new PushError('INVALID_DESCRIPTOR', message, hint === undefined ? {} : { hint });
}
