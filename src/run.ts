import type { RepositoryReference } from './ecr/names/reference.ts';
import type { Registry } from './ecr/registry.ts';
import { findLayouts } from './layout/find-layouts.ts';
import { JoinedContent } from './layout/joined-content.ts';
import type { Layout } from './layout/layout.ts';
import { openLayout } from './layout/open-layout.ts';
import { resolveImage, type ResolvedImage } from './image/resolve-image.ts';
import { pushTargets, type Target } from './push/push-targets.ts';
import type { Inputs } from './inputs/inputs.ts';
import { type Log, logImage, logPush, targetPrefix } from './report/log.ts';
import { hintAtNeighbours } from './push/look-elsewhere.ts';
import { type Outputs, toOutputs } from './report/outputs.ts';
import { logResults, throwFailures } from './report/results.ts';
import type { TargetInput } from './inputs/targets.ts';

/** What a run needs of the world: given by `index.ts`, or by a test. */
export interface Dependencies {
  readonly openRegistry: (repository: RepositoryReference) => Promise<Registry>;
  readonly log: Log;
  readonly setOutputs: (outputs: Outputs) => void;
  readonly signal: AbortSignal;
}

/** The whole job of one step: read the layouts, ask ECR what it lacks, upload that, put the manifests. */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<void> {
  const { openRegistry, log, setOutputs, signal } = dependencies;
  const { ifTagExists, failFast, createRepository, concurrency, partSize } = inputs;
  await using opened = new AsyncDisposableStack();
  const [first, ...others] = await openLayouts(inputs.layouts, opened);
  const blobs = new JoinedContent(first, ...others);
  const { graph } = await log.group('Read the layout', () =>
    readImage([first, ...others], blobs, inputs, log),
  );
  const targets = await openTargets(inputs.targets, openRegistry, log, opened);
  const options = {
    blobs,
    signal,
    concurrency,
    partSize,
    ifTagExists,
    failFast,
    createRepository,
  };
  const pushed = await log.group('Push', () => pushTargets(graph, targets, options));
  const results = await hintAtNeighbours(pushed, graph.root.descriptor.digest, dependencies);
  logResults(results, log);
  setOutputs(toOutputs(graph.root, results));
  throwFailures(results);
}

async function openLayouts(
  lines: readonly string[],
  opened: AsyncDisposableStack,
): Promise<[Layout, ...Layout[]]> {
  const [first, ...others] = await findLayouts(lines);
  const layouts: [Layout, ...Layout[]] = [opened.use(await openLayout(first))];
  for (const path of others) layouts.push(opened.use(await openLayout(path)));
  return layouts;
}

async function readImage(
  layouts: readonly Layout[],
  blobs: JoinedContent,
  { request }: Inputs,
  log: Log,
): Promise<ResolvedImage> {
  const image = await resolveImage(layouts, blobs, request);
  logImage(image, log);
  return image;
}

async function openTargets(
  inputs: readonly TargetInput[],
  openRegistry: Dependencies['openRegistry'],
  log: Log,
  opened: AsyncDisposableStack,
): Promise<Target[]> {
  const targets: Target[] = [];
  for (const { repository, tags } of inputs) {
    const registry = await openRegistry(repository);
    opened.defer(() => registry.close());
    const listener = logPush(log, targetPrefix(registry.repository, inputs.length));
    targets.push({ registry, tags, listener });
  }
  return targets;
}
