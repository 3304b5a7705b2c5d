import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from './execute.ts';
import type { TemporaryDirectory } from './temporary-directory.ts';

/** Whether a test may make a disk: only root may mount one. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A disk in memory of so many bytes: gone at the end of the scope. `readOnly`: nothing can be written to it. */
export async function smallDisk(bytes: number, readOnly = false): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'ecr-layer-push-disk-'));
  const options = `size=${bytes}${readOnly ? ',ro' : ''}`;
  await execute('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await execute('umount', path);
      await rm(path, { recursive: true });
    },
  };
}
