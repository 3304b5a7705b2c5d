import { invalidParameter, limitExceeded, repositoryNotEmpty } from '../errors.ts';
import * as inputs from './inputs.ts';
import type { CatalogDataInput } from './inputs.ts';
import type { Registry } from '../registry.ts';
import { DEFAULT_SETTINGS } from '../repository.ts';
import type { CatalogData, Repository, RepositorySettings, TagMutability } from '../repository.ts';
import { toTagMap } from './tags.ts';
import {
  checkKey,
  findAllowed,
  findRegistry,
  findRepository,
  operation,
  page,
} from './operation.ts';
import type { Context } from './operation.ts';

export const CreatePrivateRepository = operation(
  inputs.createPrivateRepository,
  (context, input) => {
    const filters = input.imageTagMutabilityExclusionFilters ?? [];
    const mutability = (input.imageTagMutability ?? 'MUTABLE') as TagMutability;
    if (mutability.endsWith('_WITH_EXCLUSION') !== filters.length > 0)
      throw invalidParameter(
        'imageTagMutabilityExclusionFilters',
        'must be given with, and only with, a mutability WITH_EXCLUSION',
      );
    const settings: RepositorySettings = {
      ...DEFAULT_SETTINGS,
      imageTagMutability: mutability,
      imageTagMutabilityExclusionFilters: filters,
      scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      encryption: input.encryptionConfiguration ?? DEFAULT_SETTINGS.encryption,
      resourceTags: toTagMap(input.tags ?? []),
    };
    const registry = findAllowed(context, 'CreateRepository', input);
    checkCount(context, registry, input.repositoryName);
    checkCount(context, registry, input.repositoryName);
    const repository = registry.create(input.repositoryName, settings);
    try {
      checkKey(context, repository);
    } catch (error) {
      registry.delete(repository);
      throw error;
    }
    return { repository: describe(repository) };
  },
);

/** One that is there already is told to be there, even where no other one may be. @throws EcrError LimitExceededException */
function checkCount(
  { rules }: Context,
  { repositories, identity }: Registry,
  repositoryName: string,
): void {
  const { maxRepositories } = rules.limits;
  if (repositories.has(repositoryName) || repositories.size < maxRepositories) return;
  throw limitExceeded(
    `The maximum limit of '${maxRepositories}' for 'repositories' has been exceeded in the registry with id '${identity.accountId}'`,
  );
}

export const CreatePublicRepository = operation(inputs.createPublicRepository, (context, input) => {
  const { catalogData } = input;
  const registry = findAllowed(context, 'CreateRepository', input);
  checkCount(context, registry, input.repositoryName);
  const repository = registry.create(input.repositoryName, {
    resourceTags: toTagMap(input.tags ?? []),
    catalogData: catalogData === undefined ? undefined : toCatalogData(catalogData),
  });
  return {
    repository: describePublic(repository),
    catalogData: repository.settings.catalogData ?? {},
  };
});

export const PutRepositoryCatalogData = operation(
  inputs.putRepositoryCatalogData,
  (context, input) => {
    const repository = findRepository(context, input);
    const catalogData = toCatalogData(input.catalogData);
    repository.settings = { ...repository.settings, catalogData };
    return { catalogData };
  },
);

function toCatalogData({ logoImageBlob, ...texts }: CatalogDataInput): CatalogData {
  const logo = logoImageBlob === undefined ? {} : { logoUrl: 'https://logo.example/local-ecr.png' };
  return { ...texts, ...logo };
}

export const DescribeRepositories = operation(inputs.describeRepositories, (context, input) => {
  const { registryId, repositoryNames } = input;
  const repositories = repositoryNames?.map((repositoryName) =>
    findRepository(context, { registryId, repositoryName }),
  ) ?? [...findAllowed(context, 'DescribeRepositories', input).repositories.values()];
  const { items, ...rest } = page(repositories, input);
  const describeOne = context.service === 'ecr' ? describe : describePublic;
  return { repositories: items.map(describeOne), ...rest };
});

export const DeleteRepository = operation(inputs.deleteRepository, (context, input) => {
  const repository = findRepository(context, input);
  checkKey(context, repository);
  if (input.force !== true && repository.images.size > 0) throw repositoryNotEmpty(repository);
  findRegistry(context, input)?.delete(repository);
  return {
    repository: context.service === 'ecr' ? describe(repository) : describePublic(repository),
  };
});

function describePublic({ arn, uri, registryId, repositoryName, createdAt }: Repository): object {
  return {
    repositoryArn: arn,
    registryId,
    repositoryName,
    repositoryUri: uri,
    createdAt: createdAt.getTime() / 1000,
  };
}

function describe(repository: Repository): object {
  const { settings } = repository;
  const filters = settings.imageTagMutabilityExclusionFilters;
  return {
    ...describePublic(repository),
    imageTagMutability: settings.imageTagMutability,
    ...(filters.length > 0 ? { imageTagMutabilityExclusionFilters: filters } : {}),
    imageScanningConfiguration: { scanOnPush: settings.scanOnPush },
    encryptionConfiguration: settings.encryption,
  };
}
