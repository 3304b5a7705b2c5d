import type { Descriptor } from '../oci/descriptor.ts';
import { type Plan, totalBytes } from '../plan/diff.ts';
import type { ResolvedImage } from '../plan/resolve-image.ts';
import type { PushListener } from '../push/context.ts';
import { formatBytes, shortDigest } from './format.ts';

/** The step's log: `@actions/core`, or a test's. */
export interface Log {
  info(message: string): void;
  warning(message: string): void;
  group<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function logImage({ graph, origins }: ResolvedImage, log: Log): void {
  const { root, manifests, referrers, blobs, absentForeignLayers } = graph;
  const { digest, mediaType } = root.descriptor;
  log.info(`Image ${digest} (${mediaType})`);
  if (origins.every((origin) => origin.digest !== digest)) {
    const made = origins.map((origin) => origin.digest).join(', ');
    log.info(`This digest is new: it was made from ${made}, as the inputs ask.`);
  }
  log.info(`${manifests.length} manifests, ${referrers.length} referrers, ${countBlobs(blobs)}`);
  for (const layer of absentForeignLayers) {
    log.warning(
      `Foreign layer ${layer.digest} is not in the layout and is left out: pulls fetch it from its own address.`,
    );
  }
}

export function logPlan({ uploads, present }: Plan, log: Log): void {
  log.info(`To upload: ${countBlobs(uploads)}`);
  log.info(`There already: ${countBlobs(present)}`);
}

export function logPush(log: Log): PushListener {
  return {
    layerStarted: ({ digest, size }) =>
      log.info(`Uploading ${shortDigest(digest)}, ${formatBytes(size)}`),
    layerFinished: ({ digest }) => log.info(`Uploaded ${shortDigest(digest)}`),
    manifestPut: (digest, tag) =>
      log.info(`Put manifest ${digest}${tag === undefined ? '' : ` as ${tag}`}`),
  };
}

export function countBlobs(blobs: readonly Descriptor[]): string {
  return `${blobs.length} ${blobs.length === 1 ? 'blob' : 'blobs'} (${formatBytes(totalBytes(blobs))})`;
}
