import { partition } from '@aws-sdk/core/client';
import { PushError } from '../../errors.ts';
import { parseImageHost, privateHost, PUBLIC_HOST } from './image-hosts.ts';
import { checkRepositoryName, checkTag, isAccountId, isAlias, type RegistryType } from './check.ts';
import { isNearlyEcr, suggestReference } from './suggest.ts';

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
  if (text.includes('@')) throw withDigest(text);
  if (rest.length > 0) throw malformed(text);
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
  const form = `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or ${PUBLIC_HOST}/ALIAS/NAME:TAG`;
  if (isNearlyEcr(text)) {
    const meant = suggestReference(text);
    return new PushError(
      'INVALID_INPUT',
      `${text} is not an ECR reference: ${host} is no host of a registry`,
      {
        hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Write ${form}; an account has 12 digits.`,
      },
    );
  }
  const isHost = /[.:]|^localhost$/.test(host);
  return new PushError(
    'INVALID_INPUT',
    `${text} is not an ECR reference: ${isHost ? host : 'docker.io'} is another registry`,
    { hint: `This action pushes to ECR only: ${form}.` },
  );
}

/** What is pushed is the image of the layout, whatever its digest. */
function withDigest(text: string): PushError {
  const [named = ''] = text.split('@');
  const tagged = /:[^/]*$/.test(named) ? named : `${named}:TAG`;
  return new PushError('INVALID_INPUT', `${text} is not a tag to push: it has a digest`, {
    hint: `Write ${tagged}: the digest is that of the image in the layout.`,
  });
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
