import { parseRepositoryArn } from '../ecr/names/arn.ts';
import { checkTag, isDigest, isRepositoryName, isTag } from '../ecr/names/check.ts';
import {
  type ImageReference,
  isEcrHost,
  isEcrReference,
  parseReference,
  registryHost,
  type RepositoryReference,
} from '../ecr/names/reference.ts';
import { isNearlyEcr, suggestTag, withoutScheme } from '../ecr/names/suggest.ts';
import { PushError } from '../errors.ts';
import { defaultRepository, type TargetDefaults } from './default-repository.ts';

/**
 * One of `tags`: a full reference, or a tag that goes to `repository`.
 * @throws PushError INVALID_INPUT
 */
export function parseTag(text: string, defaults: TargetDefaults): ImageReference {
  refuseSeveral(text);
  const plain = withoutScheme(text);
  const arn = parseRepositoryArn(plain);
  if (arn !== undefined) return arn;
  if (isEcrHost(plain)) {
    throw new PushError('INVALID_INPUT', `${text} is the host of a registry, not a tag`, {
      hint: `Write the repository and the tag behind it, ${plain.replace(/\/$/, '')}/NAME:TAG, or the tag alone.`,
    });
  }
  if (isEcrReference(plain) || isNearlyEcr(plain) || isOtherRegistry(plain))
    return parseReference(plain);
  const named = splitName(plain);
  if (named !== undefined) refuseName(text, named, defaults);
  return { repository: defaultRepository(checkTag(text), defaults), tag: text };
}

/** Tags have neither spaces nor semicolons: each word is meant to be one. */
function refuseSeveral(text: string): void {
  const words = text.split(/[\s;|]+/).filter((word) => word !== '');
  if (
    words.length < 2 ||
    !words.every((word) => isTag(word) || isEcrReference(withoutScheme(word)))
  )
    return;
  const one = words.every(isTag) ? ` If it is one tag, write ${words.join('-')}.` : '';
  throw new PushError('INVALID_INPUT', `${JSON.stringify(text)} is not an image tag`, {
    hint: `Put commas between tags, ${words.join(',')}, or each on its own line.${one}`,
  });
}

function isOtherRegistry(text: string): boolean {
  const [host = '', ...path] = text.split('/');
  return path.length > 0 && /^localhost$|\.[a-z]{2,}$|:\d+$/i.test(host);
}

/** What stands before a tag where a repository's name does; the tag may be missing. */
interface Named {
  readonly name: string;
  readonly tag: string | undefined;
}

/** Undefined if what is before the colon is no name, as in a time of day. Without a slash and a colon, it is a tag. */
function splitName(text: string): Named | undefined {
  if (isDigest(text) && !text.includes('/')) return undefined;
  const { name = '', tag } =
    /^(?<name>[^:@]+)(?::(?<tag>[^:@]*))?(?:@.*)?$/.exec(text)?.groups ?? {};
  const isName = isRepositoryName(name.toLowerCase(), 'private') && /[a-z]/i.test(name);
  if (!isName || (tag === undefined && !name.includes('/'))) return undefined;
  return { name, tag };
}

/** Refuses what names a repository and not its registry. A branch has a slash, too, and is no more than a wrong tag. */
function refuseName(text: string, { name, tag }: Named, defaults: TargetDefaults): void {
  const bare = tag === undefined ? 'TAG' : isTag(tag) ? tag : (suggestTag(tag) ?? 'TAG');
  if (defaults.repository === undefined) {
    throw new PushError(
      'INVALID_INPUT',
      `${JSON.stringify(text)} has no ECR host, and without a host it would be docker.io's`,
      {
        hint: `Write repository: ${name.toLowerCase()} and tags: ${bare}, or the host before it: ${wholeName(undefined, name, bare)}.`,
      },
    );
  }
  const repository = defaultRepository(text, defaults);
  const isOwn = [repository.name, withAlias(repository)].includes(name.toLowerCase());
  if (isOwn) {
    throw new PushError(
      'INVALID_INPUT',
      `${JSON.stringify(text)} names the repository, which the input repository does already`,
      {
        hint: `Write ${bare === 'TAG' ? 'its tags alone, such as latest' : bare}: bare tags go to ${repository.name}.`,
      },
    );
  }
  if (tag === undefined) return;
  throw new PushError(
    'INVALID_INPUT',
    `${JSON.stringify(text)} is of another repository than the input repository, which is ${repository.name}`,
    {
      hint: `Write ${bare} for ${repository.name}, or ${wholeName(repository, name, bare)} for ${name.toLowerCase()}.`,
    },
  );
}

function withAlias({ registryId, name }: RepositoryReference): string {
  return `${registryId ?? ''}/${name}`;
}

/** The reference of another repository in the same registry, as far as that is known. */
function wholeName(repository: RepositoryReference | undefined, name: string, tag: string): string {
  const { type = 'private', registryId, region = 'REGION' } = repository ?? {};
  const host =
    (repository && registryHost(repository)) ??
    `${registryId ?? 'ACCOUNT'}.dkr.ecr.${region}.amazonaws.com`;
  const registry = type === 'public' ? `${host}/${registryId ?? 'ALIAS'}` : host;
  return `${registry}/${name.toLowerCase()}:${tag}`;
}
