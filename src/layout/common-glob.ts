import { posix } from 'node:path';

/** What a glob does not take for itself. */
const SPECIAL = /[*?[\]{}!\\]/;

/**
 * The glob that has a `*` in the place of every part in which the paths differ; of the last part, what follows its first
 * dot stays if it is the same in all.
 * @returns undefined if there is no such glob: for fewer than two paths, or paths of different depths
 */
export function commonGlob(paths: readonly string[]): string | undefined {
  const [first, ...others] = paths.map((path) => path.split('/'));
  if (first === undefined || others.length === 0) return undefined;
  if (others.some((parts) => parts.length !== first.length)) return undefined;
  const parts = first.map((part, at) => {
    const all = [part, ...others.map((other) => other[at] ?? '')];
    return all.every((one) => one === part) ? part : starFor(all);
  });
  const fixed = parts.filter((part, at) => part === first[at]);
  return fixed.some((part) => SPECIAL.test(part)) ? undefined : parts.join('/');
}

function starFor(names: readonly string[]): string {
  const [ending = '', ...others] = names.map((name) => /\..*$/.exec(posix.basename(name))?.[0]);
  return others.every((other) => other === ending) ? `*${ending}` : '*';
}
