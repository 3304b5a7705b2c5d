import type {
  BatchCheckLayerAvailabilityResponse,
  PutImageResponse,
  Repository,
} from '@aws-sdk/client-ecr';
import type { Digest } from '../oci/digest.ts';
import { attemptsOf, causeOf, errorName, explain } from './calls/exceptions.ts';
import { availableIn, batches, type NamedImage, type PutInput } from './images.ts';
import { layerCalls, type LayerRequests } from './layer-calls.ts';
import { Identity } from './identity.ts';
import { LookUps } from './look-ups.ts';
import type { RepositoryId, RepositoryReference } from './names/reference.ts';
import { OtherJobs, type WatchedLayer, watchedUntilComplete } from './other-jobs.ts';
import { policiesIn, type Policy, setEach } from './policies.ts';
import { putImage } from './put-image.ts';
import type {
  ImageId,
  ImagePut,
  LayerOutcome,
  LayerUpload,
  PolicyName,
  PutOutcome,
  Registry,
} from './registry.ts';
import type { RepositorySettings } from './repository-settings.ts';
import type { Counts, Resources } from './resources.ts';
import { isImmutableTag, type TagMutability } from './tag-mutability.ts';
import type { LayerLines } from './upload/lines.ts';
import { uploadLayer } from './upload/upload-layer.ts';

/** What private ECR and ECR Public share. The adapters make the requests, in the SDK's types. */
export abstract class EcrRegistry implements Registry {
  readonly id: RepositoryId;
  readonly #identity: Identity;
  readonly #resources: Resources;
  readonly #otherJobs: OtherJobs;
  readonly #lookUps = new LookUps({ learn: (answer) => this.#identity.learn(answer) });

  constructor(repository: RepositoryReference, resources: Resources) {
    this.id = { registryId: repository.registryId, repositoryName: repository.name };
    this.#identity = new Identity(repository, resources.debug);
    this.#resources = resources;
    const { lookTimes: times, debug } = resources;
    this.#otherJobs = new OtherJobs((...asked) => this.availableLayers(...asked), { times, debug });
  }

  protected abstract readonly layerRequests: LayerRequests;
  protected abstract checkLayers(
    layerDigests: string[],
    signal: AbortSignal,
  ): Promise<BatchCheckLayerAvailabilityResponse>;
  protected abstract put(input: PutInput, signal: AbortSignal): Promise<PutImageResponse>;
  /** Images that do not exist are left out. `likely`: most are there; undefined if that cannot be told. */
  protected abstract lookUp(
    ids: readonly ImageId[],
    signal: AbortSignal,
    expected?: 'likely',
  ): Promise<NamedImage[] | undefined>;
  protected abstract readonly lookUpCall: 'BatchGetImage' | 'DescribeImages';
  protected abstract describe(signal: AbortSignal): Promise<Repository | undefined>;
  protected abstract tagMutability(signal: AbortSignal): Promise<TagMutability | undefined>;
  protected abstract create(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<Repository | undefined>;
  protected abstract holdsImages(signal: AbortSignal): Promise<boolean>;
  protected abstract hasPolicy(policy: Policy, signal: AbortSignal): Promise<boolean>;
  protected abstract setPolicy(policy: Policy, signal: AbortSignal): Promise<unknown>;
  /** The account of the credentials. */
  protected abstract account(signal: AbortSignal): Promise<string | undefined>;

  get repository(): RepositoryReference {
    return this.#identity.repository;
  }

  get traffic(): Readonly<Counts> {
    return this.#resources.counts;
  }

  async identify(signal: AbortSignal, held?: Digest): Promise<RepositoryReference> {
    if (this.#identity.isComplete) return this.repository;
    const ids = held === undefined ? [] : [{ digest: held }];
    await this.#identity.complete(
      { call: 'DescribeRepositories', ask: () => this.describe(signal) },
      ...ids.map((id) => ({
        call: this.lookUpCall,
        ask: async () => (await this.lookUp([id], signal))?.[0],
      })),
      { call: 'GetCallerIdentity', ask: async () => ({ registryId: await this.account(signal) }) },
    );
    return this.repository;
  }

  async availableLayers(
    digests: readonly Digest[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<Digest>> {
    const answers = await this.#explained('BatchCheckLayerAvailability', signal, () =>
      Promise.all(batches(digests).map((batch) => this.checkLayers(batch, signal))),
    );
    return new Set(answers.flatMap(availableIn));
  }

  async uploadLayer(upload: LayerUpload, signal: AbortSignal): Promise<LayerOutcome> {
    const { size, digest } = upload.layer;
    const urgency = upload.isUrgent === true ? Infinity : size;
    const { layers, lines } = this.#resources;
    using watched = this.#otherJobs.watch(digest);
    const room = await layers.acquire(1, signal, urgency);
    try {
      using line = await lines.open(size, signal, urgency);
      if (await watched.isCompleted(signal)) return { kind: 'completed-elsewhere', bytesOnWire: 0 };
      return await this.#upload(upload, line, watched, signal);
    } finally {
      room.release();
    }
  }

  async #upload(
    upload: LayerUpload,
    lines: LayerLines,
    watched: WatchedLayer,
    signal: AbortSignal,
  ): Promise<LayerOutcome> {
    const { parts, lines: run, sizes, attempts, counts, debug } = this.#resources;
    upload.onStart?.();
    parts.expect(upload.layer.size);
    const either = AbortSignal.any([signal, watched.completed]);
    const requests = watchedUntilComplete(this.layerRequests, watched);
    const calls = layerCalls(requests, parts, {
      digest: upload.layer.digest,
      isAvailable: async (digest) => (await this.availableLayers([digest], signal)).has(digest),
      learn: (answer) => this.#identity.learn(answer),
      onBytes: (bytes) => void (counts.bytesOnWire += bytes),
      explain: (call, error) => this.#explain(call, error, either),
    });
    try {
      return await uploadLayer(upload, calls, { sizes, attempts, run, lines, debug }, either);
    } catch (error) {
      if (signal.aborted || !watched.completed.aborted) throw error;
      return { kind: 'completed-elsewhere', bytesOnWire: calls.bytesOnWire };
    }
  }

  async putImage(image: ImagePut, signal: AbortSignal): Promise<PutOutcome> {
    const calls = {
      put: (input: PutInput) => this.put(input, signal),
      find: (ids: readonly ImageId[], soon: AbortSignal) => this.findImages(ids, soon),
      learn: (answer: unknown) => this.#identity.learn(answer),
      explain: (error: unknown) => this.#explain('PutImage', error, signal),
      // ECR Public's API model requires a tag, but may be out of date: untagged is tried first.
      mayNeedTag: this.repository.type === 'public',
    };
    return putImage(image, calls, signal);
  }

  findImages(ids: readonly ImageId[], signal: AbortSignal) {
    return this.#explained(this.lookUpCall, signal, () =>
      this.#lookUps.images(ids, (batch) => this.lookUp(batch, signal)),
    );
  }

