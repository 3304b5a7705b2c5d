import { PushError } from '../errors.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import type {
  BatchCheckLayerAvailabilityOutput,
  EcrApi,
  FoundImageOutput,
  ImageIdentifier,
  PutImageInput,
} from './api.ts';
import { errorName, explain } from './calls/exceptions.ts';
import type { EncodedPart } from './upload/encoded-part.ts';
import { type PartEngine, SHARED_PARTS } from './upload/take-part.ts';
import type { RepositoryReference } from './names/reference.ts';
import type { RepositorySettings } from './repository-settings.ts';
import { isImmutableTag } from './tag-mutability.ts';
import type {
  CompleteOutcome,
  FoundImage,
  ImageId,
  ImagePut,
  LayerPart,
  LayerUpload,
  PartOutcome,
  PartSource,
  PreparedPart,
  PutOutcome,
  Registry,
} from './registry.ts';

/** BatchCheckLayerAvailability and BatchGetImage take at most this many. */
export const MAX_DIGESTS_PER_CALL = 100;

/** The `Registry` that both ECRs are: calls turned into outcomes, and every other error explained. */
export class ApiRegistry implements Registry {
  readonly maxParts: number;
  readonly #api: EcrApi;
  readonly #parts: PartEngine;
  #repository: RepositoryReference;

  constructor(
    api: EcrApi,
    repository: RepositoryReference,
    maxParts: number,
    parts: PartEngine = SHARED_PARTS,
  ) {
    this.#parts = parts;
    this.#api = api;
    this.#repository = repository;
    this.maxParts = maxParts;
  }

  get repository(): RepositoryReference {
    return this.#repository;
  }

  async availableLayers(
    digests: readonly Digest[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<Digest>> {
    const answers = await Promise.all(
      batches(digests, MAX_DIGESTS_PER_CALL).map((batch) => this.#checkLayers(batch, signal)),
    );
    return new Set(answers.flat());
  }

  async #checkLayers(digests: readonly Digest[], signal: AbortSignal): Promise<Digest[]> {
    const call = 'BatchCheckLayerAvailability';
    try {
      const output = await this.#api.batchCheckLayerAvailability(
        { layerDigests: [...digests] },
        signal,
      );
      return this.#readAvailability(output);
    } catch (error) {
      throw this.#explain(call, error, signal);
    }
  }

  /** Present is AVAILABLE and nothing else; a failure is an absent layer, unless ECR calls the digest invalid. */
  #readAvailability({ layers = [], failures = [] }: BatchCheckLayerAvailabilityOutput): Digest[] {
    const invalid = failures.find(({ failureCode }) => failureCode === 'InvalidLayerDigest');
    if (invalid !== undefined) {
      throw new PushError(
        'INVALID_MANIFEST',
        `ECR refused the digest ${invalid.layerDigest ?? ''}: ${invalid.failureReason ?? ''}`,
        { hint: 'Open an issue with the log.' },
      );
    }
    return layers
      .filter(({ layerAvailability }) => layerAvailability === 'AVAILABLE')
      .map(({ layerDigest = '' }) => layerDigest)
      .filter(isDigest);
  }

  async initiateUpload(size: number, signal: AbortSignal): Promise<LayerUpload> {
    const call = 'InitiateLayerUpload';
    this.#parts.expect(size);
    try {
      const { uploadId, partSize } = await this.#api.initiateLayerUpload(signal);
      if (uploadId === undefined || partSize === undefined) throw incomplete(call);
      return { uploadId, partSize };
    } catch (error) {
      throw this.#explain(call, error, signal);
    }
  }

