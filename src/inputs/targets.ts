import {
  checkRegistryId,
  checkRepositoryName,
  checkTag,
  isEcrHost,
  isEcrReference,
  type ImageReference,
  parseReference,
  PUBLIC_REGION,
  type RegistryType,
  type RepositoryReference,
} from '../ecr/names/reference.ts';
import { withoutScheme } from '../ecr/names/suggest.ts';
import { PushError } from '../errors.ts';

/** One repository and the tags to put on the image there. */
export interface TargetInput {
  readonly repository: RepositoryReference;
  readonly tags: readonly string[];
}

/** Where the inputs put bare tags. */
export interface TargetDefaults {
  /** A name, or a full reference without a tag. */
  readonly repository: string | undefined;
  readonly registryType: RegistryType;
  readonly registryId: string | undefined;
  readonly region: string | undefined;
}

const DEFAULT_TAG = 'latest';

/**
 * The repositories that `tags` name, each once: full references name their own, bare tags go to `repository`.
 * @throws PushError INVALID_INPUT
 */
export function parseTargets(
  tags: readonly string[],
  defaults: TargetDefaults,
): readonly TargetInput[] {
  const given = tags.length === 0 ? [DEFAULT_TAG] : tags;
  const references = given.map((text) => parseTag(text, defaults));
  const targets = new Map<string, { repository: RepositoryReference; tags: Set<string> }>();
  for (const { repository, tag = DEFAULT_TAG } of references) {
    const key = JSON.stringify([
      repository.type,
      repository.registryId,
      repository.region,
      repository.name,
    ]);
    const target = targets.get(key) ?? { repository, tags: new Set() };
    targets.set(key, target);
    target.tags.add(tag);
  }
  return [...targets.values()].map(({ repository, tags: names }) => ({
    repository,
    tags: [...names],
  }));
}

function parseTag(text: string, defaults: TargetDefaults): ImageReference {
  const plain = withoutScheme(text);
  const isReference = isEcrReference(plain) || (text.includes('/') && !isBranch(text, defaults));
  return isReference ? parseReference(plain) : bareTag(text, defaults);
}

/**
 * Whether a text with a slash is a branch that was put where a tag belongs, and not a reference to another registry: no
 * host is before its slash, and no tag behind it.
 */
function isBranch(text: string, { repository }: TargetDefaults): boolean {
  const [first = ''] = text.split('/');
  const isHost = first === 'localhost' || /\.[a-z]{2,}$/i.test(first);
  return repository !== undefined && !text.includes(':') && !isHost;
}

function bareTag(text: string, defaults: TargetDefaults): ImageReference {
  return { repository: defaultRepository(checkTag(text), defaults), tag: text };
}

function defaultRepository(tag: string, defaults: TargetDefaults): RepositoryReference {
  const { registryType: type, registryId, region } = defaults;
  const name = defaults.repository && withoutScheme(defaults.repository);
  if (name === undefined) {
    throw new PushError('INVALID_INPUT', `The tag ${tag} needs the input repository`, {
      hint: 'Set repository, or put full references in tags.',
    });
  }
  if (isEcrHost(name)) {
    throw new PushError('INVALID_INPUT', `The input repository is a registry's host: ${name}`, {
      hint: `Write the repository behind it, ${name}/NAME, or its name alone.`,
    });
  }
  if (isEcrReference(name)) return withoutTag(name);
  return {
    type,
    registryId: registryId === undefined ? undefined : checkRegistryId(registryId, type),
    region: type === 'public' ? PUBLIC_REGION : checkRegion(region),
    name: checkRepositoryName(name, type),
  };
}

/** The region becomes part of a host name. */
function checkRegion(region: string | undefined): string | undefined {
  if (region === undefined || /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(region)) return region;
  throw new PushError(
    'INVALID_INPUT',
    `aws-region ${JSON.stringify(region)} is not an AWS region`,
    {
      hint: 'Write a region such as eu-west-1.',
    },
  );
}

function withoutTag(text: string): RepositoryReference {
  const { repository, tag } = parseReference(text);
  if (tag === undefined) return repository;
  throw new PushError('INVALID_INPUT', `The input repository has a tag: ${text}`, {
    hint: 'Put tags in the input tags.',
  });
}
