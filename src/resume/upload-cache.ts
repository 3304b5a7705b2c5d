import { createHash } from 'node:crypto';
import type { ActionsCache, CachedFile } from './actions-cache.ts';
import { placesIn } from './place.ts';
import {
  type KeptUpload,
  type KeptUploads,
  MAX_UPLOADS_BYTES,
  parseUploads,
  uploadsToBytes,
} from './uploads.ts';

const FILE: CachedFile = { path: '.ecr-layer-push-uploads.json', maxBytes: MAX_UPLOADS_BYTES };

const PREFIX = 'ecr-layer-push-uploads-1-';

/** Uploads in the cache of GitHub Actions, where later attempts and runs find them. */
export class UploadCache {
  readonly #cache: Pick<ActionsCache, 'isAvailable' | 'restore' | 'save'>;

  constructor(cache: Pick<ActionsCache, 'isAvailable' | 'restore' | 'save'>) {
    this.#cache = cache;
  }

  get isAvailable(): boolean {
    return this.#cache.isAvailable;
  }

  /**
   * What the latest incomplete run of the push left, or else of any image to the same repositories: they may have
   * layers in common.
   * @throws what the cache does, and `parseUploads`
   */
  async restore(push: string): Promise<readonly KeptUpload[]> {
    const prefixes = [`${PREFIX}${push}-`, `${PREFIX}${placesIn(push)}`] as const;
    const bytes = await this.#cache.restore(FILE, prefixes);
    return bytes === undefined ? [] : parseUploads(bytes, 'the cache of GitHub Actions').uploads;
  }

  /** `run`: of the workflow, and its attempt. @returns whether it is saved. @throws what the cache does */
  async save(kept: KeptUploads, run: string): Promise<boolean> {
    const bytes = uploadsToBytes(kept);
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return this.#cache.save(FILE, `${PREFIX}${kept.push}-${run}-${hash}`, bytes);
  }
}
