import type { Retries } from '../async/retry.ts';
import type { Registry } from '../ecr/registry.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import type { BlobStore } from '../layout/layout.ts';
import type { PushListener } from './events.ts';

/** What executing the plan for one repository needs. */
export interface PushContext {
  readonly blobs: Pick<BlobStore, 'openBlob'>;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly tell: PushListener;
  readonly ifTagExists: 'fail' | 'skip';
  /** How to create a missing repository; undefined to leave it missing. */
  readonly createRepository: RepositorySettings | undefined;
  /** Shared by all puts, so that the attempts at a manifest add up over the whole push. */
  readonly retries: Retries;
}
