import { partition } from '@aws-sdk/core/client';
import { PushError } from '../../errors.ts';
import { parseImageHost, privateHost, PUBLIC_HOST } from './image-hosts.ts';
import { notInTags, suggestTag } from './suggest.ts';

export type RegistryType = 'private' | 'public';

/** One repository of one ECR registry, as far as it is known. */
export interface RepositoryReference {
  readonly type: RegistryType;
  /** The account's 12 digits, or for ECR Public an alias; undefined means the caller's own registry. */
  readonly registryId: string | undefined;
  /** Undefined means what the SDK finds in the environment. */
  readonly region: string | undefined;
  /** The repository's name, with its namespaces, without a host. */
  readonly name: string;
  /** The host, where the user gave one: the outputs then name the same. */
  readonly host?: string;
  /** ECR Public: the registry's alias in image names, once an answer has revealed it. */
  readonly alias?: string;
}

/** The repository that a client's calls name. */
export interface RepositoryId {
  readonly registryId: string | undefined;
  readonly repositoryName: string;
}

/** ECR Public answers only here, whatever AWS_REGION says. */
export const PUBLIC_REGION = 'us-east-1';

/**
 * The services' own patterns; for private ECR the wider one of image references, as ECR has the final say.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 * https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html
 */
const NAMES = {
  private: /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/,
  public: /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
} as const;
const NAME_LENGTHS = { private: [2, 256], public: [2, 205] } as const;
/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const ACCOUNT_ID = /^\d{12}$/;
/** https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_RegistryAlias.html */
const ALIAS = /^[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const ALIAS_LENGTHS = [2, 50] as const;

/** @throws PushError INVALID_INPUT when ECR would refuse the name. */
export function checkRepositoryName(name: string, type: RegistryType): string {
  if (isRepositoryName(name, type)) return name;
  const [shortest, longest] = NAME_LENGTHS[type];
  const small = name.toLowerCase();
  const isCapital = isRepositoryName(small, type);
  const why = isCapital ? ': it must be in lower case' : '';
  const advice = isCapital ? `Write ${small}. ` : '';
  throw new PushError(
    'INVALID_INPUT',
    `${JSON.stringify(name)} is not an ECR repository name${why}`,
    {
      hint: `${advice}A name has ${shortest} to ${longest} characters: lowercase letters and digits, separated by "-", "_", "." or "/".`,
    },
  );
}

function isRepositoryName(name: string, type: RegistryType): boolean {
  const [shortest, longest] = NAME_LENGTHS[type];
  return name.length >= shortest && name.length <= longest && NAMES[type].test(name);
}

/** @throws PushError INVALID_INPUT when ECR would refuse the tag. */
export function checkTag(tag: string): string {
  if (TAG.test(tag)) return tag;
  const wrong = notInTags(tag);
  const why = wrong === '' ? '' : `: a tag has no ${wrong}`;
  const suggested = suggestTag(tag);
  const advice =
    suggested === undefined
      ? ''
      : `Write ${suggested}; docker/metadata-action makes such tags of branches and versions. `;
  throw new PushError('INVALID_INPUT', `${JSON.stringify(tag)} is not an image tag${why}`, {
    hint: `${advice}A tag has 1 to 128 characters: letters, digits, "_", "." and "-"; it starts with neither "." nor "-".`,
  });
}

/** @throws PushError INVALID_INPUT unless it is an account id or, for ECR Public, an alias. */
export function checkRegistryId(id: string, type: RegistryType): string {
  if (isAccountId(id) || (type === 'public' && isAlias(id))) return id;
  throw new PushError(
    'INVALID_INPUT',
    `registry-id ${JSON.stringify(id)} is not an AWS account id`,
    {
      hint: 'An account id has 12 digits; quote it in YAML, to keep leading zeros. An alias needs registry-type: public.',
    },
  );
}

function isAlias(text: string): boolean {
  const [shortest, longest] = ALIAS_LENGTHS;
  return text.length >= shortest && text.length <= longest && ALIAS.test(text);
}

export interface ImageReference {
  readonly repository: RepositoryReference;
  readonly tag: string | undefined;
}

/** Whether the text begins with an ECR host. Names may begin with other hosts, as those of pull-through caches do. */
export function isEcrReference(text: string): boolean {
  return parseImageHost(text.slice(0, Math.max(text.indexOf('/'), 0))) !== undefined;
}

/** Whether the text is an ECR host alone, without a repository. */
export function isEcrHost(text: string): boolean {
  return parseImageHost(text) !== undefined;
}

/**
 * Parses a full reference, `HOST/NAME` or `HOST/NAME:TAG`, of any host that is ECR's.
 * @throws PushError INVALID_INPUT
 */
export function parseReference(text: string): ImageReference {
  const slash = text.indexOf('/');
  if (slash < 0) throw malformed(text);
  const host = text.slice(0, slash);
  const [path = '', tag, ...rest] = text.slice(slash + 1).split(':');
  const parsed = parseImageHost(host);
  if (parsed === undefined) throw notEcr(text, host);
  if (rest.length > 0 || path.includes('@')) throw malformed(text);
  const { type, accountId: registryId, region } = parsed;
  const repository =
    type === 'private'
      ? { type, registryId, region, name: checkRepositoryName(path, type), host }
      : { ...splitPublicPath(text, path), host };
  return { repository, tag: tag === undefined ? undefined : checkTag(tag) };
}

/** `ALIAS/NAME`: the alias stands for the registry. */
function splitPublicPath(text: string, path: string): Omit<RepositoryReference, 'host'> {
  const slash = path.indexOf('/');
  const alias = path.slice(0, slash);
  if (slash < 0 || !isAlias(alias)) throw malformed(text);
  const name = checkRepositoryName(path.slice(slash + 1), 'public');
  return { type: 'public', registryId: alias, region: PUBLIC_REGION, name };
}

function notEcr(text: string, host: string): PushError {
  const isHost = /[.:]|^localhost$/.test(host);
  return new PushError(
    'INVALID_INPUT',
    `${text} is not an ECR reference: ${isHost ? host : 'docker.io'} is another registry`,
    {
      hint: `This action pushes to ECR only: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or ${PUBLIC_HOST}/ALIAS/NAME:TAG.`,
    },
  );
}

function malformed(text: string): PushError {
  return new PushError('INVALID_INPUT', `${text} is not a valid image reference`, {
    hint: `Write HOST/NAME:TAG, or ${PUBLIC_HOST}/ALIAS/NAME:TAG, without a digest.`,
  });
}

/**
 * `HOST/NAME`, as pulls name it; undefined while the account is unknown. For ECR Public, the account stands in for an
 * unknown alias.
 */
export function repositoryUri(repository: RepositoryReference): string | undefined {
  const { type, registryId, name, alias = registryId } = repository;
  const host = registryHost(repository);
  if (host === undefined) return undefined;
  if (type === 'private') return `${host}/${name}`;
  return alias === undefined ? undefined : `${host}/${alias}/${name}`;
}

/** Whether `repositoryUri` is what pulls name the repository by. */
export function isFullyNamed(repository: RepositoryReference): boolean {
  const { type, registryId, alias = registryId } = repository;
  if (type === 'private') return repositoryUri(repository) !== undefined;
  return alias !== undefined && !isAccountId(alias);
}

/** The alias in an answer's `repositoryUri`, if that is ECR Public's. */
export function aliasIn(uri: unknown): string | undefined {
  const [host, alias, ...name] = typeof uri === 'string' ? uri.split('/') : [];
  const isPublic = host !== undefined && parseImageHost(host)?.type === 'public';
  return isPublic && alias !== undefined && name.length > 0 && isAlias(alias) ? alias : undefined;
}

export function isAccountId(id: string): boolean {
  return ACCOUNT_ID.test(id);
}

/** Undefined while the account is not known. */
export function registryHost({
  type,
  registryId,
  region,
  host,
}: RepositoryReference): string | undefined {
  if (host !== undefined) return host;
  if (type === 'public') return PUBLIC_HOST;
  return registryId === undefined || region === undefined
    ? undefined
    : privateHost(registryId, region);
}

/** For messages. */
export function describeRepository({
  type,
  registryId,
  region,
  name,
}: RepositoryReference): string {
  const registry = registryId === undefined ? '' : ` of registry ${registryId}`;
  if (type === 'public') return `public repository ${name}${registry}`;
  return `repository ${name}${registry}${region === undefined ? '' : ` in ${region}`}`;
}

/** The ARN to name in a policy, with `*` where the account is not known. */
export function repositoryArn({
  type,
  registryId,
  region = '*',
  name,
}: RepositoryReference): string {
  const account = registryId !== undefined && isAccountId(registryId) ? registryId : '*';
  return type === 'public'
    ? `arn:aws:ecr-public::${account}:repository/${name}`
    : `arn:${partition(region).name}:ecr:${region}:${account}:repository/${name}`;
}
