import { forEachConcurrently } from '../async/concurrently.ts';
import { Retry, type RetryNotice } from '../async/retry.ts';
import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { PushContext } from './context.ts';

/** Whether others wait for these layers, so that they are next. */
interface Urgency {
  readonly isUrgent?: boolean;
}

/** Uploads layers concurrently. The registry starts the largest first, so that no large one is left for the end. */
export async function uploadLayers(
  layers: readonly Descriptor[],
  context: PushContext,
  { isUrgent = false }: Urgency = {},
): Promise<void> {
  const largestFirst = layers.toSorted((a, b) => b.size - a.size);
  await forEachConcurrently(largestFirst, context, (layer, signal) =>
    upload(layer, isUrgent, { ...context, signal }),
  );
}

async function upload(
  layer: Descriptor,
  isUrgent: boolean,
  { blobs, registry, signal, uploads, tell }: PushContext,
): Promise<void> {
  const from = await uploads?.find(layer);
  const outcome = await registry.uploadLayer(
    {
      layer,
      isUrgent,
      from,
      open: () => blobs.openBlob(layer),
      onStart: () => tell({ kind: 'layer-started', layer, from: from?.nextByte ?? 0 }),
      onProgress: (position) => {
        uploads?.note(layer, position);
        tell({ kind: 'layer-progress', layer, bytes: position.nextByte });
      },
      onRetry: (notice) => {
        if (notice.name === 'layer') uploads?.forget(layer);
        tell({ kind: 'retried', what: layer.digest, notice });
      },
    },
    signal,
  );
  uploads?.forget(layer);
  tell({ kind: 'layer-finished', layer, outcome });
}

/**
 * The same for a repository that was just created, or that ECR may create on the first upload: sends the smallest layer
 * first, and the others once it has arrived.
 * @throws PushError REPOSITORY_NOT_FOUND if the repository does not appear
 */
export async function uploadIntoNew(
  layers: readonly Descriptor[],
  context: PushContext,
): Promise<void> {
  const [smallest, ...others] = layers.toSorted((a, b) => a.size - b.size);
  if (smallest === undefined) return;
  const onRetry = (notice: RetryNotice): void =>
    context.tell({ kind: 'retried', what: undefined, notice });
  const retry = new Retry({ onRetry });
  for (;;) {
    try {
      await uploadLayers([smallest], context, { isUrgent: true });
      break;
    } catch (error) {
      const isMissing = error instanceof PushError && error.code === 'REPOSITORY_NOT_FOUND';
      if (!isMissing || !(await retry.again('newRepository', context))) throw error;
    }
  }
  await uploadLayers(others, context);
}
