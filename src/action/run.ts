import { describeRepository, registryHost } from '../ecr/reference.ts';
import type { Registry } from '../ecr/registry.ts';
import type { RegistryOptions } from '../ecr/open-registry.ts';
import type { Layout } from '../layout/layout.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Plan, totalBytes } from '../plan/diff.ts';
import type { ImageGraph } from '../plan/graph.ts';
import { selectImage } from '../plan/select-image.ts';
import { walkGraph } from '../plan/walk.ts';
import { planPush, push } from '../push/push.ts';
import type { PushListener } from '../push/context.ts';
import { formatBytes, shortDigest } from './format.ts';
import type { Inputs } from './inputs.ts';
import { type Outputs, toOutputs } from './outputs.ts';

/** What a run needs of the world: given by `index.ts`, or by a test. */
export interface Dependencies {
  readonly openLayout: (path: string) => Promise<Layout>;
  readonly openRegistry: (options: RegistryOptions) => Promise<Registry>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Log {
  info(message: string): void;
  warning(message: string): void;
  group<T>(name: string, work: () => Promise<T>): Promise<T>;
}

const CONCURRENCY = 4;

/** The whole job of one step: read the layout, ask ECR, upload what it lacks, put the manifests. */
export async function run(
  inputs: Inputs,
  { openLayout, openRegistry, log, signal }: Dependencies,
): Promise<Outputs> {
  await using layout = await openLayout(inputs.layout);
  const root = selectImage(layout.index, layout.path);
  const graph = await log.group('Read the layout', async () =>
    logGraph(await walkGraph(root, layout), log),
  );
  const registry = await openRegistry({
    name: inputs.repository,
    registryId: inputs.registryId,
    region: inputs.region,
  });
  try {
    const plan = await log.group('Ask ECR what it lacks', async () =>
      logPlan(await planPush(graph, inputs.tags, registry, signal), log),
    );
    await log.group('Push', () =>
      push(plan, { layout, registry, signal, listener: logPush(log), concurrency: CONCURRENCY }),
    );
    return report(plan, registry, inputs.tags, log);
  } finally {
    registry.close();
  }
}

function logGraph(graph: ImageGraph, log: Log): ImageGraph {
  const { root, manifests, blobs, absentForeignLayers } = graph;
  log.info(`Image ${root.descriptor.digest} (${root.descriptor.mediaType})`);
  log.info(
    `${manifests.length} manifests, ${blobs.length} blobs, ${formatBytes(totalBytes(blobs))}`,
  );
  for (const { digest } of absentForeignLayers) {
    log.warning(
      `Foreign layer ${digest} is not in the layout and is left out: pulls fetch it from its own address`,
    );
  }
  return graph;
}

function logPlan(plan: Plan, log: Log): Plan {
  log.info(`To upload: ${count(plan.uploads)}`);
  log.info(`There already: ${count(plan.present)}`);
  return plan;
}

function logPush(log: Log): PushListener {
  return {
    layerStarted: ({ digest, size }) =>
      log.info(`Uploading ${shortDigest(digest)}, ${formatBytes(size)}`),
    bytesSent: () => undefined,
    layerFinished: ({ digest }) => log.info(`Uploaded ${shortDigest(digest)}`),
    manifestPut: (digest, tag) =>
      log.info(`Put manifest ${digest}${tag === undefined ? '' : ` as ${tag}`}`),
  };
}

function report(plan: Plan, registry: Registry, tags: readonly string[], log: Log): Outputs {
  const { repository } = registry;
  if (registryHost(repository) === undefined) {
    log.warning(
      'No answer told the account id, so the outputs that name the registry are empty: set registry-id.',
    );
  }
  log.info(
    `${describeRepository(repository)} holds ${plan.root.descriptor.digest} as ${tags.join(', ')}: ` +
      `${count(plan.uploads)} uploaded, ${count(plan.present)} there already`,
  );
  return toOutputs(plan, repository, tags);
}

function count(blobs: readonly Descriptor[]): string {
  return `${blobs.length} ${blobs.length === 1 ? 'blob' : 'blobs'} (${formatBytes(totalBytes(blobs))})`;
}
