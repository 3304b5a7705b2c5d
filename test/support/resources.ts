import { Semaphore } from '../../src/async/semaphore.ts';
import type { Resources } from '../../src/ecr/resources.ts';
import { Lines } from '../../src/ecr/upload/lines.ts';
import { PartTaker } from '../../src/ecr/upload/take-part.ts';

/** What a registry is made with, for one of its own; parts may be of any size. */
export function resources(options: Partial<Resources> = {}): Resources {
  return {
    parts: new PartTaker(),
    layers: new Semaphore(96),
    lines: new Lines(),
    sizes: { wanted: undefined, least: 1, maxParts: 4200 },
    attempts: undefined,
    counts: { retries: 0, throttles: 0, bytesOnWire: 0 },
    debug: () => undefined,
    ...options,
  };
}