  async preparePart(
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<PreparedPart> {
    return this.#toUpload(await this.#parts.prepare(this.#api.repository, part, source, signal));
  }

  preparePartAhead(
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<PreparedPart> | undefined {
    const encoded = this.#parts.prepareAhead(this.#api.repository, part, source, signal);
    return encoded?.then((ready) => this.#toUpload(ready));
  }

  #toUpload(encoded: EncodedPart): PreparedPart {
    return {
      part: encoded.part,
      upload: (signal) => this.#uploadPart(encoded, signal),
      discard: () => encoded.end(),
    };
  }

  async #uploadPart(part: EncodedPart, signal: AbortSignal): Promise<PartOutcome> {
    const call = 'UploadLayerPart';
    try {
      const { lastByteReceived } = await this.#api.uploadLayerPart(part, signal);
      if (lastByteReceived === undefined) throw incomplete(call);
      return { kind: 'received', lastByteReceived };
    } catch (error) {
      switch (errorName(error)) {
        case 'InvalidLayerPartException':
          return {
            kind: 'not-consecutive',
            lastValidByteReceived: numberProperty(error, 'lastValidByteReceived'),
          };
        case 'UploadNotFoundException':
          return { kind: 'upload-not-found' };
        default:
          throw this.#explain(call, error, signal);
      }
    } finally {
      part.end();
    }
  }

  async completeUpload(
    uploadId: string,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<CompleteOutcome> {
    const call = 'CompleteLayerUpload';
    try {
      const { layerDigest } = await this.#api.completeLayerUpload(
        { uploadId, layerDigests: [digest] },
        signal,
      );
      return layerDigest === digest ? 'completed' : 'digest-mismatch';
    } catch (error) {
      switch (errorName(error)) {
        case 'LayerAlreadyExistsException':
          return 'already-exists';
        case 'InvalidLayerException':
          return 'digest-mismatch';
        case 'UploadNotFoundException':
          return 'upload-not-found';
        default:
          throw this.#explain(call, error, signal);
      }
    }
  }

  async putImage(image: ImagePut, signal: AbortSignal): Promise<PutOutcome> {
    const call = 'PutImage';
    try {
      const { image: put } = await this.#api.putImage(toPutImageInput(image), signal);
      this.#learn(put?.registryId);
      return { kind: 'put' };
    } catch (error) {
      if (!(error instanceof Error)) throw this.#explain(call, error, signal);
      switch (errorName(error)) {
        case 'ImageAlreadyExistsException':
          return { kind: 'already-exists' };
        case 'LayersNotFoundException':
          return { kind: 'layers-not-found', cause: this.#explain(call, error, signal) };
        case 'ReferencedImagesNotFoundException':
          return { kind: 'referenced-images-not-found', cause: this.#explain(call, error, signal) };
        case 'ImageTagAlreadyExistsException':
          return { kind: 'tag-is-immutable', cause: this.#explain(call, error, signal) };
        case 'InvalidParameterException':
          if (this.#mayNeedTag(image))
            return { kind: 'tag-required', cause: this.#explain(call, error, signal) };
          throw this.#explain(call, error, signal);
        default:
          throw this.#explain(call, error, signal);
      }
    }
  }

  async findImages(
    ids: readonly ImageId[],
    signal: AbortSignal,
  ): Promise<readonly FoundImage[] | undefined> {
    try {
      const answers = await Promise.all(
        batches(ids, MAX_DIGESTS_PER_CALL).map((batch) =>
          this.#api.findImages(batch.map(toIdentifier), signal),
        ),
      );
      return answers.flat().flatMap((image) => this.#readImage(image));
    } catch (error) {
      if (mayNotAsk(error)) return undefined;
      throw this.#explain(this.#api.findImagesCall, error, signal);
    }
  }

  #readImage({ imageDigest = '', imageTag, registryId }: FoundImageOutput): FoundImage[] {
    this.#learn(registryId);
    if (!isDigest(imageDigest)) return [];
    return [{ digest: imageDigest, ...(imageTag === undefined ? {} : { tag: imageTag }) }];
  }

  /** Only spares an upload in vain: whatever hinders it, ECR's own answer to PutImage comes after. */
  async immutableTags(
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    try {
      const settings = await this.#api.describeTagMutability(signal);
      return tags.filter((tag) => isImmutableTag(tag, settings));
    } catch (error) {
      if (!signal.aborted) return undefined;
      throw this.#explain('DescribeRepositories', error, signal);
    }
  }

  /** An existing repository is left as it is, also one that another job has just created. */
  async createRepository(settings: RepositorySettings, signal: AbortSignal): Promise<void> {
    const { lifecyclePolicyText, policyText } = settings;
    let call = 'CreateRepository';
    try {
      const { registryId } = await this.#api.createRepository(settings, signal);
      this.#learn(registryId);
      call = 'PutLifecyclePolicy';
      if (lifecyclePolicyText !== undefined)
        await this.#api.putLifecyclePolicy(lifecyclePolicyText, signal);
      call = 'SetRepositoryPolicy';
      if (policyText !== undefined) await this.#api.setRepositoryPolicy(policyText, signal);
    } catch (error) {
      if (errorName(error) !== 'RepositoryAlreadyExistsException')
        throw this.#explain(call, error, signal);
    }
  }

  close(): void {
    this.#api.close();
  }

  /** ECR Public's model says that an image needs a tag, which may be stale: untagged is tried first. */
  #mayNeedTag({ tag }: ImagePut): boolean {
    return this.#repository.type === 'public' && tag === undefined;
  }

  /** What the user named stays: answers tell the account, also where that was an alias. */
  #learn(registryId: string | undefined): void {
    if (registryId === undefined || this.#repository.registryId !== undefined) return;
    this.#repository = { ...this.#repository, registryId };
  }

  /** After an abort, its reason is the news, and not the calls that it broke off. */
  #explain(call: string, error: unknown, signal: AbortSignal): Error {
    if (signal.aborted && signal.reason instanceof Error) return signal.reason;
    return explain(error, { call, repository: this.#repository });
  }
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** A look that the push can do without is not allowed, or this endpoint does not offer it. */
function mayNotAsk(error: unknown): boolean {
  return [
    'AccessDeniedException',
    'UnknownOperationException',
    'UnsupportedCommandException',
  ].includes(errorName(error));
}

function toIdentifier(id: ImageId): ImageIdentifier {
  return 'digest' in id ? { imageDigest: id.digest } : { imageTag: id.tag };
}

/** The manifest goes as text, of which parsing has made sure that it is the same bytes again in UTF-8. */
function toPutImageInput({ bytes, mediaType, digest, tag }: ImagePut): PutImageInput {
  return {
    imageManifest: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    imageManifestMediaType: mediaType,
    imageDigest: digest,
    imageTag: tag,
  };
}

function numberProperty(error: unknown, name: string): number | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === 'number' ? value : undefined;
}

function incomplete(call: string): Error {
  return new Error(`the answer to ${call} lacks what its documentation promises`);
}
