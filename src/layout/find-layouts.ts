import { access, glob, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PushError } from '../errors.ts';
import { errorCode } from './read.ts';

/**
 * The paths that the input names: each line is a path or a glob. A path is taken as it is, whatever it leads to. From
 * what a glob matches, only directories with an `index.json` and regular files are taken, and nothing inside such a
 * directory; they are sorted, so that the same files make the same index. A layout with several spellings or links is
 * taken once, under the first of them.
 * @throws PushError LAYOUT_NOT_FOUND if there is no line, or a glob finds nothing
 */
export async function findLayouts(lines: readonly string[]): Promise<[string, ...string[]]> {
  const found = new Map<string, string>();
  for (const path of (await Promise.all(lines.map(expand))).flat()) {
    const real = await realPath(path);
    if (!found.has(real)) found.set(real, path);
  }
  const [first, ...others] = found.values();
  if (first === undefined) throw new PushError('LAYOUT_NOT_FOUND', 'No layout path is given');
  return [first, ...others];
}

async function expand(line: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(line) || (await exists(line))) return [line];
  const paths: string[] = [];
  for await (const path of glob(line)) paths.push(path);
  const layouts = await likelyLayouts(paths.sort());
  if (layouts.length > 0) return layouts;
  const what =
    paths.length === 0
      ? 'no file or directory'
      : 'neither a directory with an index.json nor a tar';
  throw new PushError('LAYOUT_NOT_FOUND', `${line} matches ${what}`, {
    hint: "Globs are relative to the step's working directory.",
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

/** What cannot be examined counts as a file: skipping it would push less than was asked for, and opening it fails. */
async function is(what: 'file' | 'directory', path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    return what === 'file' ? found.isFile() : found.isDirectory();
  } catch (error) {
    const code = errorCode(error);
    return what === 'file' && code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** A path that does not exist stays as it is: opening it fails. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** A name may contain the characters of a glob. */
async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
