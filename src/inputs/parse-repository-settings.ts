import type { CatalogData, RepositorySettings } from '../ecr/repository-settings.ts';
import { PushError } from '../errors.ts';
import { type Fields, isFields } from '../oci/fields.ts';
import { parseStrictJson } from '../oci/json.ts';
import { nearest } from './nearest.ts';
import { alternatives, didYouMean, meantFlag, parseFlag, unquoted } from './read-input.ts';

/** Reads the text of a file that an input names. */
export type ReadText = (path: string) => Promise<string>;

const INPUT = 'repository-settings';
const KEYS: readonly string[] = [
  'tag-mutability',
  'mutability-exclusions',
  'scan-on-push',
  'encryption',
  'kms-key',
  'lifecycle-policy',
  'tags',
  'repository-policy',
  'description',
  'about',
  'usage',
  'architectures',
  'operating-systems',
];

/**
 * The input repository-settings: a JSON object, or `key: value` lines. `readText` reads a policy's file.
 * @throws PushError INVALID_INPUT, INVALID_JSON
 */
export async function parseRepositorySettings(
  text: string,
  readText: ReadText,
): Promise<RepositorySettings> {
  const fields = text.startsWith('{') ? parseJson(text) : parseLines(text);
  const unknown = Object.keys(fields).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw invalid(
      `has an unknown key: ${JSON.stringify(unknown)}`,
      `${didYouMean(nearest(unknown, KEYS))}The keys are ${KEYS.join(', ')}.`,
    );
  return {
    ...mutability(fields),
    ...optional('scanOnPush', flag(fields, 'scan-on-push')),
    ...optional('encryptionType', choice(fields, 'encryption', ['AES256', 'KMS', 'KMS_DSSE'])),
    ...optional('kmsKey', string(fields, 'kms-key')),
    ...optional('lifecyclePolicyText', await policy(fields, 'lifecycle-policy', readText)),
    ...optional('tags', resourceTags(fields)),
    ...optional('policyText', await policy(fields, 'repository-policy', readText)),
    ...optional('catalogData', catalogData(fields)),
  };
}

function parseJson(text: string): Fields {
  const value = checkedJson(text, INPUT);
  return isFields(value) ? value : {};
}

/** The hints of `parseStrictJson` are about layouts. */
function checkedJson(text: string, where: string): unknown {
  try {
    return parseStrictJson(Buffer.from(text), where);
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    throw new PushError(error.code, error.message, {
      hint: 'Correct the JSON: every key once, no comments, no trailing commas.',
      cause: error.cause,
    });
  }
}

function parseLines(text: string): Fields {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const entries = lines.map(parseLine);
  const keys = entries.map(([key]) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) < at);
  if (twice !== undefined) throw invalid(`has the key ${twice} twice`, 'Write each key once.');
  return Object.fromEntries(entries);
}

function parseLine(line: string): [key: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0)
    throw invalid(
      `has a line without a colon: ${JSON.stringify(line)}`,
      `Write each line as key: value${line.includes('=') ? `, such as ${line.replace(/\s*=\s*/, ': ')}` : ''}.`,
    );
  return [unquoted(line.slice(0, colon).trim()), unquoted(line.slice(colon + 1).trim())];
}

/** In the API, a mutability with exclusions has a name of its own. */
function mutability(
  fields: Fields,
): Pick<RepositorySettings, 'imageTagMutability' | 'mutabilityExclusions'> {
  const kind = choice(fields, 'tag-mutability', ['MUTABLE', 'IMMUTABLE']);
  const exclusions = strings(fields, 'mutability-exclusions');
  if (exclusions === undefined) return optional('imageTagMutability', kind);
  if (kind === undefined)
    throw invalid('has mutability-exclusions but no tag-mutability', 'Add tag-mutability.');
  return { imageTagMutability: `${kind}_WITH_EXCLUSION`, mutabilityExclusions: exclusions };
}

function catalogData(fields: Fields): CatalogData | undefined {
  const data = {
    ...optional('description', string(fields, 'description')),
    ...optional('aboutText', string(fields, 'about')),
    ...optional('usageText', string(fields, 'usage')),
    ...optional('architectures', strings(fields, 'architectures')),
    ...optional('operatingSystems', strings(fields, 'operating-systems')),
  };
  return Object.keys(data).length === 0 ? undefined : data;
}

/** The JSON itself, as a string or an object, or the path of the file that holds it. */
async function policy(
  fields: Fields,
  key: string,
  readText: ReadText,
): Promise<string | undefined> {
  const value = fields[key];
  if (isFields(value)) return JSON.stringify(value);
  const text = string(fields, key);
  if (text === undefined) return undefined;
  const json = text.startsWith('{') ? text : await readPolicy(text, key, readText);
  checkedJson(json, `${INPUT}: ${key}`);
  return json;
}

async function readPolicy(path: string, key: string, readText: ReadText): Promise<string> {
  try {
    return await readText(path);
  } catch (cause) {
    throw new PushError('INVALID_INPUT', `The input ${INPUT}: ${key}: ${path} cannot be read`, {
      hint: "Write JSON, or the path of a JSON file relative to the step's working directory.",
      cause,
    });
  }
}

/** `key=value, key=value`, or an object. */
function resourceTags(fields: Fields): Readonly<Record<string, string>> | undefined {
  const value = fields['tags'];
  if (isFields(value))
    return Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, String(tag)]));
  return strings(fields, 'tags')?.reduce<Record<string, string>>((tags, pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw invalid(
        `has a tag without a value: ${JSON.stringify(pair)}`,
        'Write each tag as key=value.',
      );
    return { ...tags, [pair.slice(0, equals).trim()]: pair.slice(equals + 1).trim() };
  }, {});
}

function string(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`has a value for ${key} that is not a string`, 'Put it in quotes.');
}

/** An array, or a string of values separated by commas. */
function strings(fields: Fields, key: string): string[] | undefined {
  const value = fields[key];
  if (Array.isArray(value)) return value.map(String);
  return string(fields, key)
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function flag(fields: Fields, key: string): boolean | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'boolean') return value;
  const shown = JSON.stringify(value);
  const text = typeof value === 'string' ? value : shown;
  const written = parseFlag(text);
  if (written !== undefined) return written;
  throw invalid(
    `has a value for ${key} that is neither true nor false: ${shown}`,
    `${didYouMean(meantFlag(text))}Write true or false.`,
  );
}

function choice<const T extends string>(
  fields: Fields,
  key: string,
  allowed: readonly T[],
): T | undefined {
  const text = string(fields, key);
  const chosen = allowed.find((value) => value === text?.toUpperCase());
  if (text === undefined || chosen !== undefined) return chosen;
  throw invalid(
    `has an invalid ${key}: ${text}`,
    `${didYouMean(nearest(text, allowed))}Write ${alternatives(allowed)}.`,
  );
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const pair: Partial<Record<K, V>> = {};
  if (value !== undefined) pair[key] = value;
  return pair;
}

function invalid(what: string, hint: string): PushError {
  return new PushError('INVALID_INPUT', `The input ${INPUT} ${what}`, { hint });
}
