const YES: readonly string[] = 'true yes y on 1 t enable enabled always keep'.split(' ');
const NO: readonly string[] =
  'false no n off 0 f disable disabled never drop none remove skip'.split(' ');

/** The boolean that a word stands for elsewhere: in YAML 1.1, in shells, in other inputs. */
export function booleanWord(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  return NO.includes(word) ? false : undefined;
}

/**
 * The word that a text was meant to be: the same but for case and separators, else the one with the fewest letters that
 * differ, else the one that it is a part of or that is a part of it. Undefined if none is near, or several are alike.
 */
export function nearest<const T extends string>(text: string, words: readonly T[]): T | undefined {
  const meant = folded(text);
  if (meant.length < 2) return undefined;
  const same = words.filter((word) => folded(word) === meant);
  if (same.length > 0) return only(same);
  const close = closest(meant, words);
  if (close.length > 0) return only(close);
  return only(words.filter((word) => folded(word).includes(meant) || meant.includes(folded(word))));
}

function folded(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** As many letters may differ as in two that changed places in a word of five. */
const MOST_WRONG = 2 / 5;

function closest<T extends string>(meant: string, words: readonly T[]): readonly T[] {
  const limit = Math.floor(meant.length * MOST_WRONG);
  const measured = words.map((word) => ({ word, distance: editDistance(meant, folded(word)) }));
  const least = Math.min(limit, ...measured.map(({ distance }) => distance));
  return measured.flatMap(({ word, distance }) => (distance === least ? [word] : []));
}

/** The longest text that is worth comparing. */
const MAX_COMPARED = 64;

/** Letters to add, remove or change: https://en.wikipedia.org/wiki/Levenshtein_distance */
function editDistance(from: string, to: string): number {
  if (from.length > MAX_COMPARED) return Infinity;
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, letter] of from.split('').entries()) {
    const next = [line + 1];
    for (const [at, other] of to.split('').entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[at], row[at + 1], row[at]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
