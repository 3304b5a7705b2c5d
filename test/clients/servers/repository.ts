import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  ECRClient,
  ECRServiceException,
  type ImageIdentifier,
  type ImageTagMutability,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { Server } from './server.ts';

interface Manifest {
  readonly manifests?: readonly Entry[];
  readonly config?: Entry;
  readonly layers?: readonly Entry[];
}

interface Entry {
  readonly digest: string;
}

/** One repository of a server, as AWS's SDK sees it. */
export class ServerRepository implements Disposable {
  readonly name: string;
  readonly #client: ECRClient;

  constructor({ env }: Server, name: string) {
    this.name = name;
    this.#client = new ECRClient({
      endpoint: env['AWS_ENDPOINT_URL_ECR'] ?? assert.fail('the server has no address'),
      region: env['AWS_REGION'] ?? '',
      credentials: {
        accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
      maxAttempts: 1,
    });
  }

  async create(imageTagMutability: ImageTagMutability): Promise<void> {
    const input = { repositoryName: this.name, imageTagMutability };
    await this.#client.send(new CreateRepositoryCommand(input));
  }

  /** Fails unless the image is there with all that it leads to, every manifest with the bytes of its digest. */
  async assertWhole(id: ImageIdentifier, digest: string): Promise<void> {
    const { images: [image] = [] } = await this.#client.send(
      new BatchGetImageCommand({ repositoryName: this.name, imageIds: [id] }),
    );
    assert.equal(image?.imageId?.imageDigest, digest, JSON.stringify(id));
    const text = image.imageManifest ?? '';
    assert.equal(`sha256:${createHash('sha256').update(text).digest('hex')}`, digest);
    const { manifests = [], config, layers = [] } = JSON.parse(text) as Manifest;
    for (const child of manifests)
      await this.assertWhole({ imageDigest: child.digest }, child.digest);
    const blobs = config === undefined ? layers : [config, ...layers];
    if (blobs.length > 0) await this.#assertAvailable(blobs.map((blob) => blob.digest));
  }

  async #assertAvailable(layerDigests: string[]): Promise<void> {
    const input = { repositoryName: this.name, layerDigests };
    const { layers = [] } = await this.#client.send(new BatchCheckLayerAvailabilityCommand(input));
    const available = layers
      .filter(({ layerAvailability }) => layerAvailability === 'AVAILABLE')
      .map(({ layerDigest }) => layerDigest);
    assert.deepEqual(new Set(available), new Set(layerDigests));
  }

  /** What is said of a layer. */
  async availability(digest: string): Promise<string> {
    const input = { repositoryName: this.name, layerDigests: [digest] };
    const { layers = [], failures = [] } = await this.#client.send(
      new BatchCheckLayerAvailabilityCommand(input),
    );
    const said = [
      ...layers.map(({ layerAvailability }) => layerAvailability),
      ...failures.map(({ failureCode }) => `failure ${failureCode}`),
    ];
    return said.join(' and ') || 'nothing';
  }

  async initiate(): Promise<string> {
    const input = { repositoryName: this.name };
    const { uploadId } = await this.#client.send(new InitiateLayerUploadCommand(input));
    return uploadId ?? assert.fail('there is no uploadId');
  }

  /** Where the upload stands then, or the error's name. */
  sendPart(uploadId: string, first: number, bytes: Uint8Array): Promise<string> {
    const range = { partFirstByte: first, partLastByte: first + bytes.length - 1 };
    const input = { repositoryName: this.name, uploadId, ...range, layerPartBlob: bytes };
    return answerOf(async () => {
      const { lastByteReceived } = await this.#client.send(new UploadLayerPartCommand(input));
      return `byte ${lastByteReceived}`;
    });
  }

  /** Which layer it is then, or the error's name. */
  complete(uploadId: string, digest: string): Promise<string> {
    const input = { repositoryName: this.name, uploadId, layerDigests: [digest] };
    return answerOf(async () => {
      const { layerDigest } = await this.#client.send(new CompleteLayerUploadCommand(input));
      return layerDigest === digest ? 'done' : 'done, with another digest';
    });
  }

  /** Whether it was put, or the error's name. */
  put(manifest: Uint8Array, mediaType: string, imageTag: string): Promise<string> {
    const input = {
      repositoryName: this.name,
      imageManifest: Buffer.from(manifest).toString(),
      imageManifestMediaType: mediaType,
      imageTag,
    };
    return answerOf(async () => {
      await this.#client.send(new PutImageCommand(input));
      return 'done';
    });
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}

async function answerOf(call: () => Promise<string>): Promise<string> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ECRServiceException)) throw error;
    const told: unknown = Reflect.get(error, 'lastValidByteReceived');
    const position = typeof told === 'number' ? `, byte ${told}` : '';
    return `\`${error.name}\`${position}`;
  }
}
