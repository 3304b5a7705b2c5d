import { PushError } from '../errors.ts';

/** An input's text, trimmed; '' where it is not set. */
export type ReadInput = (name: string) => string;

/** @throws PushError INVALID_INPUT, as all that follow */
export function required(read: ReadInput, name: string): string {
  const text = read(name);
  if (text !== '') return text;
  throw new PushError('INVALID_INPUT', `The input ${name} is required`, {
    hint: `Add "${name}:" under "with:" of this step.`,
  });
}

/** One of the texts, the first of them where the input is not set. */
export function choice<const T extends string>(
  read: ReadInput,
  name: string,
  allowed: readonly [T, ...T[]],
): T {
  const text = read(name);
  if (text === '') return allowed[0];
  const chosen = allowed.find((value) => value === text);
  if (chosen !== undefined) return chosen;
  throw new PushError('INVALID_INPUT', `The input ${name} is ${JSON.stringify(text)}`, {
    hint: `It takes ${allowed.join(' or ')}.`,
  });
}

/** As YAML's core schema writes them: https://yaml.org/spec/1.2.2/#10212-boolean */
export function flag(read: ReadInput, name: string, fallback: boolean): boolean {
  const text = read(name).toLowerCase();
  if (text === '') return fallback;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new PushError('INVALID_INPUT', `The input ${name} is ${JSON.stringify(text)}`, {
    hint: 'It takes true or false.',
  });
}

/** Undefined where the input is not set. */
export function wholeNumber(
  read: ReadInput,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const text = read(name);
  if (text === '') return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new PushError('INVALID_INPUT', `The input ${name} is ${JSON.stringify(text)}`, {
    hint: `It takes a whole number from ${least} to ${most}.`,
  });
}

export function lines(text: string): string[] {
  return parts(text, '\n');
}

/** Parted by new lines or commas. */
export function list(text: string): string[] {
  return parts(text, /[\n,]/);
}

function parts(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
