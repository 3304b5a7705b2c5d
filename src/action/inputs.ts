import { checkAccountId, checkRepositoryName, checkTag } from '../ecr/reference.ts';
import { PushError } from '../errors.ts';

/** The step's inputs, read once and checked. */
export interface Inputs {
  /** Path of the OCI layout. */
  readonly layout: string;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly region: string | undefined;
  readonly registryId: string | undefined;
}

/** `read` gives an input's text, trimmed, or '' where it is not set. @throws PushError INVALID_INPUT, INVALID_TAG, INVALID_REFERENCE */
export function parseInputs(read: (name: string) => string): Inputs {
  return {
    layout: required(read, 'layout'),
    repository: checkRepositoryName(required(read, 'repository'), 'private'),
    tags: parseTags(read('tags')),
    region: read('aws-region') || undefined,
    registryId: parseRegistryId(read('registry-id')),
  };
}

function required(read: (name: string) => string, name: string): string {
  const text = read(name);
  if (text !== '') return text;
  throw new PushError('INVALID_INPUT', `The input ${name} is required`, {
    hint: `Add "${name}:" under "with:" of this step.`,
  });
}

const DEFAULT_TAG = 'latest';

/** One tag a line or between commas, each once, in the order given. */
function parseTags(text: string): readonly string[] {
  const tags = text
    .split(/[\n,]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return tags.length === 0 ? [DEFAULT_TAG] : [...new Set(tags.map(checkTag))];
}

function parseRegistryId(text: string): string | undefined {
  return text === '' ? undefined : checkAccountId(text);
}
