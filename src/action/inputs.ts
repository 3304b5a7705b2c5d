import type { ProxySettings } from '../ecr/proxy.ts';
import type { RepositorySettings } from '../ecr/repository-settings.ts';
import { PushError } from '../errors.ts';
import { parsePlatformName } from '../oci/platform.ts';
import type { ImageRequest } from '../plan/resolve-image.ts';
import type { IfTagExists } from '../push/context.ts';
import { parseRepositorySettings } from './repository-settings.ts';
import { parseTargets, type TargetInput } from './targets.ts';

/** The step's inputs, read once and checked. */
export interface Inputs {
  /** Paths or globs of OCI layouts. */
  readonly layouts: readonly string[];
  readonly request: ImageRequest;
  readonly targets: readonly TargetInput[];
  readonly ifTagExists: IfTagExists;
  /** Whether the first target that fails ends the others. */
  readonly failFast: boolean;
  /** How to create repositories that are missing; undefined not to. */
  readonly createRepository: RepositorySettings | undefined;
  readonly proxies: ProxySettings;
}

/** An input's text, trimmed; '' where it is not set. */
export type ReadInput = (name: string) => string;

/** The text of a file that an input names. */
export type ReadText = (path: string) => Promise<string>;

/** @throws PushError INVALID_INPUT, INVALID_TAG, INVALID_REFERENCE */
export async function parseInputs(read: ReadInput, readText: ReadText): Promise<Inputs> {
  return {
    layouts: lines(required(read, 'layout')),
    request: parseRequest(read),
    targets: parseTargets(list(read('tags')), {
      repository: read('repository') || undefined,
      registryType: choice(read, 'registry-type', ['private', 'public']),
      registryId: read('registry-id') || undefined,
      region: read('aws-region') || undefined,
    }),
    ifTagExists: choice(read, 'if-tag-exists', ['fail', 'skip']),
    failFast: flag(read, 'fail-fast', false),
    createRepository: await parseCreation(read, readText),
    proxies: {
      httpsProxy: read('https-proxy') || undefined,
      httpProxy: read('http-proxy') || undefined,
      noProxy: read('no-proxy') || undefined,
    },
  };
}

async function parseCreation(
  read: ReadInput,
  readText: ReadText,
): Promise<RepositorySettings | undefined> {
  const settings = await parseRepositorySettings(read('repository-settings'), readText);
  return flag(read, 'create-repository', false) ? settings : undefined;
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
