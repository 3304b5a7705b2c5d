import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what cannot be read in place, gone with all that is in it at the end of its scope. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** `parent`: on a runner RUNNER_TEMP, which the runner empties should this process be killed. */
export async function makeScratch(parent = tmpdir()): Promise<Scratch> {
  const path = await mkdtemp(join(parent, 'ecr-layer-push-'));
  return {
    path,
    // What is in the way of that is no failure of the push: at the latest, the runner empties the folder.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }).catch(() => undefined),
  };
}
