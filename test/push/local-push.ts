import type { Registry } from '../../src/ecr/registry.ts';
import type { BlobStore } from '../../src/layout/layout.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { findReferrers } from '../../src/image/referrers.ts';
import { walkGraph } from '../../src/image/walk.ts';
import type { PushContext, PushListener } from '../../src/push/context.ts';
import { pushTargets, type TargetResult } from '../../src/push/push-targets.ts';
import type { Call } from '../local-ecr/call-log.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import type { Graph } from '../support/image.ts';
import { openLocalRegistry } from '../support/local-registry.ts';
import { MemoryContent, neverBroken } from '../support/memory-content.ts';

export const silent: PushListener = {
  planned: () => undefined,
  repositoryMissing: () => undefined,
  tagsUnchecked: () => undefined,
  tagSkipped: () => undefined,
  layerStarted: () => undefined,
  layerRestarted: () => undefined,
  layerFinished: () => undefined,
  manifestRetried: () => undefined,
  manifestPut: () => undefined,
};

export interface LocalPush {
  readonly tags?: readonly string[];
  /** Entries of the layout beside the image. */
  readonly beside?: readonly Graph[];
  readonly ifTagExists?: PushContext['ifTagExists'];
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Pushes a graph held in memory to a repository of the local ECR. @throws what the push failed with */
export async function pushToLocal(
  ecr: LocalEcr,
  root: Graph,
  { tags = ['1.0'], beside = [], ...options }: LocalPush = {},
): Promise<void> {
  const blobs = new MemoryContent(root, ...beside);
  const entries = beside.map(({ descriptor }) => descriptor);
  const graph = await walkGraph(
    root.descriptor,
    blobs,
    await findReferrers(entries, blobs, neverBroken),
  );
  const registry = openLocalRegistry(ecr);
  const [result] = await pushTargets(graph, [{ registry, tags, listener: silent }], {
    ...pushOptions(blobs),
    ...options,
  });
  throwFailure(result, registry);
}

export function pushOptions(blobs: Pick<BlobStore, 'openBlob'>) {
  return {
    blobs,
    signal: new AbortController().signal,
    concurrency: 4,
    partSize: undefined,
    ifTagExists: 'fail',
    failFast: false,
    createRepository: undefined,
  } as const;
}

export function throwFailure(result: TargetResult | undefined, registry: Registry): void {
  registry.close();
  if (result === undefined || 'error' in result) throw result?.error;
}

/** What a PutImage puts: `digest` or `digest:tag`. */
export function putName({ input }: Call): string {
  const { imageDigest, imageTag } = input as { imageDigest: Digest; imageTag?: string };
  return imageTag === undefined ? imageDigest : `${imageDigest}:${imageTag}`;
}
