import * as native from 'node:path';
import { isRoot, partsOf, type PathRules } from './path-parts.ts';

/** What a glob does not take for itself. */
const SPECIAL = /[*?[\]{}!\\]/;

/**
 * The glob that has a `*` in the place of every part in which the paths differ; of the last part, what follows its first
 * dot stays if it is the same in all.
 * @returns undefined if there is no such glob: for fewer than two paths, or paths of different depths
 */
export function commonGlob(
  paths: readonly string[],
  rules: PathRules = native,
): string | undefined {
  const [first, ...others] = paths.map((path) => partsOf(path, rules));
  if (first === undefined || others.length === 0) return undefined;
  if (others.some((parts) => parts.length !== first.length)) return undefined;
  const columns = first.map((part, at) => [part, ...others.map((other) => other[at] ?? '')]);
  const [starts = []] = columns;
  if (!isSame(starts) && starts.some((part) => isRoot(part, rules))) return undefined;
  const fixed = columns.filter(isSame).map(([part = '']) => part);
  const isPattern = (part: string): boolean => !isRoot(part, rules) && SPECIAL.test(part);
  if (fixed.some(isPattern)) return undefined;
  return rules.join(...columns.map((names) => (isSame(names) ? (names[0] ?? '') : starFor(names))));
}

function isSame(names: readonly string[]): boolean {
  return names.every((name) => name === names[0]);
}

function starFor(names: readonly string[]): string {
  const [ending = '', ...others] = names.map((name) => /\..*$/.exec(name)?.[0]);
  return others.every((other) => other === ending) ? `*${ending}` : '*';
}
