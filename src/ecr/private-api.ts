import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  ECRClient,
  type ECRClientConfig,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { INDEX_MEDIA_TYPES, MANIFEST_MEDIA_TYPES } from '../oci/media-types.ts';
import type { EcrApi } from './api.ts';

/** Private ECR's calls on one repository, over the AWS SDK. */
export function privateApi(
  client: ECRClient,
  registryId: string | undefined,
  repositoryName: string,
): EcrApi {
  const repository = { registryId, repositoryName };
  return {
    findImagesCall: 'BatchGetImage',
    batchCheckLayerAvailability: (input, abortSignal) =>
      client.send(new BatchCheckLayerAvailabilityCommand({ ...repository, ...input }), {
        abortSignal,
      }),
    initiateLayerUpload: (abortSignal) =>
      client.send(new InitiateLayerUploadCommand(repository), { abortSignal }),
    uploadLayerPart: (input, abortSignal) =>
      client.send(new UploadLayerPartCommand({ ...repository, ...input }), { abortSignal }),
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
    close: () => client.destroy(),
  };
}

export function createPrivateClient(config: ECRClientConfig): ECRClient {
  return new ECRClient(config);
}
