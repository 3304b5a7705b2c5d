import type { RegistryOptions } from '../ecr/open-registry.ts';
import { describeRepository, registryHost } from '../ecr/reference.ts';
import type { Registry } from '../ecr/registry.ts';
import { findLayouts } from '../layout/find-layouts.ts';
import { JoinedContent } from '../layout/joined-content.ts';
import type { Layout } from '../layout/layout.ts';
import { openLayout } from '../layout/open-layout.ts';
import type { Plan } from '../plan/diff.ts';
import { resolveImage, type ResolvedImage } from '../plan/resolve-image.ts';
import { planPush, push } from '../push/push.ts';
import type { Inputs } from './inputs.ts';
import { countBlobs, type Log, logImage, logPlan, logPush } from './log.ts';
import { type Outputs, toOutputs } from './outputs.ts';

/** What a run needs of the world: given by `index.ts`, or by a test. */
export interface Dependencies {
  readonly openRegistry: (options: RegistryOptions) => Promise<Registry>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Layers under way at once. */
const CONCURRENCY = 4;

/** The whole job of one step: read the layouts, ask ECR what it lacks, upload that, put the manifests. */
export async function run(
  inputs: Inputs,
  { openRegistry, log, signal }: Dependencies,
): Promise<Outputs> {
  await using opened = new AsyncDisposableStack();
  const [first, ...others] = await openLayouts(inputs.layouts, opened);
  const blobs = new JoinedContent(first, ...others);
  const image = await log.group('Read the layout', () =>
    readImage([first, ...others], blobs, inputs, log),
  );
  const { repository, registryId, region, tags } = inputs;
  const registry = await openRegistry({ name: repository, registryId, region });
  opened.defer(() => registry.close());
  const plan = await log.group('Ask ECR what it lacks', () =>
    makePlan(image, registry, inputs, log, signal),
  );
  const context = { blobs, registry, signal, listener: logPush(log), concurrency: CONCURRENCY };
  await log.group('Push', () => push(plan, context));
  report(plan, registry, tags, log);
  return toOutputs(plan, registry.repository, tags);
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

async function makePlan(
  { graph }: ResolvedImage,
  registry: Registry,
  { tags }: Inputs,
  log: Log,
  signal: AbortSignal,
): Promise<Plan> {
  const plan = await planPush(graph, tags, registry, signal);
  logPlan(plan, log);
  return plan;
}

function report(
  { graph, uploads, present }: Plan,
  { repository }: Registry,
  tags: readonly string[],
  log: Log,
): void {
  if (registryHost(repository) === undefined) {
    log.warning(
      'No answer told the account id, so the outputs that name the registry are empty: set registry-id.',
    );
  }
  log.info(
    `${describeRepository(repository)} holds ${graph.root.descriptor.digest} as ${tags.join(', ')}`,
  );
  log.info(`Uploaded ${countBlobs(uploads)}; ${countBlobs(present)} were there already.`);
}
