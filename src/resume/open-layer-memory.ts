import type { ActionsCache } from './actions-cache.ts';
import { LayerMemory } from './layer-memory.ts';
import { MapCache } from './map-cache.ts';
import { MapFile } from './map-file.ts';

interface Options {
  /** The folder that the steps of a job share; undefined if there is none. */
  readonly temporary: string | undefined;
  readonly cache: ActionsCache;
  readonly debug: (message: string) => void;
}

/** The memory of what was compressed, kept wherever this run can keep it. */
export function openLayerMemory({ temporary, cache, debug }: Options): LayerMemory {
  const files = temporary === undefined ? [] : [new MapFile(temporary)];
  return new LayerMemory({ stores: [...files, new MapCache(cache)], debug });
}
