import { createHash } from 'node:crypto';
import type { ActionsCache, CachedFile } from './actions-cache.ts';
import { MAX_MAP_BYTES } from './layer-map.ts';
import type { MapStore } from './layer-memory.ts';

const FILE: CachedFile = { path: '.ecr-layer-push-layers.json', maxBytes: MAX_MAP_BYTES };

/** Each map gets an entry of its own; the latest whose key starts like this is restored. */
const PREFIX = 'ecr-layer-push-layers-1-';

/** A map in the cache of GitHub Actions. */
export class MapCache implements MapStore {
  readonly name = 'the cache of GitHub Actions';
  readonly #cache: Pick<ActionsCache, 'restore' | 'save'>;

  constructor(cache: Pick<ActionsCache, 'restore' | 'save'>) {
    this.#cache = cache;
  }

  load(): Promise<Uint8Array | undefined> {
    return this.#cache.restore(FILE, [PREFIX]);
  }

  async save(bytes: Uint8Array): Promise<void> {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    await this.#cache.save(FILE, `${PREFIX}${hash}`, bytes);
  }
}
