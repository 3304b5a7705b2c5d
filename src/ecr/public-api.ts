import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRPUBLICClient,
  type ECRPUBLICClientConfig,
  ImageNotFoundException,
  InitiateLayerUploadCommand,
  PutImageCommand,
  SetRepositoryPolicyCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr-public';
import type { EcrApi, FoundImageOutput, ImageIdentifier, RegistryOutput } from './api.ts';
import type { RepositoryId } from './names/repository-id.ts';
import { partRange } from './upload/body.ts';
import type { RepositorySettings } from './repository-settings.ts';
import { sendPreparedPart } from './upload/send.ts';

/** ECR Public's calls on one repository, over the AWS SDK. */
export function publicApi(client: ECRPUBLICClient, repository: RepositoryId): EcrApi {
  return {
    repository,
    findImagesCall: 'DescribeImages',
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
    findImages: (ids, signal) =>
      isAlias(repository.registryId)
        ? Promise.resolve([])
        : findImages(client, repository, ids, signal),
    // Nothing in a public repository is immutable, and nothing in it expires.
    describeTagMutability: () => Promise.resolve({}),
    putLifecyclePolicy: () => Promise.resolve(),
    createRepository: (settings, signal) => createRepository(client, repository, settings, signal),
    setRepositoryPolicy: (policyText, abortSignal) =>
      client.send(
        new SetRepositoryPolicyCommand({ repositoryName: repository.repositoryName, policyText }),
        { abortSignal },
      ),
    close: () => client.destroy(),
  };
}

/**
 * The calls that push take an alias where those that look take an account id alone. Whose alias it is, is not known, so
 * nothing counts as found, and every manifest is put again: which is a success, too.
 */
function isAlias(registryId: string | undefined): boolean {
  return registryId !== undefined && !/^\d{12}$/.test(registryId);
}

/** A call fails as a whole for one image that is not there, so each is asked for on its own; tags come with digests. */
async function findImages(
  client: ECRPUBLICClient,
  repository: RepositoryId,
  ids: readonly ImageIdentifier[],
  signal: AbortSignal,
): Promise<FoundImageOutput[]> {
  const describe = (id: ImageIdentifier): Promise<FoundImageOutput[]> =>
    describeImage(client, repository, id, signal);
  const byDigest = (
    await Promise.all(ids.filter(({ imageDigest }) => imageDigest !== undefined).map(describe))
  ).flat();
  const seen = new Set(byDigest.map(({ imageTag }) => imageTag));
  const left = ids.filter(({ imageTag }) => imageTag !== undefined && !seen.has(imageTag));
  const byTag = (await Promise.all(left.map(describe))).flat();
  const asked = new Set(ids.map(({ imageTag }) => imageTag));
  return [...byDigest, ...byTag].filter(({ imageTag }) => asked.has(imageTag));
}

/** The image once without a tag, and once for each of its tags. */
async function describeImage(
  client: ECRPUBLICClient,
  repository: RepositoryId,
  imageId: ImageIdentifier,
  abortSignal: AbortSignal,
): Promise<FoundImageOutput[]> {
  try {
    const { imageDetails = [] } = await client.send(
      new DescribeImagesCommand({ ...repository, imageIds: [imageId] }),
      { abortSignal },
    );
    return imageDetails.flatMap(({ imageDigest, imageTags = [], registryId }) =>
      [undefined, ...imageTags].map((imageTag) => ({ imageDigest, imageTag, registryId })),
    );
  } catch (error) {
    if (error instanceof ImageNotFoundException) return [];
    throw error;
  }
}

async function createRepository(
  client: ECRPUBLICClient,
  { repositoryName }: RepositoryId,
  { tags, catalogData }: RepositorySettings,
  abortSignal: AbortSignal,
): Promise<RegistryOutput> {
  const { repository } = await client.send(
    new CreateRepositoryCommand({
      repositoryName,
      tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      catalogData: catalogData && {
        ...catalogData,
        architectures: catalogData.architectures && [...catalogData.architectures],
        operatingSystems: catalogData.operatingSystems && [...catalogData.operatingSystems],
      },
    }),
    { abortSignal },
  );
  return { registryId: repository?.registryId };
}

export function createPublicClient(config: ECRPUBLICClientConfig): ECRPUBLICClient {
  return new ECRPUBLICClient(config);
}
