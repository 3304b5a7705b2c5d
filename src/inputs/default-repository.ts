import { parseRepositoryArn } from '../ecr/names/arn.ts';
import {
  checkRegistryId,
  checkRepositoryName,
  isRepositoryName,
  type RegistryType,
} from '../ecr/names/check.ts';
import {
  isEcrHost,
  isEcrReference,
  parseReference,
  PUBLIC_REGION,
  type RepositoryReference,
} from '../ecr/names/reference.ts';
import { isNearlyEcr, regionIn, withoutScheme } from '../ecr/names/suggest.ts';
import { PushError } from '../errors.ts';

/** Where the inputs put bare tags. */
export interface TargetDefaults {
  /** A name, a full reference without a tag, or an ARN. */
  readonly repository: string | undefined;
  readonly registryType: RegistryType;
  readonly registryId: string | undefined;
  readonly region: string | undefined;
}

/**
 * The repository that bare tags go to; `tag` is one of them.
 * @throws PushError INVALID_INPUT
 */
export function defaultRepository(tag: string, defaults: TargetDefaults): RepositoryReference {
  if (defaults.repository === undefined) {
    throw new PushError('INVALID_INPUT', `The tag ${tag} needs the input repository`, {
      hint: 'Set repository, or put full references in tags.',
    });
  }
  refuseSeveral(defaults.repository);
  const text = withoutScheme(defaults.repository);
  const arn = parseRepositoryArn(text);
  if (arn?.tag !== undefined) throw withTag(text, text.slice(0, text.lastIndexOf(':')), arn.tag);
  if (arn !== undefined) return arn.repository;
  refuseTag(text);
  if (isEcrHost(text)) {
    throw new PushError('INVALID_INPUT', `The input repository is a registry's host: ${text}`, {
      hint: `Write the repository behind it, ${text}/NAME, or its name alone.`,
    });
  }
  // A name may begin with any other host, as those of pull-through caches do, but not with a port.
  if (isEcrReference(text) || isNearlyEcr(text) || /^[^/]*:\d+\//.test(text))
    return parseReference(text).repository;
  return bareRepository(text, defaults);
}

function bareRepository(
  name: string,
  { registryType: type, registryId, region }: TargetDefaults,
): RepositoryReference {
  return {
    type,
    registryId: registryId === undefined ? undefined : checkRegistryId(registryId, type),
    region: type === 'public' ? PUBLIC_REGION : checkRegion(region),
    name: checkRepositoryName(name, type),
  };
}

function refuseSeveral(text: string): void {
  const names = text.split(/[\s,;]+/).filter((name) => name !== '');
  if (names.length < 2 || !names.every((name) => isName(withoutScheme(name)))) return;
  throw new PushError(
    'INVALID_INPUT',
    `The input repository has ${names.length} names: ${names.join(', ')}`,
    {
      hint: 'To push to several repositories, put full references in tags, HOST/NAME:TAG, one a line, and leave repository out.',
    },
  );
}

function isName(text: string): boolean {
  return isEcrReference(text) || isRepositoryName(text, 'private');
}

/** Refuses a tag or a digest behind the name. */
function refuseTag(text: string): void {
  const { name, tag } =
    /^(?<name>[^@]*?[^@:/])(?::(?<tag>[^/@]*))?(?:@[^/]*)?$/s.exec(text)?.groups ?? {};
  if (name !== undefined && name !== text) throw withTag(text, name, tag);
}

/** `tag` is empty if an expression left nothing behind the colon, and undefined if only a digest is there. */
function withTag(text: string, name: string, tag: string | undefined): PushError {
  const what = tag === undefined ? 'digest' : 'tag';
  return new PushError('INVALID_INPUT', `The input repository has a ${what}: ${text}`, {
    hint: `Write repository: ${name}${tag ? `, and put ${tag} in tags` : ''}.`,
  });
}

/** The region becomes part of a host name. */
function checkRegion(region: string | undefined): string | undefined {
  if (region === undefined) return undefined;
  const meant = regionIn(region);
  const isRegion = /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(region);
  if (isRegion && (meant ?? region) === region) return region;
  throw new PushError(
    'INVALID_INPUT',
    `aws-region ${JSON.stringify(region)} is not an AWS region`,
    { hint: `Write ${meant ?? 'a region such as eu-west-1'}.` },
  );
}
