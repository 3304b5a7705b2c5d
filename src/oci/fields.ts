import { PushError, type ErrorCode } from '../errors.ts';

/** A JSON object whose members have not been checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads the members of one JSON object; a value of the wrong type is refused with `code`. */
export class FieldReader {
  readonly where: string;
  readonly #fields: Fields;
  readonly #code: ErrorCode;

  /** @throws PushError `code` if `value` is not an object. */
  constructor(value: unknown, where: string, code: ErrorCode) {
    if (!isFields(value)) {
      throw new PushError(code, `${where} is not a JSON object`);
    }
    this.where = where;
    this.#fields = value;
    this.#code = code;
  }

  /** `null` counts as absent: tools written in Go emit it for empty fields. */
  get(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** An empty string counts as absent too. */
  string(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    throw this.invalid(`${name} is not a string`);
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw this.invalid(`${name} is missing`);
    return value;
  }

  /** Whether the member is there and null: Go's spelling of an empty list. */
  isNull(name: string): boolean {
    return this.#fields[name] === null;
  }

  array(name: string): readonly unknown[] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (isArray(value)) return value;
    throw this.invalid(`${name} is not an array`);
  }

  strings(name: string): readonly string[] | undefined {
    const value = this.array(name);
    if (value === undefined || value.every((item) => typeof item === 'string')) return value;
    throw this.invalid(`${name} contains a value that is not a string`);
  }

  /** Without the members that are null, which count as absent. */
  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (isFields(value)) {
      const members = Object.entries(value).filter(([, member]) => member !== null);
      if (members.every(isTextMember)) return Object.fromEntries(members);
    }
    throw this.invalid(`${name} is not an object whose values are all strings`);
  }

  invalid(problem: string): PushError {
    return new PushError(this.#code, `${this.where}: ${problem}`);
  }
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200);
}

/** A text that may hold anything, even line breaks, as messages show it. */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** `Array.isArray` alone would narrow to an array of `any`. */
function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isTextMember(member: [string, unknown]): member is [string, string] {
  return typeof member[1] === 'string';
}
