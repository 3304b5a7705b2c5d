import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRPUBLICClient,
  GetRepositoryPolicyCommand,
  ImageNotFoundException,
  InitiateLayerUploadCommand,
  PutImageCommand,
  type Repository,
  RepositoryPolicyNotFoundException,
  SetRepositoryPolicyCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr-public';
import { accountOf } from './calls/account.ts';
import { EcrRegistry, type Resources } from './ecr-registry.ts';
import { type NamedImage, type PutInput, toIdentifier } from './images.ts';
import type { LayerRequests } from './layer-calls.ts';
import { isAccountId, type RepositoryReference } from './names/reference.ts';
import type { Policy } from './policies.ts';
import type { ImageId } from './registry.ts';
import type { RepositorySettings } from './repository-settings.ts';
import type { TagMutability } from './tag-mutability.ts';

/** One repository of ECR Public. */
export class PublicRegistry extends EcrRegistry {
  protected override readonly lookUpCall = 'DescribeImages';
  protected override readonly layerRequests: LayerRequests;
  readonly #client: ECRPUBLICClient;

  constructor(client: ECRPUBLICClient, repository: RepositoryReference, resources: Resources) {
    super(repository, resources);
    const { id } = this;
    this.#client = client;
    this.layerRequests = {
      id,
      initiate: (abortSignal) => client.send(new InitiateLayerUploadCommand(id), { abortSignal }),
      sendPart: (input, plug, abortSignal) => {
        const command = new UploadLayerPartCommand(input);
        plug(command.middlewareStack);
        return client.send(command, { abortSignal });
      },
      complete: (input, abortSignal) =>
        client.send(new CompleteLayerUploadCommand({ ...id, ...input }), { abortSignal }),
    };
  }

  protected override checkLayers(layerDigests: string[], abortSignal: AbortSignal) {
    const command = new BatchCheckLayerAvailabilityCommand({ ...this.id, layerDigests });
    return this.#client.send(command, { abortSignal });
  }

  protected override put(input: PutInput, abortSignal: AbortSignal) {
    return this.#client.send(new PutImageCommand({ ...this.id, ...input }), { abortSignal });
  }

  /**
   * A call fails as a whole for one image that is not there, so each is asked for on its own; tags come with digests.
   * The calls that push take an alias where those that look take an account id alone. Whose alias it is, is not known,
   * so nothing counts as found, and every manifest is put again: which is a success, too.
   */
  protected override async lookUp(
    ids: readonly ImageId[],
    signal: AbortSignal,
  ): Promise<NamedImage[]> {
    if (this.#isNamedByAlias()) return [];
    const describe = (id: ImageId): Promise<NamedImage[]> => this.#describeImage(id, signal);
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

  /** The image once without a tag, and once for each of its tags. */
  async #describeImage(id: ImageId, abortSignal: AbortSignal): Promise<NamedImage[]> {
    const command = new DescribeImagesCommand({ ...this.id, imageIds: [toIdentifier(id)] });
    try {
      const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
      return imageDetails.flatMap(({ imageDigest, imageTags = [], registryId }) =>
        [undefined, ...imageTags].map((imageTag) => ({ imageDigest, imageTag, registryId })),
      );
    } catch (error) {
      if (error instanceof ImageNotFoundException) return [];
      throw error;
    }
  }

  protected override async describe(abortSignal: AbortSignal): Promise<Repository | undefined> {
    const { registryId, repositoryName } = this.id;
    const command = new DescribeRepositoriesCommand({
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
    const command = new CreateRepositoryCommand({
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

  protected override async holdsImages(abortSignal: AbortSignal): Promise<boolean> {
    const command = new DescribeImagesCommand({ ...this.#ownId(), maxResults: 1 });
    const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
    return imageDetails.length > 0;
  }

  /** Nothing in a public repository expires. */
  protected override async hasPolicy({ name }: Policy, abortSignal: AbortSignal): Promise<boolean> {
    if (name === 'lifecycle-policy') return true;
    try {
      await this.#client.send(new GetRepositoryPolicyCommand(this.#ownId()), { abortSignal });
      return true;
    } catch (error) {
      if (error instanceof RepositoryPolicyNotFoundException) return false;
      throw error;
    }
  }

  protected override async setPolicy(
    { name, text: policyText }: Policy,
    abortSignal: AbortSignal,
  ): Promise<void> {
    if (name === 'lifecycle-policy') return;
    const command = new SetRepositoryPolicyCommand({ ...this.#ownId(), policyText });
    await this.#client.send(command, { abortSignal });
  }

  /** Repositories are created in the own registry alone, and so these are of the own one. */
  #ownId(): { repositoryName: string } {
    return { repositoryName: this.id.repositoryName };
  }

  protected override account(signal: AbortSignal): Promise<string | undefined> {
    return accountOf(this.#client.config, signal);
  }
}
