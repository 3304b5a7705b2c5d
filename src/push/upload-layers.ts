import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { forEachConcurrently } from '../async/concurrently.ts';
import type { PushContext } from './context.ts';
import { Slots } from '../async/semaphore.ts';
import { uploadLayer } from '../ecr/upload/upload-layer.ts';
import { wait } from '../async/sleep.ts';

/**
 * Layers below that size (bytes) wait for answers most of their time, and take little memory: a part has its body, its
 * chunks and what TLS makes of them, and 96 of 900 kB took 436 MB together.
 */
const SMALL = 256 * 1024;
/** The most that may be under way, each on a connection of its own. */
export const MAX_LAYERS_AT_ONCE = 96;
const LARGE_AT_ONCE = 32;
const LARGE_WEIGHT = MAX_LAYERS_AT_ONCE / LARGE_AT_ONCE;

/** Uploads several layers at once, the largest first, so that none of them starts late and finishes alone. */
export async function uploadLayers(
  layers: readonly Descriptor[],
  context: PushContext,
): Promise<void> {
  const { blobs, listener, registry, partSize, concurrency } = context;
  const slots = concurrency === undefined ? context.slots : new Slots(concurrency);
  const largestFirst = layers.toSorted((a, b) => b.size - a.size);
  await forEachConcurrently(
    largestFirst,
    slots,
    context.signal,
    async (layer, signal) => {
      listener.layerStarted(layer);
      await using blob = await blobs.openBlob(layer);
      const onRestart = (): void => listener.layerRestarted(layer);
      await uploadLayer(layer, { registry, blob, signal, partSize, onRestart });
      listener.layerFinished(layer);
    },
    ({ size }) => (concurrency === undefined && size >= SMALL ? LARGE_WEIGHT : 1),
  );
}

/** How often a repository that is not seen yet is tried again, and after how many milliseconds at first. */
const MAX_RETRIES = 3;
const FIRST_DELAY = 250;

/**
 * The same for a repository that was just created, or that ECR may create at the first upload: until one small layer
 * has arrived, no other is sent.
 * @throws PushError REPOSITORY_NOT_FOUND when it does not appear
 */
export async function uploadIntoNew(
  layers: readonly Descriptor[],
  context: PushContext,
): Promise<void> {
  const [smallest, ...others] = layers.toSorted((a, b) => a.size - b.size);
  if (smallest === undefined) return;
  for (let retry = 0; ; retry++) {
    try {
      await uploadLayers([smallest], context);
      break;
    } catch (error) {
      const isMissing = error instanceof PushError && error.code === 'REPOSITORY_NOT_FOUND';
      if (!isMissing || retry === MAX_RETRIES) throw error;
      await wait(FIRST_DELAY * 2 ** retry, context.signal);
    }
  }
  await uploadLayers(others, context);
}
