import * as native from 'node:path';

/** How paths are written: on this system, or, for tests, `posix` or `win32` of `node:path`. */
export type PathRules = Pick<
  native.PlatformPath,
  'basename' | 'dirname' | 'isAbsolute' | 'join' | 'parse' | 'relative'
>;

/** The names in a path, after its root if it has one: `D:\`, `a`, `image.tar`. */
export function partsOf(path: string, rules: PathRules = native): readonly string[] {
  const { dir, base } = rules.parse(path);
  if (base === '') return dir === '' ? [] : [dir];
  return [...partsOf(dir, rules), base];
}

/** Whether a part is the root of its path. */
export function isRoot(part: string, rules: PathRules = native): boolean {
  return rules.parse(part).base === '';
}

/** Whether a path is a directory's own, or leads to something in it. Links are not followed. */
export function isInside(directory: string, path: string, rules: PathRules = native): boolean {
  const way = rules.relative(directory, path);
  return !rules.isAbsolute(way) && partsOf(way, rules)[0] !== '..';
}

/** In the order that their names have on every system, whatever stands between the names. */
export function sortPaths(paths: readonly string[], rules: PathRules = native): string[] {
  const keyed = paths.map((path) => ({ path, key: partsOf(path, rules).join('/') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ path }) => path);
}