  findManifests(digests: readonly Digest[], signal: AbortSignal) {
    return this.#explained(this.lookUpCall, signal, () =>
      this.#lookUps.manifests(digests, (batch) => this.lookUp(batch, signal, 'likely')),
    );
  }

  /** Only avoids a pointless upload, so errors are ignored: PutImage has the final say. */
  async immutableTags(
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    return this.#callIfPossible('DescribeRepositories', signal, async () => {
      const mutability = (await this.tagMutability(signal)) ?? {};
      this.#identity.learn(mutability);
      return tags.filter((tag) => isImmutableTag(tag, mutability));
    });
  }

  async createRepository(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<'created' | 'exists'> {
    try {
      this.#identity.learn(await this.create(settings, signal));
      return 'created';
    } catch (error) {
      // At a second attempt: the first most likely created it, and its answer was lost.
      if (errorName(error) === 'RepositoryAlreadyExistsException')
        return attemptsOf(error) > 1 ? 'created' : 'exists';
      throw this.#explain('CreateRepository', error, signal);
    }
  }

  async setPolicies(
    names: readonly PolicyName[],
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<void> {
    const policies = policiesIn(settings).filter(({ name }) => names.includes(name));
    await setEach(policies, this.repository, (policy) =>
      this.#explained(policy.call, signal, () => this.setPolicy(policy, signal)),
    );
  }

  async missingPolicies(
    settings: RepositorySettings,
    signal: AbortSignal,
  ): Promise<readonly PolicyName[] | undefined> {
    const policies = policiesIn(settings);
    if (policies.length === 0) return [];
    return this.#callIfPossible('DescribeImages', signal, async () => {
      if (await this.holdsImages(signal)) return [];
      const has = await Promise.all(policies.map((policy) => this.hasPolicy(policy, signal)));
      return policies.filter((_, at) => has[at] === false).map(({ name }) => name);
    });
  }

  /** Undefined if a call that the push can do without fails. */
  async #callIfPossible<T>(
    call: string,
    signal: AbortSignal,
    request: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (signal.aborted) throw this.#explain(call, error, signal);
      this.#resources.debug(`${call}: ${causeOf(error)}`);
      return undefined;
    }
  }

  async #explained<T>(call: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.#explain(call, error, signal);
    }
  }

  /** After an abort, reports its reason rather than the calls that it interrupted. */
  #explain(call: string, error: unknown, signal: AbortSignal): Error {
    if (signal.aborted && signal.reason instanceof Error) return signal.reason;
    return explain(error, { call, repository: this.repository });
  }
}
