import { PushError } from '../errors.ts';
import type { ImageGraph } from '../image/graph.ts';
import type { PolicyName, RepositoryState } from '../plan/state.ts';
import type { Digest } from '../oci/digest.ts';
import { tagsToMove } from '../plan/tags.ts';
import type { PushContext } from './context.ts';

const MISSING: RepositoryState = {
  exists: false,
  availableLayers: new Set(),
  images: [],
  immutableTags: [],
  missingPolicies: [],
};

/** Looks up what the repository holds of the image. Changes nothing. */
export async function inspect(
  graph: ImageGraph,
  tags: readonly string[],
  context: PushContext,
): Promise<RepositoryState> {
  const found = await lookUp(graph, tags, context);
  if (found === undefined) return MISSING;
  const isJoined = graph.absentManifests.length > 0;
  const { availableLayers, images } = found;
  const isTagged = tags.length > 0 || graph.referrers.some(({ tag }) => tag !== undefined);
  if (images === undefined && isTagged) context.tell({ kind: 'unchecked', what: 'images' });
  return {
    exists: true,
    availableLayers,
    images,
    ...(isJoined && { heldManifests: await heldManifests(graph, context) }),
    immutableTags: await immutableTags(graph, tags, images, context),
    missingPolicies: await missingPolicies(found, context),
  };
}

type Found = Pick<RepositoryState, 'availableLayers' | 'images'>;

/** Undefined if the credentials may not look. */
async function heldManifests(
  { absentManifests }: ImageGraph,
  { registry, signal, tell }: PushContext,
): Promise<ReadonlySet<Digest> | undefined> {
  const digests = absentManifests.map(({ digest }) => digest);
  const held = await registry.findManifests(digests, signal);
  if (held === undefined) tell({ kind: 'unchecked', what: 'joined' });
  return held && new Set(held.keys());
}

/** Both look-ups in one round trip. Undefined if the repository does not exist, and need not. */
async function lookUp(
  { blobs, absentLayers, absentManifests, root, referrers }: ImageGraph,
  tags: readonly string[],
  { registry, signal }: PushContext,
): Promise<Found | undefined> {
  const digests = [...blobs, ...absentLayers].map(({ digest }) => digest);
  const images = [root, ...referrers].map(({ descriptor }) => ({ digest: descriptor.digest }));
  const referrerTags = referrers.flatMap(({ tag = [] }) => tag);
  const ids = [...images, ...[...referrerTags, ...tags].map((tag) => ({ tag }))];
  const available = registry.availableLayers(digests, signal);
  const found = registry.findImages(ids, signal);
  // Await both, even if the first has already failed.
  await Promise.allSettled([available, found]);
  try {
    return { availableLayers: await available, images: await found };
  } catch (error) {
    if (!(error instanceof PushError) || error.code !== 'REPOSITORY_NOT_FOUND') throw error;
    if (absentManifests.length > 0) throw nothingToJoin(error);
    return undefined;
  }
}

/** To create it would not help: the images are not there. */
function nothingToJoin({ code, message, cause }: PushError): PushError {
  return new PushError(code, `${message}, so the images to join are not there`, {
    hint: 'Compare repository, region and account with those of the steps that pushed the images by digest.',
    cause,
  });
}

async function immutableTags(
  { root }: ImageGraph,
  tags: readonly string[],
  images: RepositoryState['images'],
  { registry, signal, tell }: PushContext,
): Promise<readonly string[]> {
  const moving = tagsToMove(root.descriptor.digest, tags, images);
  if (moving.length === 0) return [];
  const immutable = await registry.immutableTags(moving, signal);
  if (immutable === undefined) tell({ kind: 'unchecked', what: 'mutability' });
  return immutable ?? [];
}

/** Asks only if the repository may be empty, as after a run that created it but could not set its policies. */
async function missingPolicies(
  { availableLayers, images = [] }: Found,
  { registry, signal, tell, createRepository }: PushContext,
): Promise<readonly PolicyName[]> {
  if (createRepository === undefined || availableLayers.size > 0 || images.length > 0) return [];
  const missing = await registry.missingPolicies(createRepository, signal);
  if (missing === undefined) tell({ kind: 'unchecked', what: 'policies' });
  return missing ?? [];
}
