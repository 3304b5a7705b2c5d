import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, Body, type Call, SAMPLE_BYTES } from './call.ts';
import { distributionCall } from './distribution-api.ts';
import { earlyRefusal, ecrCall, uploadIdIn } from './ecr-api.ts';
import { type Limits, type Line, Pace } from './limits.ts';
import { type RequestHead, RequestReader } from './request-reader.ts';
import type { Counter } from './sink.ts';
import type { State } from './state.ts';

/** What a connection needs of the sink it belongs to. */
export interface Host {
  readonly state: State;
  readonly limits: Limits;
  readonly line: Line;
  received(bytes: number): void;
  sent(bytes: number): void;
  called(name: string): void;
  count(what: Counter): void;
  brokeOff(bytes: number): void;
}

interface Exchange {
  readonly method: string;
  readonly call: Call;
  readonly body: Body;
  readonly pace: Pace;
  /** The sink's when the request began: it may be another one when it ends. */
  readonly state: State;
  /** Of a part, from the first bytes of its body on. */
  uploadId: string | undefined;
  /** The answer was given before the body was whole, of which no more is made. */
  isRefused: boolean;
}

/** One client's connection: reads its requests no faster than the limits let it, and answers each. */
export class Connection {
  readonly #socket: Socket;
  readonly #host: Host;
  #exchange: Exchange | undefined;
  #hold = 0;
  #stillTimer: NodeJS.Timeout | undefined;

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
    this.#socket.on('close', () => this.#breakOff());
    this.#socket.on('data', (bytes: Buffer) => {
      this.#host.received(bytes.length);
      this.#hold = 0;
      clearTimeout(this.#stillTimer);
      try {
        reader.feed(bytes);
      } catch {
        this.#socket.destroy();
      }
      if (this.#hold > 0) this.#pause(this.#hold);
      else this.#awaitBody();
    });
  }

  #begin(head: RequestHead): void {
    const { state, limits, line } = this.#host;
    const call = head.headers.has('x-amz-target')
      ? ecrCall(head, state)
      : distributionCall(head, state);
    this.#host.called(call.name);
    const pace = new Pace(limits, call.carries, performance.now(), line);
    const body = new Body(call.carries);
    const { method } = head;
    this.#exchange = { method, call, body, pace, state, uploadId: undefined, isRefused: false };
    if (head.headers.get('expect') === '100-continue') this.#write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  #take(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const { call, body, pace, uploadId } = exchange;
    const isBegin = body.length < SAMPLE_BYTES;
    body.add(bytes);
    this.#hold = pace.holdAfter(bytes.length, performance.now());
    if (call.carries === 'part' && isBegin && uploadId === undefined) this.#meetPart(exchange);
  }

  /** Learns which upload a part is for, and whether another part of it is under way. */
  #meetPart(exchange: Exchange): void {
    const { body, state } = exchange;
    const uploadId = uploadIdIn(body.text);
    if (uploadId === undefined || exchange.isRefused) return;
    const { refuseEarly } = this.#host.limits;
    if (refuseEarly !== undefined && state.parts.has(uploadId)) {
      exchange.isRefused = true;
      this.#host.count('earlyRefusals');
      void this.#refuse(uploadId, exchange, refuseEarly);
      return;
    }
    exchange.uploadId = uploadId;
    state.parts.begin(uploadId);
  }

  async #refuse(uploadId: string, { method, state }: Exchange, how: string | number) {
    const { requestLatency } = this.#host.limits;
    if (requestLatency > 0) await delay(requestLatency);
    if (how === 'close') this.#socket.destroy();
    else this.#write(serialize(earlyRefusal(state, uploadId, how), method));
  }

  #pause(ms: number): void {
    this.#socket.pause();
    setTimeout(() => {
      this.#socket.resume();
      this.#awaitBody();
    }, ms);
  }

  /** More of a body that has begun must come in time. While the sink reads nothing, that time does not pass. */
  #awaitBody(): void {
    const { bodyTimeout, bodyTimeoutAnswer } = this.#host.limits;
    clearTimeout(this.#stillTimer);
    if (bodyTimeout === undefined || this.#exchange === undefined) return;
    this.#stillTimer = setTimeout(() => {
      this.#host.count('bodyTimeouts');
      if (bodyTimeoutAnswer === 'close') this.#socket.destroy();
      else {
        this.#write(serialize({ status: 408, headers: { Connection: 'close' } }, 'POST'));
        this.#socket.destroySoon();
      }
    }, bodyTimeout);
  }

  async #finish(): Promise<void> {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange === undefined || exchange.isRefused) return;
    const { method, call, body, pace, state, uploadId } = exchange;
    const { answer, answered } = call.handle(body);
    if (uploadId !== undefined) state.parts.bodyEnded(uploadId);
    const wait = pace.answerDelay(performance.now());
    if (wait > 0) await delay(wait);
    answered?.();
    if (uploadId !== undefined) state.parts.ended(uploadId);
    if (answer.status >= 400 && method !== 'HEAD' && method !== 'GET') this.#host.count('refusals');
    this.#write(serialize(answer, method));
  }

  #breakOff(): void {
    clearTimeout(this.#stillTimer);
    if (this.#exchange === undefined) return;
    const { body, state, uploadId } = this.#exchange;
    this.#exchange = undefined;
    this.#host.brokeOff(body.length);
    if (uploadId === undefined) return;
    state.parts.bodyEnded(uploadId);
    state.parts.ended(uploadId);
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
  408: 'Request Timeout',
  503: 'Service Unavailable',
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
