import type { Descriptor } from '../oci/descriptor.ts';
import { forEachConcurrently } from './concurrently.ts';
import type { PushContext } from './context.ts';
import { uploadLayer } from './upload-layer.ts';

/** Uploads several layers at once, the largest first, so that none of them starts late and finishes alone. */
export async function uploadLayers(
  layers: readonly Descriptor[],
  context: PushContext,
): Promise<void> {
  const { concurrency, blobs, listener, registry } = context;
  const largestFirst = layers.toSorted((a, b) => b.size - a.size);
  await forEachConcurrently(largestFirst, concurrency, context.signal, async (layer, signal) => {
    listener.layerStarted(layer);
    await using blob = await blobs.openBlob(layer);
    await uploadLayer(layer, {
      registry,
      blob,
      signal,
    });
    listener.layerFinished(layer);
  });
}
