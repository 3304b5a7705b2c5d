import type { ECRPUBLICClient, Repository } from '@aws-sdk/client-ecr-public';
import { accountOf } from './calls/account.ts';
import type { PublicClient, PublicSdk } from './calls/clients.ts';
import { EcrRegistry } from './ecr-registry.ts';
import type { Resources } from './resources.ts';
import { type NamedImage, type PutInput, toIdentifier } from './images.ts';
import type { LayerRequests } from './layer-calls.ts';
import { isAccountId } from './names/check.ts';
import type { RepositoryReference } from './names/reference.ts';
import type { Policy } from './policies.ts';
import type { ImageId } from './registry.ts';
import type { RepositorySettings } from './repository-settings.ts';
import type { TagMutability } from './tag-mutability.ts';

/** One repository of ECR Public. */
export class PublicRegistry extends EcrRegistry {
  protected override readonly lookUpCall = 'DescribeImages';
  protected override readonly layerRequests: LayerRequests;
  readonly #sdk: PublicSdk;
  readonly #client: ECRPUBLICClient;

  /** `sdk`: the package, which is loaded only when it is used. */
  constructor(
    { sdk, client }: PublicClient,
    repository: RepositoryReference,
    resources: Resources,
  ) {
    super(repository, resources);
    const { id } = this;
    this.#sdk = sdk;
    this.#client = client;
    this.layerRequests = {
      id,
      initiate: (abortSignal, details) => {
        const options = { abortSignal, details };
        return client.send(new sdk.InitiateLayerUploadCommand(id), options);
      },
      sendPart: (input, plug, options) => {
        const command = new sdk.UploadLayerPartCommand(input);
        plug(command.middlewareStack);
        return client.send(command, options);
      },
      complete: (input, options) =>
        client.send(new sdk.CompleteLayerUploadCommand({ ...id, ...input }), options),
    };
  }

  protected override checkLayers(layerDigests: string[], abortSignal: AbortSignal) {
    const command = new this.#sdk.BatchCheckLayerAvailabilityCommand({ ...this.id, layerDigests });
    return this.#client.send(command, { abortSignal });
  }

  protected override put(input: PutInput, abortSignal: AbortSignal) {
    return this.#client.send(new this.#sdk.PutImageCommand({ ...this.id, ...input }), {
      abortSignal,
    });
  }

  /**
   * One missing image fails the whole call, so each image is looked up separately; digests bring their tags along.
   * Push calls accept an alias, but look-ups need an account id. With an alias, whose account is unknown, nothing
   * counts as found and every manifest is put again, which also succeeds.
   */
  protected override async lookUp(
    ids: readonly ImageId[],
    signal: AbortSignal,
    expected?: 'likely',
  ): Promise<NamedImage[] | undefined> {
    if (this.#isNamedByAlias()) return expected === 'likely' ? undefined : [];
    if (expected === 'likely') {
      const found = await this.#describeImages(ids, signal);
      const images = found.filter(({ imageTag }) => imageTag === undefined);
      if (images.length >= ids.length || ids.length === 1) return images;
    }
    const describe = (id: ImageId): Promise<NamedImage[]> => this.#describeImages([id], signal);
    const byDigest = (await Promise.all(ids.filter((id) => 'digest' in id).map(describe))).flat();
    const seen = new Set(byDigest.map(({ imageTag }) => imageTag));
    const left = ids.filter((id) => 'tag' in id && !seen.has(id.tag));
    const byTag = (await Promise.all(left.map(describe))).flat();
    const asked = new Set(ids.map((id) => ('tag' in id ? id.tag : undefined)));
    return [...byDigest, ...byTag].filter(({ imageTag }) => asked.has(imageTag));
  }

  #isNamedByAlias(): boolean {
    const { registryId } = this.id;
    return registryId !== undefined && !isAccountId(registryId);
  }

  /** Each image once without a tag, and once for each of its tags; none if one of them is missing. */
  async #describeImages(ids: readonly ImageId[], abortSignal: AbortSignal): Promise<NamedImage[]> {
    const imageIds = ids.map(toIdentifier);
    const command = new this.#sdk.DescribeImagesCommand({ ...this.id, imageIds });
    try {
      const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
      return imageDetails.flatMap(
        ({ imageDigest, imageTags = [], registryId, imageManifestMediaType: mediaType }) =>
          [undefined, ...imageTags].map((imageTag) => ({
            ...{ imageDigest, imageTag, registryId, mediaType },
          })),
      );
    } catch (error) {
      if (error instanceof this.#sdk.ImageNotFoundException) return [];
      throw error;
    }
  }

  protected override async describe(abortSignal: AbortSignal): Promise<Repository | undefined> {
    const { registryId, repositoryName } = this.id;
    const command = new this.#sdk.DescribeRepositoriesCommand({
      registryId,
      repositoryNames: [repositoryName],
    });
    return (await this.#client.send(command, { abortSignal })).repositories?.[0];
  }

  /** Nothing in a public repository is immutable. */
  protected override tagMutability(): Promise<TagMutability> {
    return Promise.resolve({});
  }

  protected override async create(
    { tags, catalogData }: RepositorySettings,
    abortSignal: AbortSignal,
  ): Promise<Repository | undefined> {
    const command = new this.#sdk.CreateRepositoryCommand({
      repositoryName: this.id.repositoryName,
      tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      catalogData: catalogData && {
        ...catalogData,
        architectures: catalogData.architectures && [...catalogData.architectures],
        operatingSystems: catalogData.operatingSystems && [...catalogData.operatingSystems],
      },
    });
    return (await this.#client.send(command, { abortSignal })).repository;
  }

  /** A repository named by an alias or an account may be someone else's: its policies are not ours to set. */
  protected override async holdsImages(abortSignal: AbortSignal): Promise<boolean> {
    if (this.id.registryId !== undefined) return true;
    const command = new this.#sdk.DescribeImagesCommand({ ...this.#ownId(), maxResults: 1 });
    const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
    return imageDetails.length > 0;
  }

  /** Nothing in a public repository expires. */
  protected override async hasPolicy({ name }: Policy, abortSignal: AbortSignal): Promise<boolean> {
    if (name === 'lifecycle-policy') return true;
    try {
      await this.#client.send(new this.#sdk.GetRepositoryPolicyCommand(this.#ownId()), {
        abortSignal,
      });
      return true;
    } catch (error) {
      if (error instanceof this.#sdk.RepositoryPolicyNotFoundException) return false;
      throw error;
    }
  }

  protected override async setPolicy(
    { name, text: policyText }: Policy,
    abortSignal: AbortSignal,
  ): Promise<void> {
    if (name === 'lifecycle-policy') return;
    const command = new this.#sdk.SetRepositoryPolicyCommand({ ...this.#ownId(), policyText });
    await this.#client.send(command, { abortSignal });
  }

  /** Without a registry id: repositories can be created only in the caller's own registry. */
  #ownId(): { repositoryName: string } {
    return { repositoryName: this.id.repositoryName };
  }

  protected override account(signal: AbortSignal): Promise<string | undefined> {
    return accountOf(this.#client.config, signal);
  }
}
