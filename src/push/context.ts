import type { Registry } from '../ecr/registry.ts';
import type { BlobStore } from '../layout/layout.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';

/** Told what happens to one repository, as it happens. */
export interface PushListener {
  layerStarted(layer: Descriptor): void;
  layerFinished(layer: Descriptor): void;
  manifestPut(digest: Digest, tag: string | undefined): void;
}

/** What carrying out a plan needs. */
export interface PushContext {
  readonly blobs: Pick<BlobStore, 'openBlob'>;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly listener: PushListener;
  /** Layers under way at once. */
  readonly concurrency: number;
}
