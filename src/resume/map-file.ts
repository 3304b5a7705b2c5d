import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MAX_MAP_BYTES } from './layer-map.ts';
import type { MapStore } from './layer-memory.ts';

const NAME = 'ecr-layer-push-layers.json';

/** A map in a folder that pushes share: on a runner RUNNER_TEMP, which is emptied before and after each job. */
export class MapFile implements MapStore {
  readonly name: string;

  constructor(folder: string) {
    this.name = join(folder, NAME);
  }

  /** Undefined if there is none yet. */
  async load(): Promise<Uint8Array | undefined> {
    const file = await open(this.name).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    await using scope = file;
    const { size } = await scope.stat();
    if (size > MAX_MAP_BYTES) throw new Error(`it has ${size} bytes`);
    return await scope.readFile();
  }

  /** Two steps can end at the same moment: each leaves a whole file. */
  async save(bytes: Uint8Array): Promise<void> {
    const own = `${this.name}.${process.pid}`;
    await mkdir(dirname(own), { recursive: true, mode: 0o700 });
    await writeFile(own, bytes);
    await rename(own, this.name);
  }
}
