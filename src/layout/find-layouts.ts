import { access, glob, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PushError } from '../errors.ts';
import { errorCode } from './read.ts';

/**
 * The paths that the input names: each line a path or a glob. A path is taken as it is, whatever it leads to. Of what a
 * glob matches, directories with an `index.json` and regular files are taken, but nothing inside such a directory; they
 * are sorted, so that the same files make the same index. What several spellings or links lead to comes once, by the
 * first of them.
 * @throws PushError LAYOUT_NOT_FOUND when a glob, or all of it, finds nothing
 */
export async function findLayouts(lines: readonly string[]): Promise<[string, ...string[]]> {
  const found = new Map<string, string>();
  for (const path of (await Promise.all(lines.map(expand))).flat()) {
    const real = await realPath(path);
    if (!found.has(real)) found.set(real, path);
  }
  const [first, ...others] = found.values();
  if (first === undefined) throw new PushError('LAYOUT_NOT_FOUND', 'No layout is named');
  return [first, ...others];
}

async function expand(line: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(line) || (await exists(line))) return [line];
  const paths: string[] = [];
  for await (const path of glob(line)) paths.push(path);
  const layouts = await likelyLayouts(paths.sort());
  if (layouts.length > 0) return layouts;
  const what = paths.length === 0 ? 'file or directory' : 'directory with an index.json, nor a tar';
  throw new PushError('LAYOUT_NOT_FOUND', `${line} matches no ${what}`, {
    hint: 'A glob is relative to the working directory of the step.',
  });
}

async function likelyLayouts(paths: readonly string[]): Promise<string[]> {
  const directories = new Set<string>();
  const likely: { path: string; real: string }[] = [];
  for (const path of paths) {
    const isDirectory = await is('directory', path);
    if (!(await is('file', isDirectory ? join(path, 'index.json') : path))) continue;
    const real = await realPath(path);
    likely.push({ path, real });
    if (isDirectory) directories.add(real);
  }
  return likely.filter(({ real }) => !isInside(real, directories)).map(({ path }) => path);
}

function isInside(path: string, directories: ReadonlySet<string>): boolean {
  const parent = dirname(path);
  return parent !== path && (directories.has(parent) || isInside(parent, directories));
}

/** What may not be looked at counts as a file: to pass it by would push less than was asked for, and opening it tells. */
async function is(what: 'file' | 'directory', path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    return what === 'file' ? found.isFile() : found.isDirectory();
  } catch (error) {
    const code = errorCode(error);
    return what === 'file' && code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** What does not exist stays as it is: opening it tells. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** A name may hold the characters of a glob. */
async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
