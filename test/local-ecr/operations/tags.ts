import { EcrError, invalidParameter, repositoryNotFound } from '../errors.ts';
import * as inputs from './inputs.ts';
import type { TagInput } from './inputs.ts';
import type { Repository } from '../repository.ts';
import { operation } from './operation.ts';
import type { Context } from './operation.ts';

const MAX_TAGS = 50;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;

const invalidTag = (message: string) => new EcrError('InvalidTagParameterException', message);

/**
 * Checked in this order: each tag, then how many there are.
 * @throws EcrError InvalidTagParameterException, TooManyTagsException
 */
export function toTagMap(tags: readonly TagInput[]): ReadonlyMap<string, string> {
  const pairs = tags.map(toPair);
  const map = new Map(pairs);
  if (map.size < pairs.length) throw invalidTag('A tag key is given twice');
  checkCount(map);
  return map;
}

function toPair({ Key = '', Value = '' }: TagInput): readonly [string, string] {
  if (Key === '' || Key.length > MAX_KEY_LENGTH || Value.length > MAX_VALUE_LENGTH)
    throw invalidTag(
      `Tag keys can have a maximum character length of ${MAX_KEY_LENGTH} characters, and tag values can have a maximum length of ${MAX_VALUE_LENGTH} characters`,
    );
  if (Key.toLowerCase().startsWith('aws:')) throw invalidTag('A tag key must not start with aws:');
  return [Key, Value];
}

function checkCount({ size }: ReadonlyMap<string, string>): void {
  if (size <= MAX_TAGS) return;
  const message = `The number of tags exceeds the maximum of ${MAX_TAGS}`;
  throw new EcrError('TooManyTagsException', message);
}

export const TagResource = operation(inputs.tagResource, (context, input) => {
  const repository = byArn(context, input.resourceArn);
  const merged = new Map([...repository.settings.resourceTags, ...toTagMap(input.tags)]);
  checkCount(merged);
  repository.settings = { ...repository.settings, resourceTags: merged };
  return {};
});

export const ListTagsForResource = operation(inputs.listTagsForResource, (context, input) => {
  const { resourceTags } = byArn(context, input.resourceArn).settings;
  return { tags: [...resourceTags].map(([Key, Value]) => ({ Key, Value })) };
});

function byArn({ world, service }: Context, arn: string): Repository {
  const [, , , , registryId, resource] = arn.split(':');
  if (registryId === undefined || resource?.startsWith('repository/') !== true)
    throw invalidParameter('resourceArn', 'Invalid ARN');
  const repositoryName = resource.slice('repository/'.length);
  const repositories = world.registries
    .filter(({ identity }) => identity.service === service)
    .flatMap((registry) => [...registry.repositories.values()]);
  const found = repositories.find((repository) => repository.arn === arn);
  if (found === undefined) throw repositoryNotFound({ repositoryName, registryId });
  return found;
}
