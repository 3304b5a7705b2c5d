import { PushError } from '../errors.ts';

/** An input's text, trimmed; '' if it is not set. */
export type ReadInput = (name: string) => string;

/** @throws PushError INVALID_INPUT, like all functions below */
export function required(read: ReadInput, name: string): string {
  const text = read(name);
  if (text !== '') return text;
  throw new PushError('INVALID_INPUT', `The input ${name} is required`, {
    hint: `Add "${name}:" under "with:" of this step.`,
  });
}

/** One of the allowed values, the first of them if the input is not set. */
export function choice<const T extends string>(
  read: ReadInput,
  name: string,
  allowed: readonly [T, ...T[]],
): T {
  const text = read(name);
  if (text === '') return allowed[0];
  const chosen = allowed.find((value) => value === text);
  if (chosen !== undefined) return chosen;
  throw new PushError('INVALID_INPUT', `The input ${name} cannot be ${JSON.stringify(text)}`, {
    hint: `Set it to ${allowed.join(' or ')}.`,
  });
}

/** As YAML's core schema writes them: https://yaml.org/spec/1.2.2/#10212-boolean */
export function flag(read: ReadInput, name: string, fallback: boolean): boolean {
  const text = read(name).toLowerCase();
  if (text === '') return fallback;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new PushError('INVALID_INPUT', `The input ${name} cannot be ${JSON.stringify(text)}`, {
    hint: 'Set it to true or false.',
  });
}

/** Undefined if the input is not set. */
export function wholeNumber(
  read: ReadInput,
  name: string,
  [least, most]: readonly [number, number],
  automatic = '',
): number | undefined {
  const text = read(name);
  if (text === '' || text === automatic) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new PushError('INVALID_INPUT', `The input ${name} cannot be ${JSON.stringify(text)}`, {
    hint: `Set it to ${automatic && `${automatic}, or to `}a whole number from ${least} to ${most}.`,
  });
}

export function lines(text: string): string[] {
  return parts(text, '\n');
}

/** Separated by newlines or commas. */
export function list(text: string): string[] {
  return parts(text, /[\n,]/);
}

function parts(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
