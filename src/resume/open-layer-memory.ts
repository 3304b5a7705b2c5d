import type { ActionsCache } from './actions-cache.ts';
import { LayerMemory } from './layer-memory.ts';
import { MapCache } from './map-cache.ts';
import { MapFile } from './map-file.ts';

interface Options {
  /** Where pushes on this machine leave what they have learnt; undefined if there is no such folder. */
  readonly folder: string | undefined;
  /** Undefined outside GitHub Actions. */
  readonly cache: ActionsCache | undefined;
  readonly debug: (message: string) => void;
}

/** The memory of what was compressed, kept wherever this run can keep it. */
export function openLayerMemory({ folder, cache, debug }: Options): LayerMemory {
  const files = folder === undefined ? [] : [new MapFile(folder)];
  const caches = cache === undefined ? [] : [new MapCache(cache)];
  return new LayerMemory({ stores: [...files, ...caches], debug });
}
