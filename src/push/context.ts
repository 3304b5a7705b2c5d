import type { Retries } from '../async/retry.ts';
import type { RepositoryReference } from '../ecr/names/reference.ts';
import type { Registry, UploadPosition } from '../ecr/registry.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import type { BlobStore } from '../layout/layout.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { PushListener } from './events.ts';

/** What uploads have come to, from one run to the next. Only ever a hint, and never an error: ECR has the last word. */
export interface UploadMemory {
  /** Of a push of that image to each of the repositories, in their order. */
  open(image: Digest, repositories: readonly RepositoryReference[]): readonly UploadNotes[];
}

/** The same of one repository. */
export interface UploadNotes {
  /** Called when it is known what is to be uploaded, and what is there. */
  expect(uploads: readonly Descriptor[], present: readonly Descriptor[]): void;
  /** Where an earlier upload of the layer ended; waits no longer than that is worth. */
  find(layer: Descriptor): Promise<UploadPosition | undefined>;
  /** ECR has confirmed that much. */
  note(layer: Descriptor, position: UploadPosition): void;
  /** It has arrived, or the upload is lost. */
  forget(layer: Descriptor): void;
}

/** What executing the plan for one repository needs. */
export interface PushContext {
  readonly blobs: Pick<BlobStore, 'openBlob'>;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly tell: PushListener;
  readonly ifTagExists: 'fail' | 'skip';
  /** How to create a missing repository; undefined to leave it missing. */
  readonly createRepository: RepositorySettings | undefined;
  /** Undefined to begin every upload at its start. */
  readonly uploads: UploadNotes | undefined;
  /** Shared by all puts, so that the attempts at a manifest add up over the whole push. */
  readonly retries: Retries;
}
