import { EcrError, invalidParameter, repositoryNotFound } from '../errors.ts';
import * as inputs from './inputs.ts';
import type { Repository } from '../repository.ts';
import { operation } from './operation.ts';
import type { Context } from './operation.ts';

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const MAX_TAGS = 50;

/** @throws EcrError TooManyTagsException, InvalidTagParameterException */
export function checkTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > MAX_TAGS)
    throw new EcrError(
      'TooManyTagsException',
      `The number of tags exceeds the maximum of ${MAX_TAGS}`,
    );
  if (tags.some(({ Key }) => Key.toLowerCase().startsWith('aws:')))
    throw new EcrError('InvalidTagParameterException', 'A tag key must not start with aws:');
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw new EcrError('InvalidTagParameterException', 'A tag key is given twice');
  return tags;
}

export function toTagMap(tags: readonly Tag[]): Map<string, string> {
  return new Map(tags.map(({ Key, Value }) => [Key, Value]));
}

export const TagResource = operation(inputs.tagResource, (context, input) => {
  const repository = byArn(context, input.resourceArn);
  const merged = new Map([...repository.settings.resourceTags, ...toTagMap(checkTags(input.tags))]);
  checkTags([...merged].map(([Key, Value]) => ({ Key, Value })));
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
