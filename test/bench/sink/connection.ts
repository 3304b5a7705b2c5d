import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, Body, type Call } from './call.ts';
import { distributionCall } from './distribution-api.ts';
import { ecrCall } from './ecr-api.ts';
import { type Limits, Pace } from './limits.ts';
import { type RequestHead, RequestReader } from './request-reader.ts';
import type { State } from './state.ts';

/** What a connection needs of the sink it belongs to. */
export interface Host {
  readonly state: State;
  readonly limits: Limits;
  received(bytes: number): void;
  sent(bytes: number): void;
  called(name: string): void;
  refused(): void;
}

interface Exchange {
  readonly method: string;
  readonly call: Call;
  readonly body: Body;
  readonly pace: Pace;
}

/** One client's connection: reads its requests no faster than the limits let it, and answers each. */
export class Connection {
  readonly #socket: Socket;
  readonly #host: Host;
  #exchange: Exchange | undefined;
  #hold = 0;

  constructor(socket: Socket, host: Host) {
    this.#socket = socket;
    this.#host = host;
  }

  start(): void {
    const reader = new RequestReader({
      head: (head) => this.#begin(head),
      body: (bytes) => this.#take(bytes),
      end: () => void this.#finish(),
    });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (bytes: Buffer) => {
      this.#host.received(bytes.length);
      this.#hold = 0;
      try {
        reader.feed(bytes);
      } catch {
        this.#socket.destroy();
      }
      if (this.#hold > 0) this.#pause(this.#hold);
    });
  }

  #begin(head: RequestHead): void {
    const { state, limits } = this.#host;
    const call = head.headers.has('x-amz-target')
      ? ecrCall(head, state)
      : distributionCall(head, state);
    this.#host.called(call.name);
    const pace = new Pace(limits, call.carries, performance.now());
    this.#exchange = { method: head.method, call, body: new Body(call.carries), pace };
    if (head.headers.get('expect') === '100-continue') this.#write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  #take(bytes: Buffer): void {
    if (this.#exchange === undefined) return;
    this.#exchange.body.add(bytes);
    this.#hold = this.#exchange.pace.holdAfter(bytes.length, performance.now());
  }

  #pause(ms: number): void {
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), ms);
  }

  async #finish(): Promise<void> {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange === undefined) return;
    const { method, call, body, pace } = exchange;
    const wait = pace.answerDelay(performance.now());
    if (wait > 0) await delay(wait);
    const answer = call.answer(body);
    if (answer.status >= 400 && method !== 'HEAD' && method !== 'GET') this.#host.refused();
    this.#write(serialize(answer, method));
  }

  #write(text: string): void {
    if (this.#socket.destroyed) return;
    this.#host.sent(Buffer.byteLength(text));
    this.#socket.write(text);
  }
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  404: 'Not Found',
};

function serialize({ status, headers = {}, body = '', length }: Answer, method: string): string {
  const lines = Object.entries({
    ...headers,
    'Content-Length': String(length ?? Buffer.byteLength(body)),
    'Docker-Distribution-API-Version': 'registry/2.0',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n${lines.join('')}\r\n`;
  return method === 'HEAD' ? head : head + body;
}
