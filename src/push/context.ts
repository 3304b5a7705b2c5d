import type { Retries } from '../async/retry.ts';
import type { Registry } from '../ecr/registry.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import type { BlobStore } from '../layout/layout.ts';
import type { PushListener } from './events.ts';

/** What carrying out the plan for one repository needs. */
export interface PushContext {
  readonly blobs: Pick<BlobStore, 'openBlob'>;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly tell: PushListener;
  readonly ifTagExists: 'fail' | 'skip';
  /** How to create the repository if it is missing; undefined not to. */
  readonly createRepository: RepositorySettings | undefined;
  /** Of everything that is put: however a manifest is come back to, its attempts are counted on. */
  readonly retries: Retries;
}
