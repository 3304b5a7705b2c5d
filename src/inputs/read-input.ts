import { PushError } from '../errors.ts';
import { booleanWord, nearest } from './nearest.ts';

/** An input's text, trimmed; '' if it is not set. */
export type ReadInput = (name: string) => string;

/** What a boolean means for an input that takes none. */
interface Booleans<T> {
  readonly yes?: T;
  readonly no?: T;
}

/**
 * One of the allowed values, in either case; the first of them if the input is not set.
 * @throws PushError INVALID_INPUT, like all functions below
 */
export function choice<const T extends string>(
  read: ReadInput,
  name: string,
  allowed: readonly [T, ...T[]],
  { yes, no }: Booleans<NoInfer<T>> = {},
): T {
  const text = read(name);
  if (text === '') return allowed[0];
  const chosen = allowed.find((value) => value === text.toLowerCase());
  if (chosen !== undefined) return chosen;
  const word = booleanWord(text);
  const meant = word === undefined ? undefined : word ? yes : no;
  throw cannotBe(
    read,
    name,
    `Set it to ${alternatives(allowed)}.`,
    meant ?? nearest(text, allowed),
  );
}

/** As YAML's core schema writes them: https://yaml.org/spec/1.2.2/#10212-boolean */
export function flag(read: ReadInput, name: string, fallback: boolean): boolean {
  const text = read(name);
  if (text === '') return fallback;
  const value = parseFlag(text);
  if (value !== undefined) return value;
  throw cannotBe(read, name, 'Set it to true or false.', meantFlag(text));
}

/** In either case; undefined for any other text. */
export function parseFlag(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

/** For messages: `true` or `false`, whichever a text was meant to be; undefined if that cannot be told. */
export function meantFlag(text: string): string | undefined {
  return booleanWord(text)?.toString() ?? nearest(text, ['true', 'false']);
}

/** Undefined if the input is not set. */
export function wholeNumber(
  read: ReadInput,
  name: string,
  [least, most]: readonly [number, number],
  automatic = '',
): number | undefined {
  const text = read(name);
  if (text.toLowerCase() === automatic || text === '') return undefined;
  const isAllowed = (number: number) => number >= least && number <= most;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (isAllowed(number)) return number;
  // With a unit, or with decimals that say nothing.
  const meant = /^(\d{1,9})(?:\.0+)?\s*[a-z]*$/i.exec(text)?.[1];
  throw cannotBe(
    read,
    name,
    `Set it to ${automatic && `${automatic}, or to `}a whole number from ${least} to ${most}.`,
    isAllowed(Number(meant)) ? meant : undefined,
  );
}

export function lines(text: string): string[] {
  return parts(text, '\n');
}

/** Separated by newlines or commas, or as a list of YAML or JSON. */
export function list(text: string): string[] {
  return parts(text.replace(/^\[(.*)\]$/s, '$1'), /[\n,]/);
}

function parts(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((part) => unquoted(part.trim().replace(/^- +/, '')))
    .filter((part) => part !== '');
}

/**
 * Without quotes around it: in a block of lines, or where an expression brings them, YAML leaves them. Quotes around
 * several values are those of each.
 */
export function unquoted(text: string): string {
  const { quote, inner } = /^(?<quote>["'])(?<inner>.*)\k<quote>$/s.exec(text)?.groups ?? {};
  const isWhole = quote !== undefined && inner !== undefined && !inner.includes(quote);
  return isWhole ? inner.trim() : text;
}

/** `a, b or c` */
export function alternatives(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}

/** For hints; '' if there is nothing to offer. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? '' : `Did you mean ${meant}? `;
}

function cannotBe(
  read: ReadInput,
  name: string,
  allowed: string,
  meant: string | undefined,
): PushError {
  const text = JSON.stringify(read(name));
  return new PushError('INVALID_INPUT', `The input ${name} cannot be ${text}`, {
    hint: `${didYouMean(meant)}${allowed}`,
  });
}
