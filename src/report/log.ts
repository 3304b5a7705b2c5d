import { describeRepository, type RepositoryReference } from '../ecr/names/reference.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { totalBytes } from '../plan/diff.ts';
import type { ResolvedImage } from '../image/resolve-image.ts';
import type { PushListener } from '../push/context.ts';
import { formatBytes, shortDigest } from './format.ts';

/** The step's log: `@actions/core`, or a test's. */
export interface Log {
  info(message: string): void;
  warning(message: string): void;
  group<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function logImage({ graph, origins, brokenEntries }: ResolvedImage, log: Log): void {
  const { root, manifests, referrers, blobs, absentForeignLayers } = graph;
  const { digest, mediaType } = root.descriptor;
  log.info(`Image ${digest} (${mediaType})`);
  if (origins.every((origin) => origin.digest !== digest)) {
    const held = origins.map((origin) => origin.digest).join(', ');
    log.info(`As the inputs ask, ${digest} is pushed in the place of ${held}.`);
  }
  log.info(
    [
      count(manifests.length, 'manifest'),
      count(referrers.length, 'referrer'),
      countBlobs(blobs),
    ].join(', '),
  );
  for (const { message } of brokenEntries) {
    log.warning(`Beside the image, and left out: ${message}`);
  }
  for (const layer of absentForeignLayers) {
    log.warning(
      `Foreign layer ${layer.digest} is not in the layout and is left out: pulls fetch it from its own address.`,
    );
  }
}

const UNCHECKED = {
  images:
    'Without ecr:BatchGetImage (ECR Public: ecr-public:DescribeImages) it was not checked what the tags stand for.',
  mutability:
    'Without ecr:DescribeRepositories it was not checked whether the tags may move: ECR tells when they are put, after the upload.',
} as const;

/** `name` is put in front of each line, where there are several targets. */
export function logPush(log: Log, name: string): PushListener {
  const info = (message: string): void => log.info(`${name}${message}`);
  const warning = (message: string): void => log.warning(`${name}${message}`);
  return {
    planned: ({ uploads, present }) =>
      info(`To upload: ${countBlobs(uploads)}; there already: ${countBlobs(present)}`),
    repositoryMissing: (willCreate) =>
      info(
        willCreate
          ? 'The repository does not exist and is created.'
          : 'The repository does not exist: trying whether ECR creates it on push.',
      ),
    tagsUnchecked: (what) => warning(UNCHECKED[what]),
    tagSkipped: (tag, holder) =>
      warning(`Tag ${tag} is immutable and stays with ${holder ?? 'another image'}.`),
    layerStarted: ({ digest, size }) =>
      info(`Uploading ${shortDigest(digest)}, ${formatBytes(size)}`),
    layerRestarted: ({ digest }) =>
      info(`Uploading ${shortDigest(digest)} anew: it was lost, or arrived damaged`),
    layerFinished: ({ digest }) => info(`Uploaded ${shortDigest(digest)}`),
    manifestRetried: (digest) => info(`ECR does not see all of ${digest} yet: trying again`),
    manifestPut: (digest, tag) =>
      info(`Put manifest ${digest}${tag === undefined ? '' : ` as ${tag}`}`),
  };
}

/** In front of the lines of one target among several. */
export function targetPrefix(repository: RepositoryReference, targets: number): string {
  return targets === 1 ? '' : `[${describeRepository(repository)}] `;
}

export function countBlobs(blobs: readonly Descriptor[]): string {
  return `${count(blobs.length, 'blob')} (${formatBytes(totalBytes(blobs))})`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
