import type { RepositoryReference } from './ecr/names/reference.ts';
import type { Registry } from './ecr/registry.ts';
import { resolveImage, type ResolvedImage } from './image/resolve-image.ts';
import type { Inputs } from './inputs/inputs.ts';
import { findLayouts, type FoundLayout } from './layout/find-layouts.ts';
import { JoinedContent } from './layout/joined-content.ts';
import type { Layout } from './layout/layout.ts';
import { openLayout, type OpenOptions } from './layout/open-layout.ts';
import { lookElsewhere } from './push/look-elsewhere.ts';
import { openTargets } from './push/open-targets.ts';
import { push, type Target } from './push/push.ts';
import { throwFailures } from './report/failure.ts';
import { type Log, logImage, logPush, logReport, targetPrefix } from './report/log.ts';
import { type Outputs, toOutputs } from './report/outputs.ts';

/** What a run needs of the world: given by `index.ts`, or by a test. */
export interface World {
  readonly ecr: {
    readonly signal: AbortSignal;
    open(repository: RepositoryReference): Promise<Registry>;
  };
  readonly log: Log;
  /** The runner's folder for temporary files; the system's if it is not given. */
  readonly temporary?: string | undefined;
  /** The job's folder; the working directory if it is not given. */
  readonly workspace?: string | undefined;
  readonly setOutputs: (outputs: Outputs) => void;
}

/** The whole job of one step: inputs → layout → image → plan and push → report. */
export async function run(inputs: Inputs, world: World): Promise<void> {
  const { ecr, log, setOutputs } = world;
  const { signal } = ecr;
  const { ifTagExists, failFast, createRepository } = inputs;
  const open = (repository: RepositoryReference): Promise<Registry> => ecr.open(repository);
  await using opened = new AsyncDisposableStack();
  const found = await findLayouts(inputs.layouts);
  const layouts = await openLayouts(found, openOptions(inputs, world), opened);
  const blobs = new JoinedContent(...layouts);
  const { graph } = await log.group('Read the layout', () =>
    readImage(found, layouts, blobs, inputs, log),
  );
  const targets = await namedTargets(inputs, open, signal, log);
  const options = { blobs, signal, ifTagExists, failFast, createRepository };
  const pushed = await log.group('Push', () => push(graph, targets, options));
  const report = await lookElsewhere(pushed, open, signal);
  logReport(report, log);
  setOutputs(toOutputs(report));
  throwFailures(report);
}

function openOptions({ followLinks }: Inputs, { ecr, log, ...world }: World): OpenOptions {
  return {
    temporary: world.temporary,
    // Paths may hold anything: a line that began with `::` would be a command to the runner.
    tell: (notice) => log.info(`Layout: ${notice.replace(/\p{Cc}/gu, ' ')}`),
    signal: ecr.signal,
    linksInto: followLinks === 'workspace' ? (world.workspace ?? '.') : undefined,
  };
}

async function openLayouts(
  [first, ...others]: readonly [FoundLayout, ...FoundLayout[]],
  options: OpenOptions,
  opened: AsyncDisposableStack,
): Promise<[Layout, ...Layout[]]> {
  const open = async ({ path }: FoundLayout): Promise<Layout> =>
    opened.use(await openLayout(path, options));
  const layouts: [Layout, ...Layout[]] = [await open(first)];
  for (const layout of others) layouts.push(await open(layout));
  return layouts;
}

async function readImage(
  found: readonly FoundLayout[],
  layouts: readonly Layout[],
  blobs: JoinedContent,
  { request }: Inputs,
  log: Log,
): Promise<ResolvedImage> {
  const chosen = layouts.map(({ path, index }, at) => ({ path, index, image: found[at]?.image }));
  const image = await resolveImage(chosen, blobs, request);
  logImage(image, log);
  return image;
}

async function namedTargets(
  { targets: wanted }: Inputs,
  open: World['ecr']['open'],
  signal: AbortSignal,
  log: Log,
): Promise<Target[]> {
  const targets = await openTargets(wanted, open, signal);
  return targets.map((target) => {
    const name = targetPrefix(target.registry.repository, targets.length);
    return { ...target, listener: logPush(log, name) };
  });
}
