import { Retries } from '../../src/async/retry.ts';
import type { Registry } from '../../src/ecr/registry.ts';
import type { RepositorySettings } from '../../src/ecr/repository-settings.ts';
import type { BlobStore } from '../../src/layout/layout.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { PushContext } from '../../src/push/context.ts';
import type { PushEvent, PushListener } from '../../src/push/events.ts';
import { push, type PushOptions } from '../../src/push/push.ts';
import type { PushReport, TargetReport } from '../../src/push/report.ts';
import type { Call } from '../local-ecr/call-log.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import type { Graph } from '../support/image.ts';
import { openLocalRegistry } from '../support/local-registry.ts';
import { walked } from '../support/walked.ts';

export const silent: PushListener = () => undefined;

export interface LocalPush {
  /** Of the repository. */
  readonly name?: string;
  readonly tags?: readonly string[];
  /** Entries of the layout beside the image. */
  readonly beside?: readonly Graph[];
  readonly layersAtOnce?: number;
  readonly listener?: PushListener;
  readonly ifTagExists?: PushContext['ifTagExists'];
  readonly createRepository?: RepositorySettings | undefined;
  readonly signal?: AbortSignal;
}

/** Pushes a graph held in memory to a repository of the local ECR. @throws what the push failed with */
export async function pushToLocal(
  ecr: LocalEcr,
  root: Graph,
  options: LocalPush = {},
): Promise<TargetReport> {
  return completeTarget(await tryToPush(ecr, root, options));
}

/** The same, where it may fail. */
export async function tryToPush(
  ecr: LocalEcr,
  root: Graph,
  { name, tags = ['1.0'], beside = [], layersAtOnce, listener = silent, ...more }: LocalPush = {},
): Promise<PushReport> {
  const { graph, blobs } = await walked(root, ...beside);
  const registry = openLocalRegistry(ecr, {
    ...(name === undefined ? {} : { name }),
    ...(layersAtOnce === undefined ? {} : { layersAtOnce }),
  });
  try {
    return await push(graph, [{ registry, tags, listener }], { ...pushOptions(blobs), ...more });
  } finally {
    registry.close();
  }
}

/** The one target. @throws what it failed with */
export function completeTarget({ targets }: PushReport): TargetReport {
  const [target] = targets;
  if (target === undefined) throw new Error('there is no target');
  if (target.error !== undefined) throw target.error as Error;
  return target;
}

export function pushOptions(blobs: Pick<BlobStore, 'openBlob'>): PushOptions {
  return {
    blobs,
    signal: new AbortController().signal,
    ifTagExists: 'fail',
    failFast: false,
    createRepository: undefined,
  };
}

/** What one step of a push works with, and what it told. */
export function contextOf(
  registry: Registry,
  blobs: Pick<BlobStore, 'openBlob'>,
  options: Partial<PushContext> = {},
): { context: PushContext; events: readonly PushEvent[] } {
  const events: PushEvent[] = [];
  const tell = (event: PushEvent): void => void events.push(event);
  const retries = new Retries();
  const base = { ...pushOptions(blobs), uploads: undefined };
  return { context: { ...base, registry, retries, tell, ...options }, events };
}

/** What a PutImage puts: `digest` or `digest:tag`. */
export function putName({ input }: Pick<Call, 'input'>): string {
  const { imageDigest, imageTag } = input as { imageDigest: Digest; imageTag?: string };
  return imageTag === undefined ? imageDigest : `${imageDigest}:${imageTag}`;
}
