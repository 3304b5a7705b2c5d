import { PushError } from '../errors.ts';
import { imageHostDomain, partitionOf } from './partitions.ts';

export type RegistryType = 'private' | 'public';

/** One repository of one ECR registry. */
export interface RepositoryReference {
  readonly type: RegistryType;
  /** The account's 12 digits, or for ECR Public an alias; undefined means the caller's own registry. */
  readonly registryId: string | undefined;
  readonly region: string;
  /** The repository's name, with its namespaces, without a host. */
  readonly name: string;
}

/** ECR Public answers only here, whatever AWS_REGION says. */
export const PUBLIC_REGION = 'us-east-1';
export const PUBLIC_HOST = 'public.ecr.aws';

/** The service model's pattern: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const NAME_LENGTHS = { private: [2, 256], public: [2, 205] } as const;
/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** @throws PushError INVALID_REFERENCE when ECR would refuse the name. */
export function checkRepositoryName(name: string, type: RegistryType): string {
  const [shortest, longest] = NAME_LENGTHS[type];
  const longEnough = name.length >= shortest && name.length <= longest;
  if (longEnough && NAME.test(name)) return name;
  throw new PushError(
    'INVALID_REFERENCE',
    `${JSON.stringify(name)} is not an ECR repository name`,
    {
      hint: `A name has ${shortest} to ${longest} characters: lower-case letters and digits, parted by a single "-", "_", "." or "/".`,
    },
  );
}

/** @throws PushError INVALID_TAG when ECR would refuse the tag. */
export function checkTag(tag: string): string {
  if (TAG.test(tag)) return tag;
  throw new PushError('INVALID_TAG', `${JSON.stringify(tag)} is not an image tag`, {
    hint: 'A tag has 1 to 128 characters: letters, digits, "_", "." and "-", the first neither "." nor "-".',
  });
}

/** @throws PushError INVALID_INPUT */
export function checkAccountId(id: string): string {
  if (/^\d{12}$/.test(id)) return id;
  throw new PushError(
    'INVALID_INPUT',
    `registry-id ${JSON.stringify(id)} is not an AWS account id`,
    {
      hint: 'An account id has 12 digits; in YAML, quote it so that leading zeros stay.',
    },
  );
}

/** The host that images are pulled from; undefined while the account is not known. */
export function registryHost({
  type,
  registryId,
  region,
}: RepositoryReference): string | undefined {
  if (type === 'public') return PUBLIC_HOST;
  if (registryId === undefined) return undefined;
  return `${registryId}.dkr.ecr.${region}.${imageHostDomain(region)}`;
}

/** For messages: `name in us-east-1` with the registry where it is known. */
export function describeRepository({
  type,
  registryId,
  region,
  name,
}: RepositoryReference): string {
  const registry = registryId === undefined ? '' : ` of registry ${registryId}`;
  return type === 'public'
    ? `public repository ${name}${registry}`
    : `repository ${name}${registry} in ${region}`;
}

/** The ARN to name in a policy, with `*` where the account is not known. */
export function repositoryArn({ type, registryId, region, name }: RepositoryReference): string {
  const account = registryId !== undefined && /^\d{12}$/.test(registryId) ? registryId : '*';
  return type === 'public'
    ? `arn:aws:ecr-public::${account}:repository/${name}`
    : `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${name}`;
}
