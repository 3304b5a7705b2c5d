import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The bytes of a file that anybody may have put there: no link is followed, and no pipe waited for.
 * @throws what the file system does, and an error if it is no regular file or larger than `maxBytes`
 */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error('it is no regular file');
  if (stats.size > maxBytes) throw new Error(`it has ${stats.size} bytes`);
  return await file.readFile();
}
