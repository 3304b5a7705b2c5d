import type { Registry } from '../ecr/registry.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageGraph } from '../image/graph.ts';
import { toWaves } from '../plan/waves.ts';
import { forEachConcurrently } from '../async/concurrently.ts';
import type { PushContext, PushListener } from './context.ts';
import type { SkippedTag } from './immutable-tags.ts';
import { type PlannedPush, planPush } from './plan-push.ts';
import { putManifest } from './put-manifest.ts';
import { Slots } from '../async/semaphore.ts';
import { MAX_LAYERS_AT_ONCE, uploadIntoNew, uploadLayers } from './upload-layers.ts';

/** One repository, and the tags that the image gets there. */
export interface Target {
  readonly registry: Registry;
  readonly tags: readonly string[];
  readonly listener: PushListener;
}

export interface PushOptions extends Omit<PushContext, 'registry' | 'listener' | 'slots'> {
  /** Whether the first target that fails ends the others, too. */
  readonly failFast: boolean;
  /** How to create repositories that are missing; undefined not to. */
  readonly createRepository: RepositorySettings | undefined;
}

/** How one target ended. */
export type TargetResult = Outcome<PlannedPush>;

type Outcome<T> = Done<T> | Failed;

interface Done<T> {
  readonly target: Target;
  readonly value: T;
}

export interface Failed {
  readonly target: Target;
  readonly error: unknown;
}

/** ECR takes ten PutImage a second of an account: more at once would only wait. */
const MANIFESTS_AT_ONCE = 8;

const STOPPED = new PushError('CANCELLED', 'Stopped, because another target failed', {
  hint: 'Without fail-fast the other targets go on.',
});

/**
 * Pushes the image to every target, side by side, in two steps that all take together: layers and all manifests but
 * the tags; then the tags. A target that fails drops out, and the others go on.
 * @throws the reason of `options.signal` when that was aborted
 */
export async function pushTargets(
  graph: ImageGraph,
  targets: readonly Target[],
  options: PushOptions,
): Promise<readonly TargetResult[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const slots = new Slots(MAX_LAYERS_AT_ONCE);
  const contextOf = (target: Target): PushContext => ({ ...options, ...target, signal, slots });
  const onFailure = (): void => {
    if (options.failFast) stop.abort(STOPPED);
  };
  const started = targets.map((target) => ({ target, value: undefined }));
  const filled = await step(started, onFailure, (target) =>
    pushContent(graph, target, options.createRepository, contextOf(target)),
  );
  const tagged = await step(filled, onFailure, (target, push) => pushTags(push, contextOf(target)));
  options.signal.throwIfAborted();
  return tagged;
}

/** One step of all targets that have not failed, at once. */
async function step<A, B>(
  outcomes: readonly Outcome<A>[],
  onFailure: () => void,
  work: (target: Target, value: A) => Promise<B>,
): Promise<Outcome<B>[]> {
  return Promise.all(
    outcomes.map(async (outcome) => {
      if (isFailed(outcome)) return outcome;
      const { target, value } = outcome;
      try {
        return { target, value: await work(target, value) };
      } catch (error) {
        onFailure();
        return { target, error };
      }
    }),
  );
}

export function isFailed(outcome: Outcome<unknown>): outcome is Failed {
  return 'error' in outcome;
}

/** Everything that may arrive before anything is visible. */
async function pushContent(
  graph: ImageGraph,
  { tags }: Target,
  create: RepositorySettings | undefined,
  context: PushContext,
): Promise<PlannedPush> {
  const push = await planPush(graph, tags, create, context);
  const { plan, isNew } = push;
  await (isNew ? uploadIntoNew(plan.uploads, context) : uploadLayers(plan.uploads, context));
  for (const wave of toWaves(plan.puts)) {
    const slots = new Slots(MANIFESTS_AT_ONCE);
    await forEachConcurrently(wave, slots, context.signal, async (put, signal) => {
      await putManifest(put, plan, { ...context, signal });
    });
  }
  return push;
}

async function pushTags(push: PlannedPush, context: PushContext): Promise<PlannedPush> {
  const { plan } = push;
  const skipped: SkippedTag[] = [...push.skippedTags];
  for (const put of plan.tagPuts) {
    context.signal.throwIfAborted();
    const late = await putManifest(put, plan, context);
    if (late !== undefined) skipped.push(late);
  }
  return { ...push, skippedTags: skipped };
}

/**
 * What the target's tags stand for now: another image only where all of them were skipped, and undefined where the
 * credentials may not look which.
 */
export function publishedDigest({ target, value }: Done<PlannedPush>): Digest | undefined {
  const { plan, skippedTags } = value;
  const [first] = skippedTags;
  const isSkipped = skippedTags.length === target.tags.length;
  return isSkipped ? first?.holder : plan.graph.root.descriptor.digest;
}
