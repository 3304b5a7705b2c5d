import { access, glob, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PushError } from '../errors.ts';
import { sortPaths } from './path-parts.ts';
import { errorCode } from './read.ts';
import { parseTransport, splitReference, type TransportPath } from './transport.ts';

/** A layout that the input names. */
export interface FoundLayout {
  readonly path: string;
  /** The image that is named behind its path, as in `oci:PATH:IMAGE`. */
  readonly image: string | undefined;
}

/**
 * The layouts that the input names: each line is a path or a glob, with a transport such as `oci:` in front or without.
 * A path is taken as it is, whatever it leads to. From what a glob matches, only directories with an `index.json` and
 * regular files are taken, and nothing inside such a directory; they are sorted, so that the same files make the same
 * index. A layout with several spellings or links is taken once for each image that is named, under the first of them.
 * @throws PushError LAYOUT_NOT_FOUND if there is no line, or a glob finds nothing; INVALID_INPUT
 */
export async function findLayouts(
  lines: readonly string[],
): Promise<[FoundLayout, ...FoundLayout[]]> {
  const found = new Map<string, FoundLayout>();
  for (const layout of (await Promise.all(lines.map(expand))).flat()) {
    const key = JSON.stringify([await realPath(layout.path), layout.image]);
    if (!found.has(key)) found.set(key, layout);
  }
  const [first, ...others] = found.values();
  if (first === undefined) throw new PushError('LAYOUT_NOT_FOUND', 'No layout path is given');
  return [first, ...others];
}

async function expand(line: string): Promise<FoundLayout[]> {
  const { path, image } = await namedBy(line);
  return (await matchesOf(path)).map((match) => ({ path: match, image }));
}

/** A name may hold what looks like a transport or a reference: what exists is a path. */
async function namedBy(line: string): Promise<FoundLayout> {
  if (await exists(line)) return { path: line, image: undefined };
  const transport = parseTransport(line);
  if (transport === undefined) return { path: line, image: undefined };
  const meanings = transport.paths.flatMap((path) => meaningsOf(path, transport));
  const there = await Promise.all(meanings.map(({ path }) => exists(path)));
  const [whole, shorter = whole] = meaningsOf(transport.paths[0], transport);
  return meanings.find((_, at) => there[at]) ?? shorter;
}

/** The whole path, and the path before a reference. */
function meaningsOf(
  text: string,
  { hasReference }: TransportPath,
): readonly [FoundLayout, ...FoundLayout[]] {
  const whole = { path: text, image: undefined };
  if (!hasReference) return [whole];
  const { path, reference } = splitReference(text);
  return [whole, { path, image: reference }];
}

async function matchesOf(line: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(line) || (await exists(line))) return [line];
  const paths: string[] = [];
  for await (const path of glob(line)) paths.push(path);
  const layouts = await likelyLayouts(sortPaths(paths));
  if (layouts.length > 0) return layouts;
  const what =
    paths.length === 0
      ? 'no file or directory'
      : 'neither a directory with an index.json nor a tar';
  const { nothingMatches } = await import('./look-around.ts');
  throw await nothingMatches(line, what);
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
