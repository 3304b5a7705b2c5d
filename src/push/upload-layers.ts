import type { Descriptor } from '../oci/descriptor.ts';
import { forEachConcurrently } from './concurrently.ts';
import type { PushContext } from './context.ts';
import { USUAL_PART_SIZE } from './part-ranges.ts';
import { uploadLayer } from './upload-layer.ts';

/** Uploads several layers at once, the largest first, so that none of them starts late and finishes alone. */
export async function uploadLayers(
  layers: readonly Descriptor[],
  context: PushContext,
): Promise<void> {
  const { blobs, listener, registry, partSize } = context;
  const largestFirst = layers.toSorted((a, b) => b.size - a.size);
  const limits = {
    atOnce: context.concurrency,
    weight: context.bytesAtOnce,
    weigh: ({ size }: Descriptor) => Math.min(size, partSize ?? USUAL_PART_SIZE),
  };
  await forEachConcurrently(largestFirst, limits, context.signal, async (layer, signal) => {
    listener.layerStarted(layer);
    await using blob = await blobs.openBlob(layer);
    await uploadLayer(layer, { registry, blob, signal, partSize });
    listener.layerFinished(layer);
  });
}
