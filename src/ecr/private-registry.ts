import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  InitiateLayerUploadCommand,
  LifecyclePolicyNotFoundException,
  PutImageCommand,
  PutLifecyclePolicyCommand,
  type Repository,
  RepositoryPolicyNotFoundException,
  SetRepositoryPolicyCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { INDEX_MEDIA_TYPES, MANIFEST_MEDIA_TYPES } from '../oci/media-types.ts';
import { accountOf } from './calls/account.ts';
import { EcrRegistry } from './ecr-registry.ts';
import type { Resources } from './resources.ts';
import { type NamedImage, type PutInput, toIdentifier } from './images.ts';
import type { LayerRequests } from './layer-calls.ts';
import type { RepositoryReference } from './names/reference.ts';
import type { Policy } from './policies.ts';
import type { ImageId } from './registry.ts';
import type { RepositorySettings } from './repository-settings.ts';

/** One repository of private ECR. */
export class PrivateRegistry extends EcrRegistry {
  protected override readonly lookUpCall = 'BatchGetImage';
  protected override readonly layerRequests: LayerRequests;
  readonly #client: ECRClient;

  constructor(client: ECRClient, repository: RepositoryReference, resources: Resources) {
    super(repository, resources);
    const { id } = this;
    this.#client = client;
    this.layerRequests = {
      id,
      initiate: (abortSignal, details) => {
        const options = { abortSignal, details };
        return client.send(new InitiateLayerUploadCommand(id), options);
      },
      sendPart: (input, plug, options) => {
        const command = new UploadLayerPartCommand(input);
        plug(command.middlewareStack);
        return client.send(command, options);
      },
      complete: (input, options) =>
        client.send(new CompleteLayerUploadCommand({ ...id, ...input }), options),
    };
  }

  protected override checkLayers(layerDigests: string[], abortSignal: AbortSignal) {
    const command = new BatchCheckLayerAvailabilityCommand({ ...this.id, layerDigests });
    return this.#client.send(command, { abortSignal });
  }

  protected override put(input: PutInput, abortSignal: AbortSignal) {
    return this.#client.send(new PutImageCommand({ ...this.id, ...input }), { abortSignal });
  }

  protected override async lookUp(
    ids: readonly ImageId[],
    abortSignal: AbortSignal,
  ): Promise<NamedImage[]> {
    const command = new BatchGetImageCommand({
      ...this.id,
      imageIds: ids.map(toIdentifier),
      // Without these, ECR may convert a manifest that is looked up by tag, and name another digest.
      acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES, ...INDEX_MEDIA_TYPES],
    });
    const { images = [] } = await this.#client.send(command, { abortSignal });
    return images.map(({ imageId, registryId, imageManifest, imageManifestMediaType }) => ({
      ...{ ...imageId, registryId },
      ...{ manifest: imageManifest, mediaType: imageManifestMediaType },
    }));
  }

  protected override async describe(abortSignal: AbortSignal): Promise<Repository | undefined> {
    const { registryId, repositoryName } = this.id;
    const command = new DescribeRepositoriesCommand({
      registryId,
      repositoryNames: [repositoryName],
    });
    return (await this.#client.send(command, { abortSignal })).repositories?.[0];
  }

  protected override tagMutability(signal: AbortSignal): Promise<Repository | undefined> {
    return this.describe(signal);
  }

  protected override async create(
    settings: RepositorySettings,
    abortSignal: AbortSignal,
  ): Promise<Repository | undefined> {
    const { imageTagMutability, mutabilityExclusions, scanOnPush, encryptionType, kmsKey, tags } =
      settings;
    const command = new CreateRepositoryCommand({
      ...this.id,
      tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      imageTagMutability,
      imageTagMutabilityExclusionFilters: mutabilityExclusions?.map((filter) => ({
        filterType: 'WILDCARD',
        filter,
      })),
      imageScanningConfiguration: scanOnPush === undefined ? undefined : { scanOnPush },
      encryptionConfiguration:
        encryptionType === undefined ? undefined : { encryptionType, kmsKey },
    });
    return (await this.#client.send(command, { abortSignal })).repository;
  }

  protected override async holdsImages(abortSignal: AbortSignal): Promise<boolean> {
    const command = new DescribeImagesCommand({ ...this.id, maxResults: 1 });
    const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
    return imageDetails.length > 0;
  }

  protected override async hasPolicy({ name }: Policy, abortSignal: AbortSignal): Promise<boolean> {
    try {
      await (name === 'lifecycle-policy'
        ? this.#client.send(new GetLifecyclePolicyCommand(this.id), { abortSignal })
        : this.#client.send(new GetRepositoryPolicyCommand(this.id), { abortSignal }));
      return true;
    } catch (error) {
      const isMissing =
        error instanceof LifecyclePolicyNotFoundException ||
        error instanceof RepositoryPolicyNotFoundException;
      if (isMissing) return false;
      throw error;
    }
  }

  protected override setPolicy({ name, text }: Policy, abortSignal: AbortSignal): Promise<unknown> {
    const lifecycle = { ...this.id, lifecyclePolicyText: text };
    return name === 'lifecycle-policy'
      ? this.#client.send(new PutLifecyclePolicyCommand(lifecycle), { abortSignal })
      : this.#client.send(new SetRepositoryPolicyCommand({ ...this.id, policyText: text }), {
          abortSignal,
        });
  }

  protected override account(signal: AbortSignal): Promise<string | undefined> {
    return accountOf(this.#client.config, signal);
  }
}
