import { createHash } from 'node:crypto';
import { Agent } from 'node:https';
import {
  CompleteLayerUploadCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import type { Credential } from './options.ts';
import type { LocalEcr } from './server.ts';

/** Clients and content for the tests of the local ECR itself: the SDK as it comes, without retries. */

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const APP = 'team/app';
export const ACCOUNT = '012345678901';

interface ClientSettings {
  readonly region?: string;
  readonly credential?: Omit<Credential, 'accountId'>;
  /** The certificate to trust. */
  readonly ca?: string | undefined;
}

function clientConfig(ecr: LocalEcr, { region, credential, ca }: ClientSettings) {
  return {
    endpoint: ecr.url,
    region: region ?? 'us-east-1',
    credentials: credential ?? ecr.world.credentials[0],
    maxAttempts: 1,
    requestHandler: ca === undefined ? {} : { httpsAgent: new Agent({ ca }) },
  };
}

export function privateClient(ecr: LocalEcr, settings: ClientSettings = {}): ECRClient {
  return new ECRClient(clientConfig(ecr, settings));
}

export function publicClient(ecr: LocalEcr, settings: ClientSettings = {}): ECRPUBLICClient {
  return new ECRPUBLICClient(clientConfig(ecr, settings));
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What a refused call says: name, message and the fields of its own. */
export interface Refused {
  readonly name: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The error of a call that must be refused; a success is an error of the test. */
export async function refusal(call: Promise<unknown>): Promise<Refused> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error as Error & Refused;
  }
  throw new Error('The call succeeded, and should have been refused');
}

export async function initiate(client: ECRClient, repositoryName = APP): Promise<string> {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  return uploadId ?? '';
}

export async function sendPart(
  client: ECRClient,
  uploadId: string,
  first: number,
  bytes: Uint8Array,
  last = first + bytes.length - 1,
): Promise<number | undefined> {
  const answer = await client.send(
    new UploadLayerPartCommand({
      repositoryName: APP,
      uploadId,
      partFirstByte: first,
      partLastByte: last,
      layerPartBlob: bytes,
    }),
  );
  return answer.lastByteReceived;
}

export async function complete(
  client: ECRClient,
  uploadId: string,
  ...layerDigests: string[]
): Promise<string | undefined> {
  const input = { repositoryName: APP, uploadId, layerDigests };
  return (await client.send(new CompleteLayerUploadCommand(input))).layerDigest;
}

/** Uploads a whole layer as one part. @returns its digest */
export async function putLayer(client: ECRClient, content: string): Promise<string> {
  const bytes = Buffer.from(content);
  const uploadId = await initiate(client);
  await sendPart(client, uploadId, 0, bytes);
  await complete(client, uploadId, sha256(bytes));
  return sha256(bytes);
}

export function descriptor(content: string, mediaType: string, rest: object = {}): object {
  return { mediaType, digest: sha256(content), size: Buffer.byteLength(content), ...rest };
}

/** A manifest whose config is `{}` and whose layers have these contents. */
export function manifest(layers: readonly string[], rest: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor('{}', 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((layer) => descriptor(layer, 'application/vnd.oci.image.layer.v1.tar')),
    ...rest,
  });
}

export function index(children: readonly string[], rest: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: children.map((child) => descriptor(child, OCI_MANIFEST)),
    ...rest,
  });
}

interface PutSettings {
  readonly tag?: string;
  readonly mediaType?: string;
  readonly digest?: string;
  readonly repositoryName?: string;
}

/** @returns the digest that was answered */
export async function put(
  client: ECRClient,
  imageManifest: string,
  { tag, mediaType, digest, repositoryName = APP }: PutSettings = {},
): Promise<string | undefined> {
  const answer = await client.send(
    new PutImageCommand({
      repositoryName,
      imageManifest,
      ...(tag === undefined ? {} : { imageTag: tag }),
      ...(mediaType === undefined ? {} : { imageManifestMediaType: mediaType }),
      ...(digest === undefined ? {} : { imageDigest: digest }),
    }),
  );
  return answer.image?.imageId?.imageDigest;
}

/** Uploads the config and the layers of `manifest(layers)`. */
export async function putLayers(client: ECRClient, layers: readonly string[]): Promise<void> {
  for (const content of ['{}', ...layers]) await putLayer(client, content);
}
