import type { Registry } from '../ecr/registry.ts';
import { diff, type Plan, type RepositoryState } from '../plan/diff.ts';
import type { ImageGraph } from '../plan/graph.ts';
import type { PushContext } from './context.ts';
import { putManifest } from './put-manifest.ts';
import { uploadLayers } from './upload-layers.ts';

/** Asks the repository what it holds of the image already, and decides what is left to do. */
export async function planPush(
  graph: ImageGraph,
  tags: readonly string[],
  registry: Registry,
  signal: AbortSignal,
): Promise<Plan> {
  return diff(graph, await inspect(graph, tags, registry, signal), tags);
}

async function inspect(
  { blobs, root, referrers }: ImageGraph,
  tags: readonly string[],
  registry: Registry,
  signal: AbortSignal,
): Promise<RepositoryState> {
  const images = [root, ...referrers].map(({ descriptor }) => ({ digest: descriptor.digest }));
  const [availableLayers, found] = await Promise.all([
    registry.availableLayers(
      blobs.map(({ digest }) => digest),
      signal,
    ),
    registry.findImages([...images, ...tags.map((tag) => ({ tag }))], signal),
  ]);
  return { availableLayers, images: found };
}

/** Carries a plan out: layers first, then manifests, children before parents, the tags last. */
export async function push(plan: Plan, context: PushContext): Promise<void> {
  await uploadLayers(plan.uploads, context);
  for (const put of [...plan.puts, ...plan.tagPuts]) await putManifest(put, plan, context);
}
