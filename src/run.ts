import { messageOf } from './errors.ts';
import type { RepositoryReference } from './ecr/names/reference.ts';
import type { Registry } from './ecr/registry.ts';
import type { ImageGraph } from './image/graph.ts';
import { nearLimits } from './image/near-limits.ts';
import { resolveImage, type ResolvedImage } from './image/resolve-image.ts';
import type { Inputs } from './inputs/inputs.ts';
import { checkLabels } from './layout/check-labels.ts';
import { estimateSaving } from './layout/compressible.ts';
import { findLayouts, type FoundLayout } from './layout/find-layouts.ts';
import { JoinedContent } from './layout/joined-content.ts';
import type { BlobStore, Layout } from './layout/layout.ts';
import type { KnownLayers } from './layout/pack-layers.ts';
import { openLayout, type OpenOptions } from './layout/open-layout.ts';
import { heldByAll } from './push/held-layers.ts';
import { heldByAny } from './push/held-manifests.ts';
import { lookElsewhere } from './push/look-elsewhere.ts';
import { openTargets } from './push/open-targets.ts';
import { push, type Target } from './push/push.ts';
import type { PushReport } from './push/report.ts';
import { conclude } from './report/conclude.ts';
import { type Log, logImage, logReport, targetPrefix } from './report/log.ts';
import { logJoined } from './report/log-joined.ts';
import { logPlan } from './report/log-plan.ts';
import type { Outputs } from './report/outputs.ts';
import type { RunLog } from './report/run-log.ts';
import { sentOrMissing, uncompressedWarning } from './report/uncompressed.ts';
import type { LayerMemory } from './resume/layer-memory.ts';
import type { UploadJournal } from './resume/upload-journal.ts';

/** What a run needs of the world: given by `index.ts`, or by a test. */
export interface World {
  readonly ecr: {
    readonly signal: AbortSignal;
    open(repository: RepositoryReference): Promise<Registry>;
  };
  readonly log: RunLog;
  /** The runner's folder for temporary files; the system's if it is not given. */
  readonly temporary?: string | undefined;
  /** The job's folder; the working directory if it is not given. */
  readonly workspace?: string | undefined;
  /** What earlier pushes compressed; undefined to compress everything. */
  readonly layerMemory?: LayerMemory | undefined;
  /** How far uploads have come; undefined to keep nothing of it. */
  readonly uploads?: UploadJournal | undefined;
  /** Called when the push begins, with what tells how far it has come at any moment, and at its end, with how it ended. */
  readonly onReport?: ((soFar: () => PushReport) => void) | undefined;
  readonly setOutputs: (outputs: Outputs) => void;
}

/** The whole job of one step: inputs → layout → image → plan and push → report. */
export async function run(inputs: Inputs, world: World): Promise<void> {
  const { ecr, log, uploads, onReport, setOutputs } = world;
  const { signal } = ecr;
  const { ifTagExists, failFast, createRepository, dryRun } = inputs;
  const open = (repository: RepositoryReference): Promise<Registry> => ecr.open(repository);
  const targetsOnce = once(() => namedTargets(inputs, open, world));
  await using opened = new AsyncDisposableStack();
  const { blobs, graph } =
    inputs.indexOf.length > 0
      ? await log.group('Join the images', () => join(inputs, world, targetsOnce))
      : await log.group('Read the layout', async () => {
          const found = await findLayouts(inputs.layouts);
          const layouts = await openLayouts(found, openOptions(inputs, world, targetsOnce), opened);
          const content = new JoinedContent(...layouts);
          const image = await readImage(found, layouts, content, inputs, log);
          return { blobs: content, graph: image.graph };
        });
  const targets = await targetsOnce();
  for (const notice of nearLimits(graph, strictest(targets))) log.warning(notice);
  const checked = checkLabels(blobs, (notice) => log.warning(notice));
  const options = {
    blobs: checked,
    signal,
    ifTagExists,
    failFast,
    createRepository,
    dryRun,
    uploads: dryRun ? undefined : uploads,
    onBegin: onReport,
  };
  const pushed = await log.group(dryRun ? 'Plan' : 'Push', () => push(graph, targets, options));
  signal.throwIfAborted();
  // A plan leaves nothing behind.
  if (!dryRun) await world.layerMemory?.save();
  await adviseCompression(pushed, blobs, inputs, world);
  const report = await lookElsewhere(pushed, open, signal);
  onReport?.(() => report);
  if (dryRun) logPlan(report, log);
  else logReport(report, log);
  conclude(report, {
    mode: dryRun ? 'plan' : 'push',
    setOutputs,
    warning: (message) => log.warning(message),
  });
}

