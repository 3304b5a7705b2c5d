import type { Registry } from '../ecr/registry.ts';
import type { BlobStore } from '../layout/layout.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Plan } from '../plan/diff.ts';
import type { Slots } from '../async/semaphore.ts';

/** Told what happens to one repository, as it happens. */
export interface PushListener {
  planned(plan: Plan): void;
  repositoryMissing(willCreate: boolean): void;
  /** The credentials may not look: at the images that tags stand for, or at whether the repository lets tags move. */
  tagsUnchecked(what: 'images' | 'mutability'): void;
  /** `holder`: the image that the tag stands for and keeps. */
  tagSkipped(tag: string, holder: Digest | undefined): void;
  layerStarted(layer: Descriptor): void;
  /** Its upload was lost or arrived damaged, and is begun anew. */
  layerRestarted(layer: Descriptor): void;
  layerFinished(layer: Descriptor): void;
  /** ECR does not see something that the manifest refers to, and is asked again. */
  manifestRetried(digest: Digest): void;
  manifestPut(digest: Digest, tag: string | undefined): void;
}

/** What to do with a tag that stands for another image and cannot be moved. */
export type IfTagExists = 'fail' | 'skip';

/** What carrying out a plan needs. */
export interface PushContext {
  readonly blobs: Pick<BlobStore, 'openBlob'>;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly listener: PushListener;
  /** Layers of the repository under way at once; undefined to choose by their sizes. */
  readonly concurrency: number | undefined;
  /** What all repositories share for layers, if `concurrency` is undefined: each layer takes memory. */
  readonly slots: Slots;
  /** Bytes of a layer's parts; undefined to take what ECR offers. */
  readonly partSize: number | undefined;
  readonly ifTagExists: IfTagExists;
}
