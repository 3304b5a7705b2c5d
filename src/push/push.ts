import { forEachConcurrently } from '../async/concurrently.ts';
import { Retries } from '../async/retry.ts';
import type { Registry } from '../ecr/registry.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import { PushError } from '../errors.ts';
import type { ImageGraph } from '../image/graph.ts';
import type { BlobStore } from '../layout/layout.ts';
import { type Plan, plan } from '../plan/plan.ts';
import type { PushContext, UploadMemory, UploadNotes } from './context.ts';
import type { PushListener } from './events.ts';
import { deletedMidway } from './deleted-midway.ts';
import { inspect } from './inspect.ts';
import { prepareRepository } from './prepare-repository.ts';
import { putManifest } from './put-manifest.ts';
import { refuseMissing } from './refuse-missing.ts';
import { type PushReport, reportImage, TargetRecord, type TargetReport } from './report.ts';
import { putTags, settleHeldTags } from './settle-tags.ts';
import { uploadIntoNew, uploadLayers } from './upload-layers.ts';

/** One repository, and the tags that the image gets there. */
export interface Target {
  readonly registry: Registry;
  /** None to push by digest. */
  readonly tags: readonly string[];
  /** Called with everything that happens there. */
  readonly listener: PushListener;
}

export interface PushOptions {
  readonly blobs: Pick<BlobStore, 'openBlob'>;
  readonly signal: AbortSignal;
  readonly ifTagExists: 'fail' | 'skip';
  /** Whether the first target that fails stops the others. */
  readonly failFast: boolean;
  /** How to create missing repositories; undefined to leave them missing. */
  readonly createRepository: RepositorySettings | undefined;
  /** Whether to stop at the plan of each target, before anything is written. */
  readonly dryRun?: boolean;
  /** What earlier runs left; undefined to begin every upload at its start. */
  readonly uploads?: UploadMemory | undefined;
  /** Called at the start, with what reports on the push at any moment: what is not complete has an error. */
  readonly onBegin?: ((soFar: () => PushReport) => void) | undefined;
}

/** ECR takes ten PutImage calls per second and account: more at once would only wait. */
const MANIFESTS_AT_ONCE = 8;

type Step = 'plan' | 'fill' | 'tag';

/** A target is complete after the last. */
const STEPS: Readonly<Record<'push' | 'dryRun', readonly Step[]>> = {
  push: ['fill', 'tag'],
  dryRun: ['plan'],
};

const UNFINISHED = new PushError('CANCELLED', 'The push is not complete');
const STOPPED = new PushError('CANCELLED', 'Stopped because another repository failed', {
  hint: 'Without fail-fast, the other repositories continue.',
});

/**
 * Pushes the image to all targets concurrently, in two steps: first layers and untagged manifests; then, when every
 * target is ready, the tags. A target that fails drops out, and the others continue. If `options.signal` is aborted, its
 * reason is the error of each target that was not complete. A dry run is neither step: it plans, and each target reports its plan.
 */
export async function push(
  graph: ImageGraph,
  targets: readonly Target[],
  options: PushOptions,
): Promise<PushReport> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const onFailure = (): void => {
    if (options.failFast) stop.abort(STOPPED);
  };
  const repositories = targets.map(({ registry }) => registry.repository);
  const notes = options.uploads?.open(graph.root.descriptor.digest, repositories) ?? [];
  const pushes = targets.map(
    (target, at) => new TargetPush(graph, target, notes[at], { ...options, signal }),
  );
  const report = (): PushReport => ({
    image: reportImage(graph, targets),
    targets: pushes.map((one) => one.report()),
  });
  options.onBegin?.(report);
  const steps = STEPS[options.dryRun ? 'dryRun' : 'push'];
  for (const step of steps) {
    const isLast = step === steps.at(-1);
    await Promise.all(pushes.map((one) => one.take(step, { isLast, onFailure })));
  }
  return report();
}

interface Taking {
  /** Whether no step comes after it. */
  readonly isLast: boolean;
  readonly onFailure: () => void;
}

