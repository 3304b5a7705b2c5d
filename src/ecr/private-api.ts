import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  type ECRClientConfig,
  InitiateLayerUploadCommand,
  PutImageCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { INDEX_MEDIA_TYPES, MANIFEST_MEDIA_TYPES } from '../oci/media-types.ts';
import type { EcrApi, RegistryOutput } from './api.ts';
import type { RepositoryId } from './names/repository-id.ts';
import { partRange } from './upload/body.ts';
import type { RepositorySettings } from './repository-settings.ts';
import { sendPreparedPart } from './upload/send.ts';
import type { TagMutability } from './tag-mutability.ts';

/** Private ECR's calls on one repository, over the AWS SDK. */
export function privateApi(client: ECRClient, repository: RepositoryId): EcrApi {
  return {
    repository,
    findImagesCall: 'BatchGetImage',
    batchCheckLayerAvailability: (input, abortSignal) =>
      client.send(new BatchCheckLayerAvailabilityCommand({ ...repository, ...input }), {
        abortSignal,
      }),
    initiateLayerUpload: (abortSignal) =>
      client.send(new InitiateLayerUploadCommand(repository), { abortSignal }),
    uploadLayerPart: (part, abortSignal) =>
      sendPreparedPart(part, (layerPartBlob, plug) => {
        const input = { ...repository, ...partRange(part.part), layerPartBlob };
        const command = new UploadLayerPartCommand(input);
        plug(command.middlewareStack);
        return client.send(command, { abortSignal });
      }),
    completeLayerUpload: (input, abortSignal) =>
      client.send(new CompleteLayerUploadCommand({ ...repository, ...input }), { abortSignal }),
    putImage: (input, abortSignal) =>
      client.send(new PutImageCommand({ ...repository, ...input }), { abortSignal }),
    findImages: async (imageIds, abortSignal) => {
      const { images = [] } = await client.send(
        new BatchGetImageCommand({
          ...repository,
          imageIds: [...imageIds],
          // Without these, ECR may convert a manifest that is looked up by tag, and name another digest.
          acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES, ...INDEX_MEDIA_TYPES],
        }),
        { abortSignal },
      );
      return images.map(({ imageId, registryId: id }) => ({ ...imageId, registryId: id }));
    },
    describeTagMutability: (signal) => describeTagMutability(client, repository, signal),
    createRepository: (settings, signal) => createRepository(client, repository, settings, signal),
    putLifecyclePolicy: (lifecyclePolicyText, abortSignal) =>
      client.send(new PutLifecyclePolicyCommand({ ...repository, lifecyclePolicyText }), {
        abortSignal,
      }),
    setRepositoryPolicy: (policyText, abortSignal) =>
      client.send(new SetRepositoryPolicyCommand({ ...repository, policyText }), { abortSignal }),
    close: () => client.destroy(),
  };
}

async function describeTagMutability(
  client: ECRClient,
  { registryId, repositoryName }: RepositoryId,
  abortSignal: AbortSignal,
): Promise<TagMutability> {
  const { repositories = [] } = await client.send(
    new DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] }),
    { abortSignal },
  );
  return repositories[0] ?? {};
}

async function createRepository(
  client: ECRClient,
  repository: RepositoryId,
  settings: RepositorySettings,
  abortSignal: AbortSignal,
): Promise<RegistryOutput> {
  const { imageTagMutability, mutabilityExclusions, scanOnPush, encryptionType, kmsKey, tags } =
    settings;
  const { repository: created } = await client.send(
    new CreateRepositoryCommand({
      ...repository,
      tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      imageTagMutability,
      imageTagMutabilityExclusionFilters: mutabilityExclusions?.map((filter) => ({
        filterType: 'WILDCARD',
        filter,
      })),
      imageScanningConfiguration: scanOnPush === undefined ? undefined : { scanOnPush },
      encryptionConfiguration:
        encryptionType === undefined ? undefined : { encryptionType, kmsKey },
    }),
    { abortSignal },
  );
  return { registryId: created?.registryId };
}

export function createPrivateClient(config: ECRClientConfig): ECRClient {
  return new ECRClient(config);
}
