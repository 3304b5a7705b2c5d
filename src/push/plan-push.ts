import type { Registry } from '../ecr/registry.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import { PushError } from '../errors.ts';
import { diff, type ExistingImage, type Plan, type RepositoryState } from '../plan/diff.ts';
import type { ImageGraph } from '../image/graph.ts';
import type { PushContext } from './context.ts';
import { type SkippedTag, skipOrFail } from './immutable-tags.ts';

/** A repository that holds nothing, or that is not there yet. */
const NOTHING: RepositoryState = { availableLayers: new Set(), images: [] };

export interface PlannedPush {
  readonly plan: Plan;
  readonly skippedTags: readonly SkippedTag[];
  /** Whether the repository was not there when it was asked: it may be just coming into being. */
  readonly isNew: boolean;
}

/**
 * Asks the repository what it holds of the image, and decides what is left to do: before anything is uploaded.
 * `create`: how to create a repository that is missing; undefined to leave that to ECR's own creation templates.
 */
export async function planPush(
  graph: ImageGraph,
  tags: readonly string[],
  create: RepositorySettings | undefined,
  context: PushContext,
): Promise<PlannedPush> {
  const state = await inspect(graph, tags, create, context);
  if (state.images === undefined) context.listener.tagsUnchecked('images');
  const skippedTags = await checkTags(graph, tags, state.images ?? [], context);
  const left = tags.filter((tag) => !skippedTags.some((skipped) => skipped.tag === tag));
  const nothing: Plan = { graph, uploads: [], present: [], puts: [], tagPuts: [] };
  const plan = left.length > 0 ? diff(graph, state, left) : nothing;
  context.listener.planned(plan);
  return { plan, skippedTags, isNew: state === NOTHING };
}

async function inspect(
  graph: ImageGraph,
  tags: readonly string[],
  create: RepositorySettings | undefined,
  { registry, signal, listener }: PushContext,
): Promise<RepositoryState> {
  try {
    return await ask(graph, tags, registry, signal);
  } catch (error) {
    if (!(error instanceof PushError && error.code === 'REPOSITORY_NOT_FOUND')) throw error;
    listener.repositoryMissing(create !== undefined);
    // A creation template may make the repository at the first upload; if it does not, that upload says so.
    if (create !== undefined) await registry.createRepository(create, signal);
    return NOTHING;
  }
}

/** Both questions at once: one round trip. */
async function ask(
  { blobs, root, referrers }: ImageGraph,
  tags: readonly string[],
  registry: Registry,
  signal: AbortSignal,
): Promise<RepositoryState> {
  const digests = blobs.map(({ digest }) => digest);
  const images = [root, ...referrers].map(({ descriptor }) => ({ digest: descriptor.digest }));
  const referrerTags = referrers.flatMap(({ tag = [] }) => tag);
  const [availableLayers, found] = await Promise.all([
    registry.availableLayers(digests, signal),
    registry.findImages([...images, ...[...referrerTags, ...tags].map((tag) => ({ tag }))], signal),
  ]);
  return { availableLayers, images: found };
}

/** Tags that stand for another image move, unless the repository forbids it: which is worth knowing before an upload. */
async function checkTags(
  { root }: ImageGraph,
  tags: readonly string[],
  images: readonly ExistingImage[],
  context: PushContext,
): Promise<SkippedTag[]> {
  const wanted = root.descriptor.digest;
  const holders = new Map(images.map(({ tag, digest }) => [tag, digest]));
  const taken = tags.filter((tag) => holders.has(tag) && holders.get(tag) !== wanted);
  if (taken.length === 0) return [];
  const immutable = await context.registry.immutableTags(taken, context.signal);
  if (immutable === undefined) context.listener.tagsUnchecked('mutability');
  return (immutable ?? []).map((tag) =>
    skipOrFail({ tag, holder: holders.get(tag) }, wanted, context),
  );
}
