import { checkAccountId, checkRepositoryName, checkTag } from '../ecr/reference.ts';
import { PushError } from '../errors.ts';
import { parsePlatformName } from '../oci/platform.ts';
import type { ImageRequest } from '../plan/resolve-image.ts';

/** The step's inputs, read once and checked. */
export interface Inputs {
  /** Paths or globs of OCI layouts. */
  readonly layouts: readonly string[];
  readonly request: ImageRequest;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly region: string | undefined;
  readonly registryId: string | undefined;
}

/** An input's text, trimmed; '' where it is not set. */
export type ReadInput = (name: string) => string;

const DEFAULT_TAG = 'latest';

/** @throws PushError INVALID_INPUT, INVALID_TAG, INVALID_REFERENCE */
export function parseInputs(read: ReadInput): Inputs {
  return {
    layouts: lines(required(read, 'layout')),
    request: parseRequest(read),
    repository: checkRepositoryName(required(read, 'repository'), 'private'),
    tags: parseTags(read('tags')),
    region: read('aws-region') || undefined,
    registryId: parseRegistryId(read('registry-id')),
  };
}

function parseRequest(read: ReadInput): ImageRequest {
  return {
    image: read('image') || undefined,
    shape: {
      platforms: list(read('platforms')).map(parsePlatformName),
      attestations: choice(read, 'attestations', ['keep', 'drop']),
      singleImage: choice(read, 'single-image', ['keep', 'unwrap']),
    },
    referrers: flag(read, 'referrers', true),
  };
}

function required(read: ReadInput, name: string): string {
  const text = read(name);
  if (text !== '') return text;
  throw new PushError('INVALID_INPUT', `The input ${name} is required`, {
    hint: `Add "${name}:" under "with:" of this step.`,
  });
}

/** One of the texts, the first of them where the input is not set. */
function choice<const T extends string>(
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
function flag(read: ReadInput, name: string, fallback: boolean): boolean {
  const text = read(name).toLowerCase();
  if (text === '') return fallback;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new PushError('INVALID_INPUT', `The input ${name} is ${JSON.stringify(text)}`, {
    hint: 'It takes true or false.',
  });
}

function lines(text: string): string[] {
  return parts(text, '\n');
}

/** Parted by new lines or commas. */
function list(text: string): string[] {
  return parts(text, /[\n,]/);
}

function parts(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Each once, in the order given. */
function parseTags(text: string): readonly string[] {
  const tags = list(text);
  return tags.length === 0 ? [DEFAULT_TAG] : [...new Set(tags.map(checkTag))];
}

function parseRegistryId(text: string): string | undefined {
  return text === '' ? undefined : checkAccountId(text);
}
