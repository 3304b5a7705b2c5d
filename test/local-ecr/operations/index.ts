import type { Service } from '../rules.ts';
import { BatchDeleteImage } from './delete-images.ts';
import * as images from './images.ts';
import * as layers from './layers.ts';
import type { Operation } from './operation.ts';
import * as policies from './policies.ts';
import { DescribeRegistries } from './registries.ts';
import * as repositories from './repositories.ts';
import { ListTagsForResource, TagResource } from './tags.ts';

const PUSH = { ...layers, PutImage: images.PutImage };

const COMMON = {
  ...PUSH,
  BatchDeleteImage,
  DescribeImages: images.DescribeImages,
  DescribeRepositories: repositories.DescribeRepositories,
  DeleteRepository: repositories.DeleteRepository,
  SetRepositoryPolicy: policies.SetRepositoryPolicy,
  GetRepositoryPolicy: policies.GetRepositoryPolicy,
  TagResource,
  ListTagsForResource,
};

const PRIVATE = {
  ...COMMON,
  BatchGetImage: images.BatchGetImage,
  CreateRepository: repositories.CreatePrivateRepository,
  PutLifecyclePolicy: policies.PutLifecyclePolicy,
  GetLifecyclePolicy: policies.GetLifecyclePolicy,
};

const PUBLIC = {
  ...COMMON,
  CreateRepository: repositories.CreatePublicRepository,
  PutRepositoryCatalogData: repositories.PutRepositoryCatalogData,
  DescribeRegistries,
};

/** The calls that this server has, by name; every other name is an UnknownOperationException. */
export const OPERATIONS: Readonly<Record<Service, ReadonlyMap<string, Operation>>> = {
  ecr: new Map(Object.entries(PRIVATE)),
  'ecr-public': new Map(Object.entries(PUBLIC)),
};