/** Each layer goes to all of them. */
function strictest(targets: readonly Target[]): 'private' | 'public' {
  return targets.some(({ registry }) => registry.repository.type === 'public')
    ? 'public'
    : 'private';
}

/** Once nothing waits for it. What ends a push is not to stand beside advice. */
async function adviseCompression(
  pushed: PushReport,
  blobs: Pick<BlobStore, 'openBlob'>,
  { layerCompression }: Inputs,
  { ecr: { signal }, log }: World,
): Promise<void> {
  if (pushed.targets.some(({ error }) => error !== undefined)) return;
  try {
    const saving = await estimateSaving(sentOrMissing(pushed), blobs, signal);
    if (saving !== undefined) log.warning(uncompressedWarning(saving, layerCompression === 'none'));
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`What compression would save is not known: ${messageOf(error)}`);
  }
}

function openOptions(
  { followLinks, request, layerCompression }: Inputs,
  { ecr: { signal }, log, layerMemory, temporary, workspace = '.' }: World,
  targets: () => Promise<readonly Target[]>,
): OpenOptions {
  return {
    ...{ signal, temporary, layerCompression },
    image: request.image,
    knownLayers: layerMemory && knownLayersOf(layerMemory, targets, signal),
    // Paths may hold anything: a line that began with `::` would be a command to the runner.
    tell: (notice) => log.info(`Layout: ${notice.replace(/\p{Cc}/gu, ' ')}`),
    linksInto: followLinks === 'workspace' ? workspace : undefined,
  };
}

async function openLayouts(
  [first, ...others]: readonly [FoundLayout, ...FoundLayout[]],
  options: OpenOptions,
  opened: AsyncDisposableStack,
): Promise<[Layout, ...Layout[]]> {
  const open = async ({ path, image }: FoundLayout): Promise<Layout> =>
    opened.use(await openLayout(path, image === undefined ? options : { ...options, image }));
  const layouts: [Layout, ...Layout[]] = [await open(first)];
  for (const layout of others) layouts.push(await open(layout));
  return layouts;
}

/** Layers that were compressed before count only if all targets have them. */
function knownLayersOf(
  memory: LayerMemory,
  targets: () => Promise<readonly Target[]>,
  signal: AbortSignal,
): KnownLayers {
  return {
    add: (diffId, format, compressed) => memory.add(diffId, format, compressed),
    find: (diffIds, format) =>
      memory.find(diffIds, format, async (digests) => {
        const registries = (await targets()).map(({ registry }) => registry);
        return heldByAll(digests, registries, signal);
      }),
  };
}

async function readImage(
  found: readonly FoundLayout[],
  layouts: readonly Layout[],
  blobs: JoinedContent,
  { request }: Inputs,
  log: Log,
): Promise<ResolvedImage> {
  const chosen = layouts.map((layout, at) => {
    const { path, index, indexBytes } = layout;
    const storedBlobs = () => layout.storedBlobs();
    return { path, index, indexBytes, storedBlobs, image: found[at]?.image };
  });
  const image = await resolveImage(chosen, blobs, request);
  logImage(image, log);
  return image;
}

/** An index of images that are in ECR: there is nothing to upload. */
async function join(
  { indexOf, request }: Inputs,
  { ecr: { signal }, log }: World,
  targets: () => Promise<readonly Target[]>,
): Promise<{ blobs: Pick<BlobStore, 'openBlob'>; graph: ImageGraph }> {
  // What a push of a layout does not need is loaded when it is.
  const { readDescriptors } = await import('./layout/read-descriptors.ts');
  const { joinImages } = await import('./image/join.ts');
  const given = await readDescriptors(indexOf);
  const registries = (await targets()).map(({ registry }) => registry);
  const graph = await joinImages(given, {
    attestations: request.shape.attestations,
    read: (digests) => heldByAny(digests, registries, signal),
  });
  logJoined(graph, log);
  return { blobs: NO_BLOBS, graph };
}

const NO_BLOBS = {
  openBlob: () => Promise.reject(new Error('an index of joined images has no blobs')),
};

async function namedTargets(
  { targets: wanted, dryRun }: Inputs,
  open: World['ecr']['open'],
  { ecr: { signal }, log }: World,
): Promise<Target[]> {
  const targets = await openTargets(wanted, open, signal);
  return targets.map((target) => {
    const name = targetPrefix(target.registry.repository, targets.length);
    return { ...target, listener: log.listen(name, dryRun ? 'plan' : 'push') };
  });
}

/** The same promise every time; the work is begun by the first call. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => (begun ??= work());
}
