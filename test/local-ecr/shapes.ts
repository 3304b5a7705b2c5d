import { invalidParameter, serialization } from './errors.ts';

/** One shape of the service model: turns what JSON held into a value, or refuses it as AWS does. */
export interface Shape<T> {
  /** @throws EcrError SerializationException (a wrong JSON type), InvalidParameterException (a constraint) */
  parse(value: unknown, at: string): T;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

interface Length {
  readonly min?: number;
  readonly max?: number;
}

function checkLength(length: number, { min, max }: Length, at: string): void {
  if (min !== undefined && length < min)
    throw invalidParameter(at, `Member must have length greater than or equal to ${min}`);
  if (max !== undefined && length > max)
    throw invalidParameter(at, `Member must have length less than or equal to ${max}`);
}

function matchesWhole(pattern: RegExp, text: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`).test(text);
}

export function string(
  rules: Length & { readonly pattern?: RegExp; readonly oneOf?: readonly string[] } = {},
): Shape<string> {
  return {
    parse(value, at) {
      if (typeof value !== 'string')
        throw serialization(`${typeName(value)} can not be converted to a String`);
      checkLength(value.length, rules, at);
      if (rules.pattern !== undefined && !matchesWhole(rules.pattern, value))
        throw invalidParameter(at, `must satisfy regular expression '${rules.pattern.source}'`);
      if (rules.oneOf !== undefined && !rules.oneOf.includes(value))
        throw invalidParameter(
          at,
          `Member must satisfy enum value set: [${rules.oneOf.join(', ')}]`,
        );
      return value;
    },
  };
}

/** A string whose limit counts UTF-8 bytes and not characters. */
export function text(limits: Length): Shape<string> {
  return {
    parse(value, at) {
      const parsed = string().parse(value, at);
      checkLength(Buffer.byteLength(parsed), limits, at);
      return parsed;
    },
  };
}

export function integer({ min, max }: Length = {}): Shape<number> {
  return {
    parse(value, at) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        throw serialization(`${typeName(value)} can not be converted to a Long`);
      if (min !== undefined && value < min)
        throw invalidParameter(at, `Member must have value greater than or equal to ${min}`);
      if (max !== undefined && value > max)
        throw invalidParameter(at, `Member must have value less than or equal to ${max}`);
      return value;
    },
  };
}

export function boolean(): Shape<boolean> {
  return {
    parse(value) {
      if (typeof value === 'boolean') return value;
      throw serialization(`${typeName(value)} can not be converted to a Boolean`);
    },
  };
}

/** Base64 in JSON; wire/request-body.ts has decoded the large ones already. */
export function blob(limits: Length): Shape<Uint8Array> {
  return {
    parse(value, at) {
      const bytes = value instanceof Uint8Array ? value : decodeBase64(value);
      checkLength(bytes.byteLength, limits, at);
      return bytes;
    },
  };
}

function decodeBase64(value: unknown): Uint8Array {
  const padded = string().parse(value, '');
  if (padded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(padded))
    throw serialization('Invalid Base64');
  return Buffer.from(padded, 'base64');
}

export function list<T>(of: Shape<T>, limits: Length = {}): Shape<T[]> {
  return {
    parse(value, at) {
      if (!Array.isArray(value))
        throw serialization(`${typeName(value)} can not be converted to a List`);
      checkLength(value.length, limits, at);
      return value.map((item: unknown, index) => of.parse(item, `${at}.${index + 1}.member`));
    },
  };
}

/** A member that may be missing; JSON's null counts as missing. */
export function optional<T>(of: Shape<T>): Shape<T | undefined> {
  return {
    parse: (value, at) => (value === undefined || value === null ? undefined : of.parse(value, at)),
  };
}

type Members = Record<string, Shape<unknown>>;
type Structure<M extends Members> = { readonly [K in keyof M]: ValueOf<M[K]> };

/** Members that the model does not know are ignored, as AWS ignores them. */
export function structure<M extends Members>(members: M): Shape<Structure<M>> {
  return {
    parse(value, at) {
      if (!isObject(value))
        throw serialization(`${typeName(value)} can not be converted to a Structure`);
      const parsed = Object.entries(members).map(([name, shape]) => {
        const path = at === '' ? name : `${at}.${name}`;
        return [name, parseMember(shape, value[name], path)] as const;
      });
      return Object.fromEntries(parsed) as Structure<M>;
    },
  };
}

function parseMember(shape: Shape<unknown>, value: unknown, at: string): unknown {
  if (value !== undefined && value !== null) return shape.parse(value, at);
  try {
    return shape.parse(undefined, at);
  } catch {
    throw invalidParameter(at, 'Member must not be null');
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'NULL_VALUE';
  if (Array.isArray(value)) return 'START_ARRAY';
  if (typeof value === 'object') return 'START_OBJECT';
  return `${(typeof value).toUpperCase()}_VALUE`;
}
