import { blob, boolean, integer, list, optional, string, structure, text } from '../shapes.ts';
import type { Shape, ValueOf } from '../shapes.ts';
import type { ServiceRules } from '../rules.ts';

/** The shapes that the operations of both services share, from the services' published models. */
const DIGEST = /[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+/;
const UPLOAD_ID = /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/;
const TAG = /[a-zA-Z0-9_][a-zA-Z0-9-_.]*/;
/** ECR Public's calls that are not part of a push take no alias. */
const ACCOUNT_ID = string({ pattern: /[0-9]{12}/ });
const MAX_RESULTS = optional(integer({ min: 1, max: 1000 }));

const uploadId = string({ pattern: UPLOAD_ID });
const position = integer({ min: 0 });
const imageTag = string({ min: 1, max: 300, pattern: TAG });
const imageId = structure({
  imageDigest: optional(string()),
  imageTag: optional(string({ min: 1, max: 300 })),
});
const imageIds = list(imageId, { min: 1, max: 100 });
/** ECR's model leaves lengths to `checkTags`; ECR Public's has them, and lets both members be missing. */
const privateTags = list(structure({ Key: string(), Value: string() }));
const publicTags = list(
  structure({
    Key: optional(string({ min: 1, max: 128 })),
    Value: optional(string({ max: 256 })),
  }),
  { max: 200 },
);

function resourceTags({ service }: ServiceRules): Shape<TagInput[]> {
  return service === 'ecr' ? privateTags : publicTags;
}

export interface TagInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** ECR's model has no limits for an ARN. */
function resourceArn({ service }: ServiceRules): Shape<string> {
  return string(service === 'ecr' ? {} : { min: 1, max: 2048 });
}

function repositoryName({ repositoryName: limits }: ServiceRules): Shape<string> {
  return string(limits);
}

/** `registryId` and `repositoryName` of a push call, and whatever else it has. */
function pushTarget(rules: ServiceRules) {
  return { registryId: optional(string(rules.registryId)), repositoryName: repositoryName(rules) };
}

/** The same of every other call. */
function target(rules: ServiceRules) {
  return { registryId: optional(ACCOUNT_ID), repositoryName: repositoryName(rules) };
}

export const repositoryInput = (rules: ServiceRules) => structure(target(rules));

export const batchCheckLayerAvailability = (rules: ServiceRules) =>
  structure({
    ...pushTarget(rules),
    layerDigests: list(string({ max: 1000 }), { min: 1, max: 100 }),
  });

export const initiateLayerUpload = (rules: ServiceRules) => structure(pushTarget(rules));

export const uploadLayerPart = (rules: ServiceRules) =>
  structure({
    ...pushTarget(rules),
    uploadId,
    partFirstByte: position,
    partLastByte: position,
    layerPartBlob: blob({ max: rules.limits.maxPartBytes }),
  });

export const completeLayerUpload = (rules: ServiceRules) =>
  structure({
    ...pushTarget(rules),
    uploadId,
    layerDigests: list(string({ pattern: DIGEST }), { min: 1, max: 100 }),
  });

export const putImage = (rules: ServiceRules) =>
  structure({
    ...pushTarget(rules),
    imageManifest: text({ min: 1, max: rules.limits.maxManifestBytes }),
    imageManifestMediaType: optional(string()),
    imageTag: optional(imageTag),
    imageDigest: optional(string()),
  });

export const batchGetImage = (rules: ServiceRules) =>
  structure({
    ...target(rules),
    imageIds,
    acceptedMediaTypes: optional(list(string(), { min: 1, max: 100 })),
  });

export const batchDeleteImage = (rules: ServiceRules) =>
  structure({ ...pushTarget(rules), imageIds });

export const describeImages = (rules: ServiceRules) =>
  structure({
    ...target(rules),
    imageIds: optional(imageIds),
    nextToken: optional(string()),
    maxResults: MAX_RESULTS,
    filter: rules.service === 'ecr' ? imageFilter : NO_FILTER,
  });

const imageFilter = optional(
  structure({
    tagStatus: optional(string({ oneOf: ['TAGGED', 'UNTAGGED', 'ANY'] })),
    imageStatus: optional(string({ oneOf: ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY'] })),
  }),
);

/** What ECR Public's model does not have, and so ignores. */
const NO_FILTER: typeof imageFilter = { parse: () => undefined };

export const describeRepositories = (rules: ServiceRules) =>
  structure({
    registryId: optional(ACCOUNT_ID),
    repositoryNames: optional(list(repositoryName(rules), { min: 1, max: 100 })),
    nextToken: optional(string()),
    maxResults: MAX_RESULTS,
  });

export const createPrivateRepository = (rules: ServiceRules) =>
  structure({
    ...target(rules),
    tags: optional(resourceTags(rules)),
    imageTagMutability: optional(
      string({
        oneOf: ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'],
      }),
    ),
    imageTagMutabilityExclusionFilters: optional(
      list(
        structure({
          filterType: string({ oneOf: ['WILDCARD'] }),
          filter: string({ min: 1, max: 128, pattern: /^[0-9a-zA-Z._*-]{1,128}$/ }),
        }),
        { min: 1, max: 5 },
      ),
    ),
    imageScanningConfiguration: optional(structure({ scanOnPush: optional(boolean()) })),
    encryptionConfiguration: optional(
      structure({
        encryptionType: string({ oneOf: ['AES256', 'KMS', 'KMS_DSSE'] }),
        kmsKey: optional(string({ min: 1, max: 2048 })),
      }),
    ),
  });

const shortTexts = optional(list(string({ min: 1, max: 50 }), { max: 50 }));
const catalogData = structure({
  description: optional(string({ max: 1024 })),
  architectures: shortTexts,
  operatingSystems: shortTexts,
  logoImageBlob: optional(blob({ max: 512_000 })),
  aboutText: optional(string({ max: 25_600 })),
  usageText: optional(string({ max: 25_600 })),
});
export type CatalogDataInput = ValueOf<typeof catalogData>;

export const createPublicRepository = (rules: ServiceRules) =>
  structure({
    repositoryName: repositoryName(rules),
    catalogData: optional(catalogData),
    tags: optional(resourceTags(rules)),
  });

export const putRepositoryCatalogData = (rules: ServiceRules) =>
  structure({ ...target(rules), catalogData });

export const deleteRepository = (rules: ServiceRules) =>
  structure({ ...target(rules), force: optional(boolean()) });

export const putLifecyclePolicy = (rules: ServiceRules) =>
  structure({ ...target(rules), lifecyclePolicyText: string({ min: 100, max: 30_720 }) });

export const setRepositoryPolicy = (rules: ServiceRules) =>
  structure({
    ...target(rules),
    policyText: string({ max: 10_240 }),
    force: optional(boolean()),
  });

export const tagResource = (rules: ServiceRules) =>
  structure({ resourceArn: resourceArn(rules), tags: resourceTags(rules) });

export const listTagsForResource = (rules: ServiceRules) =>
  structure({ resourceArn: resourceArn(rules) });

export const describeRegistries = () =>
  structure({ nextToken: optional(string()), maxResults: MAX_RESULTS });
