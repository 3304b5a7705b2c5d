import { createHash, randomBytes } from 'node:crypto';
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { errorName } from '../../src/ecr/calls/exceptions.ts';
import { OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts';

export const MiB = 1024 * 1024;

/** Calls to one repository, and what they left there. Whatever is refused throws the SDK's error. */
export class Probe {
  readonly client: ECRClient;
  readonly repositoryName: string;
  readonly #images: { readonly repositoryName: string; readonly imageDigest: string }[] = [];
  readonly #repositories: string[] = [];

  constructor(client: ECRClient, repositoryName: string) {
    this.client = client;
    this.repositoryName = repositoryName;
  }

  async mutability(): Promise<string | undefined> {
    const command = new DescribeRepositoriesCommand({ repositoryNames: [this.repositoryName] });
    return (await this.client.send(command)).repositories?.[0]?.imageTagMutability;
  }

  /** What is said of a layer: its availability, the code of a failure, or nothing. */
  async availability(digest: string): Promise<string> {
    const { layers = [], failures = [] } = await this.client.send(
      new BatchCheckLayerAvailabilityCommand({ ...this.#id, layerDigests: [digest] }),
    );
    return layers[0]?.layerAvailability ?? failures[0]?.failureCode ?? 'omitted';
  }

  async initiate(repositoryName = this.repositoryName): Promise<string> {
    const { uploadId = '' } = await this.client.send(
      new InitiateLayerUploadCommand({ repositoryName }),
    );
    return uploadId;
  }

  async sendPart(uploadId: string, first: number, bytes: Uint8Array): Promise<void> {
    const range = { partFirstByte: first, partLastByte: first + bytes.length - 1 };
    const input = { ...this.#id, uploadId, ...range, layerPartBlob: bytes };
    await this.client.send(new UploadLayerPartCommand(input));
  }

  async complete(uploadId: string, digest: string): Promise<void> {
    const input = { ...this.#id, uploadId, layerDigests: [digest] };
    await this.client.send(new CompleteLayerUploadCommand(input));
  }

  /** Uploads bytes as one layer of one part. */
  async upload(bytes: Uint8Array): Promise<string> {
    const uploadId = await this.initiate();
    await this.sendPart(uploadId, 0, bytes);
    await this.complete(uploadId, digestOf(bytes));
    return uploadId;
  }

  /** Puts a manifest, which is deleted at the end. */
  async put(manifest: Manifest, tag?: string): Promise<void> {
    const { digest: imageDigest, text: imageManifest, mediaType } = manifest;
    const input = { ...this.#id, imageManifest, imageDigest, imageTag: tag };
    await this.client.send(new PutImageCommand({ ...input, imageManifestMediaType: mediaType }));
    this.#images.push({ repositoryName: this.repositoryName, imageDigest });
  }

  /** A new image of one small layer, whose blobs are uploaded. */
  async newImage(): Promise<Manifest> {
    const [config, layer] = [Buffer.from(JSON.stringify(configOf())), randomBytes(100)] as const;
    await this.upload(config);
    await this.upload(layer);
    return imageOf(config, layer);
  }

  /** It was made by a check, and is deleted at the end. */
  noteRepository(name: string): void {
    this.#repositories.push(name);
  }

  /** Deletes what was made, the last first. @returns what could not be deleted, with the reason */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    const attempt = async (what: string, call: () => Promise<unknown>): Promise<void> => {
      await call().catch((error: unknown) => left.push(`${what}: ${String(error)}`));
    };
    for (const { repositoryName, imageDigest } of this.#images.toReversed())
      await attempt(`${repositoryName}@${imageDigest}`, () =>
        this.#deleteImage(repositoryName, imageDigest),
      );
    for (const repositoryName of this.#repositories)
      await attempt(repositoryName, () =>
        this.client.send(new DeleteRepositoryCommand({ repositoryName, force: true })),
      );
    return left;
  }

  async #deleteImage(repositoryName: string, imageDigest: string): Promise<void> {
    const command = new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] });
    const { failures: [failure] = [] } = await this.client.send(command);
    // It was put twice.
    if (failure === undefined || failure.failureCode === 'ImageNotFound') return;
    throw new Error(`${failure.failureCode}: ${failure.failureReason}`);
  }

  get #id(): { repositoryName: string } {
    return { repositoryName: this.repositoryName };
  }
}

export interface Manifest {
  readonly text: string;
  readonly digest: string;
  readonly mediaType: string;
}

export function manifestOf(mediaType: string, body: object): Manifest {
  const text = JSON.stringify({ schemaVersion: 2, mediaType, ...body });
  return { text, mediaType, digest: digestOf(Buffer.from(text)) };
}

export function descriptorOf({ text, mediaType, digest }: Manifest): object {
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

export function imageOf(config: Uint8Array, layer: Uint8Array): Manifest {
  const describe = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  return manifestOf(OCI_MANIFEST, {
    config: describe(OCI_CONFIG, config),
    layers: [describe(OCI_LAYER_GZIP, layer)],
  });
}

/** Different each time. */
function configOf(): object {
  const config = { Labels: { 'verify-aws': randomBytes(8).toString('hex') } };
  return { architecture: 'amd64', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [] } };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** `taken`, or the name of the error. */
export async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'taken';
  } catch (error) {
    return errorName(error);
  }
}
