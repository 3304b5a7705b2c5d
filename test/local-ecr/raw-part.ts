import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { UploadLayerPartCommand } from '@aws-sdk/client-ecr';
import { signedRequest } from './raw-call.ts';
import { APP } from './sample.ts';
import type { LocalEcr } from './server.ts';

/** UploadLayerPart, signed and not sent: for tests that send it a piece at a time, on a connection of its own. */
export interface RawPart {
  readonly head: Buffer;
  readonly body: Buffer;
}

export async function rawPart(
  ecr: LocalEcr,
  uploadId: string,
  first: number,
  bytes: Uint8Array,
): Promise<RawPart> {
  const input = { repositoryName: APP, uploadId, partFirstByte: first };
  const partLastByte = first + bytes.length - 1;
  const command = new UploadLayerPartCommand({ ...input, partLastByte, layerPartBlob: bytes });
  const { headers, body } = await signedRequest(ecr, (client) => client.send(command));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    head: Buffer.from(`POST / HTTP/1.1\r\n${lines.join('')}\r\n`),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  };
}

interface RawAnswer {
  readonly status: number;
  /** As text, where it is no JSON. */
  readonly body: unknown;
}

/** A connection that sends what it is told to, and no more. */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => (this.#received += bytes.toString()));
    socket.on('error', () => undefined);
  }

  static async open({ port }: LocalEcr, ca?: string): Promise<RawConnection> {
    const host = '127.0.0.1';
    const socket = ca === undefined ? connect({ port, host }) : connectTls({ port, host, ca });
    const connection = new RawConnection(socket.setNoDelay());
    await once(socket, ca === undefined ? 'connect' : 'secureConnect');
    return connection;
  }

  send(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#socket.write(piece);
  }

  get isClosed(): boolean {
    return this.#socket.closed;
  }

  async closed(): Promise<void> {
    await until(() => this.isClosed);
  }

  /** The next one. */
  async answer(): Promise<RawAnswer> {
    let found = parse(this.#received);
    await until(() => (found = parse(this.#received)) !== undefined);
    if (found === undefined) throw new Error('no answer');
    const { length, ...answer } = found;
    this.#received = this.#received.slice(length);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** The first answer in `text`, with the length of it; undefined while it is not whole. */
function parse(text: string): (RawAnswer & { readonly length: number }) | undefined {
  const [head = '', status] = /^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n/.exec(text) ?? [];
  if (status === undefined) return undefined;
  const [, counted] = /content-length: (\d+)/i.exec(head) ?? [];
  // What is no JSON comes in one chunk.
  if (counted === undefined) {
    const [whole, body] = /^[0-9a-f]+\r\n([^]*?)\r\n0\r\n\r\n/.exec(text.slice(head.length)) ?? [];
    if (whole === undefined) return undefined;
    return { status: Number(status), body, length: head.length + whole.length };
  }
  const length = head.length + Number(counted);
  if (text.length < length) return undefined;
  return { status: Number(status), body: JSON.parse(text.slice(head.length, length)), length };
}

/** Waits for as long as a test may last. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}