/** The push of the image to one repository: its steps, until one fails. */
class TargetPush {
  readonly #graph: ImageGraph;
  readonly #tags: readonly string[];
  readonly #context: PushContext;
  readonly #record: TargetRecord;
  #plan: Plan | undefined;
  #isComplete = false;
  #error: unknown;

  constructor(
    graph: ImageGraph,
    { registry, tags, listener }: Target,
    uploads: UploadNotes | undefined,
    options: PushOptions,
  ) {
    const { blobs, signal, ifTagExists, createRepository } = options;
    const record = new TargetRecord(tags);
    this.#graph = graph;
    this.#tags = tags;
    this.#record = record;
    this.#context = {
      blobs,
      registry,
      signal,
      ifTagExists,
      createRepository,
      uploads,
      retries: new Retries(),
      tell: (event) => {
        record.note(event);
        listener(event);
      },
    };
  }

  async take(step: Step, { isLast, onFailure }: Taking): Promise<void> {
    if (this.#error !== undefined) return;
    try {
      await this.#do(step);
      this.#isComplete = isLast;
    } catch (error) {
      this.#error = deletedMidway(error, this.#plan) ?? new Error('failed without a reason');
      this.#tellFailure();
      onFailure();
    }
    this.#record.noteStep();
  }

  #tellFailure(): void {
    try {
      this.#context.tell({ kind: 'target-failed' });
    } catch {
      // A listener that fails is a failure of its target, which has one already.
    }
  }

  report(): TargetReport {
    const { repository, traffic } = this.#context.registry;
    const error = this.#error ?? (this.#isComplete ? undefined : UNFINISHED);
    return this.#record.end({ repository, traffic, error });
  }

  #do(step: Step): Promise<void> {
    if (step === 'plan') return this.#foresee();
    return step === 'fill' ? this.#fill() : this.#tag();
  }

  /** Decides, and changes nothing. The listener and the record have the plan. */
  async #foresee(): Promise<void> {
    const { repository } = await this.#decide();
    const { registry, signal } = this.#context;
    if (repository === 'none' || repository === 'finish') {
      await registry.identify(signal, this.#graph.root.descriptor.digest);
    } else await registry.identify(signal);
  }

  /** Pushes everything but the tags: nothing is visible yet. */
  async #fill(): Promise<void> {
    const context = this.#context;
    let planned = await this.#decide();
    if (!(await prepareRepository(planned, context))) {
      planned = await this.#decide();
      await prepareRepository(planned, context);
    }
    this.#plan = planned;
    context.uploads?.expect(planned.uploads, planned.present);
    const isThere = planned.repository === 'none' || planned.repository === 'finish';
    await (isThere ? uploadLayers : uploadIntoNew)(planned.uploads, context);
    for (const wave of planned.waves) await putWave(wave, planned, context);
  }

  /**
   * Plans the push from what the repository holds now.
   * @throws PushError TAG_IS_IMMUTABLE, BLOB_MISSING, INCOMPLETE_INDEX
   */
  async #decide(): Promise<Plan> {
    const { ifTagExists, createRepository, tell } = this.#context;
    const state = await inspect(this.#graph, this.#tags, this.#context);
    const wanted = { tags: this.#tags, ifTagExists, create: createRepository !== undefined };
    const planned = plan(this.#graph, wanted, state);
    tell({ kind: 'planned', plan: planned });
    settleHeldTags(planned, this.#context);
    refuseMissing(planned, this.#context.registry.repository);
    return planned;
  }

  async #tag(): Promise<void> {
    if (this.#plan === undefined) return;
    await putTags(this.#plan, this.#context);
    const { registry, signal } = this.#context;
    await registry.identify(signal, this.#graph.root.descriptor.digest);
  }
}

async function putWave(
  wave: Plan['waves'][number],
  { graph }: Plan,
  context: PushContext,
): Promise<void> {
  const options = { signal: context.signal, atOnce: MANIFESTS_AT_ONCE };
  await forEachConcurrently(wave, options, async (put, signal) => {
    await putManifest(put, graph, { ...context, signal });
  });
}
