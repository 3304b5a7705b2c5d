import { hash } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ECRClient, InitiateLayerUploadCommand, UploadLayerPartCommand } from '@aws-sdk/client-ecr';
import { Semaphore } from '../../src/async/semaphore.ts';
import { PrivateRegistry } from '../../src/ecr/private-registry.ts';
import type { Registry } from '../../src/ecr/registry.ts';
import { Lines } from '../../src/ecr/upload/lines.ts';
import { PartTaker } from '../../src/ecr/upload/take-part.ts';
import { MAX_PARTS, MIN_PART_SIZE } from '../../src/ecr/upload/tuning.ts';
import type { BlobReader } from '../../src/layout/layout.ts';
import { readAt } from '../../src/layout/read.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';

/** What the sink offers (bytes). */
const PART_SIZE = 10 * 1024 * 1024;

/** Sends one layer of `size` bytes. */
export type Path = (blob: BlobReader, endpoint: Endpoint) => Promise<void>;

export interface Endpoint {
  readonly port: number;
  /** The certificate to trust; undefined: no TLS. */
  readonly ca: string | undefined;
  readonly client: ECRClient;
}

export function openEndpoint(port: number, ca: string | undefined): Endpoint {
  const client = new ECRClient({
    region: 'eu-west-1',
    endpoint: `${ca === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: ca === undefined ? {} : { httpsAgent: { ca } },
  });
  return { port, ca, client };
}

/** A layer as long as asked for, out of a shorter file: what is measured is not the disk. */
export class RepeatedFile implements BlobReader {
  readonly location = 'a repeated file';
  readonly size: number;
  readonly #file: FileHandle;
  readonly #period: number;

  private constructor(file: FileHandle, size: number, period: number) {
    this.#file = file;
    this.size = size;
    this.#period = period;
  }

  static async open(path: string, size: number): Promise<RepeatedFile> {
    const file = await open(path);
    return new RepeatedFile(file, size, (await file.stat()).size - PART_SIZE);
  }

  read(target: Uint8Array, position: number): Promise<void> {
    return readAt(this.#file, target, position % this.#period, this.location);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}

const REPOSITORY = { registryId: '123456789012', repositoryName: 'bench/app' };
const { signal } = new AbortController();

/** As of a run: all layers share it. */
const PARTS = new PartTaker();

/** As the action does it, with Initiate and Complete. */
export const engine: Path = async (blob, endpoint) => {
  const layer: Descriptor = {
    mediaType: OCI_LAYER,
    digest: digestOf(Buffer.from(String(Math.random()))),
    size: blob.size,
  };
  const open = () => Promise.resolve(blob);
  await registryOf(endpoint).uploadLayer({ layer, open }, signal);
};

function registryOf({ client }: Endpoint): Registry {
  const { registryId, repositoryName: name } = REPOSITORY;
  const repository = { type: 'private', registryId, region: 'eu-west-1', name } as const;
  return new PrivateRegistry(client, repository, {
    parts: PARTS,
    layers: new Semaphore(Infinity),
    lines: new Lines(),
    sizes: { wanted: undefined, least: MIN_PART_SIZE, maxParts: MAX_PARTS.private },
    attempts: undefined,
    counts: { retries: 0, throttles: 0, bytesOnWire: 0 },
    debug: () => undefined,
  });
}

async function initiate(client: ECRClient): Promise<string> {
  const { uploadId = '' } = await client.send(new InitiateLayerUploadCommand(REPOSITORY));
  return uploadId;
}

/** The same calls, with the SDK left to itself. */
export const stock: Path = async (blob, { client }) => {
  const uploadId = await initiate(client);
  const buffer = new Uint8Array(PART_SIZE);
  for (let at = 0; at < blob.size; at += PART_SIZE) {
    const layerPartBlob = buffer.subarray(0, Math.min(PART_SIZE, blob.size - at));
    await blob.read(layerPartBlob, at);
    const range = { partFirstByte: at, partLastByte: at + layerPartBlob.length - 1 };
    const input = { ...REPOSITORY, uploadId, ...range, layerPartBlob };
    await client.send(new UploadLayerPartCommand(input));
  }
};

/** So small that its base64 stays in the processor's cache on its way. */
const CHUNK = 48 * 1024;

/** No more than what the API makes unavoidable: read, base64, one SHA-256 of the body, one write. */
export const floor: Path = async (blob, { port, ca, client }) => {
  const uploadId = await initiate(client);
  const socket = await openSocket(port, ca);
  const raw = Buffer.alloc(PART_SIZE);
  const body = Buffer.alloc(Math.ceil(PART_SIZE / 3) * 4 + 1000);
  for (let at = 0; at < blob.size; at += PART_SIZE) {
    const size = Math.min(PART_SIZE, blob.size - at);
    await blob.read(raw.subarray(0, size), at);
    const fields = `"uploadId":"${uploadId}","partFirstByte":${at},"partLastByte":${at + size - 1}`;
    let end = body.write(`{${fields},"layerPartBlob":"`);
    for (let read = 0; read < size; read += CHUNK) {
      const text = raw.toString('base64', read, Math.min(read + CHUNK, size));
      end += body.write(text, end, 'latin1');
    }
    end += body.write('"}', end);
    await request(socket, body.subarray(0, end));
  }
  socket.destroy();
};

async function openSocket(port: number, ca: string | undefined): Promise<Socket> {
  const host = '127.0.0.1';
  const socket = ca === undefined ? connect({ port, host }) : connectTls({ port, host, ca });
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  return socket.setNoDelay();
}

async function request(socket: Socket, body: Buffer): Promise<void> {
  const head = [
    'POST / HTTP/1.1',
    'x-amz-target: AmazonEC2ContainerRegistry_V20150921.UploadLayerPart',
    `x-amz-content-sha256: ${hash('sha256', body)}`,
    `content-length: ${body.length}`,
  ].join('\r\n');
  const answered = once(socket, 'data');
  socket.write(`${head}\r\n\r\n`);
  socket.write(body);
  const [answer] = (await answered) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(answer.toString());
}
