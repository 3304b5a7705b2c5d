import { access, glob } from 'node:fs/promises';
import { PushError } from '../errors.ts';

/**
 * The paths that the input names: each line a path or a glob, every path once. What a glob finds is sorted, so that
 * the same files make the same index.
 * @throws PushError LAYOUT_NOT_FOUND when a glob, or all of it, finds nothing
 */
export async function findLayouts(lines: readonly string[]): Promise<[string, ...string[]]> {
  const found = await Promise.all(lines.map(expand));
  const [first, ...others] = new Set(found.flat());
  if (first === undefined) throw new PushError('LAYOUT_NOT_FOUND', 'No layout is named');
  return [first, ...others];
}

async function expand(line: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(line) || (await exists(line))) return [line];
  const paths: string[] = [];
  for await (const path of glob(line)) paths.push(path);
  if (paths.length > 0) return paths.sort();
  throw new PushError('LAYOUT_NOT_FOUND', `${line} matches no file or directory`, {
    hint: 'A glob is relative to the working directory of the step.',
  });
}

/** A name may hold the characters of a glob. */
async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
