import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Connection } from './connection.ts';
import { type Limits, Line, UNLIMITED } from './limits.ts';
import { type Contents, State } from './state.ts';

/** What clients did since the sink was last set up. */
export interface Counts {
  readonly requests: number;
  readonly calls: Readonly<Record<string, number>>;
  /** On the wire, both ways, without TCP's and TLS's own. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** The most connections open at once. */
  readonly connections: number;
  /** When the first request came (ms since the epoch). */
  readonly firstRequestAt: number | undefined;
  /** How many answers were errors of the client: 400, 404 to something other than a look-up. */
  readonly refusals: number;
  /** Parts that were refused before their end, because another one of their upload was under way. */
  readonly earlyRefusals: number;
  /** Connections that were closed because nothing came of a body. */
  readonly bodyTimeouts: number;
  /** Requests that never became whole, and the bytes of their bodies; `bytesReceived` holds these, too. */
  readonly brokenOff: number;
  readonly bytesBrokenOff: number;
  /** The most bodies of parts of one upload that were open at once. */
  readonly partsAtOnce: number;
}

/** What is counted one by one. */
export type Counter = 'refusals' | 'earlyRefusals' | 'bodyTimeouts';

/** Key and certificate, in PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** A registry that keeps no layer: it counts, and answers as ECR's JSON API and as the OCI distribution API do. */
export class Sink {
  state = new State();
  limits: Limits = UNLIMITED;
  line = new Line(UNLIMITED);
  readonly #servers: readonly Server[];
  readonly #open = new Set<Socket>();
  #calls = new Map<string, number>();
  #bytesReceived = 0;
  #bytesSent = 0;
  #connections = 0;
  #counters = newCounters();
  #brokenOff = 0;
  #bytesBrokenOff = 0;
  #firstRequestAt: number | undefined;

  constructor(identity: Identity | undefined) {
    const plain = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#servers =
      identity === undefined
        ? [plain]
        : [plain, createTlsServer({ ...identity }, (socket) => this.#accept(socket))];
  }

  /** The plain port, and the TLS one if there is an identity for it. */
  async listen(): Promise<number[]> {
    return Promise.all(this.#servers.map(listen));
  }

  /** Forgets what was, but for the open connections. */
  configure(contents: Contents, limits: Limits): void {
    this.state = new State(contents);
    this.limits = limits;
    this.line = new Line(limits);
    this.#calls = new Map();
    this.#counters = newCounters();
    this.#bytesReceived = this.#bytesSent = this.#brokenOff = this.#bytesBrokenOff = 0;
    this.#connections = this.#open.size;
    this.#firstRequestAt = undefined;
  }

  get counts(): Counts {
    return {
      requests: [...this.#calls.values()].reduce((sum, count) => sum + count, 0),
      calls: Object.fromEntries(this.#calls),
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#bytesSent,
      connections: this.#connections,
      firstRequestAt: this.#firstRequestAt,
      ...this.#counters,
      brokenOff: this.#brokenOff,
      bytesBrokenOff: this.#bytesBrokenOff,
      partsAtOnce: this.state.parts.peak,
    };
  }

  received(bytes: number): void {
    this.#bytesReceived += bytes;
  }

  sent(bytes: number): void {
    this.#bytesSent += bytes;
  }

  called(name: string): void {
    this.#firstRequestAt ??= performance.timeOrigin + performance.now();
    this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
  }

  count(what: Counter): void {
    this.#counters[what]++;
  }

  /** A request ended before it was whole, after so many bytes of its body. */
  brokeOff(bytes: number): void {
    this.#brokenOff++;
    this.#bytesBrokenOff += bytes;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#open.add(socket);
    this.#connections = Math.max(this.#connections, this.#open.size);
    socket.once('close', () => this.#open.delete(socket));
    new Connection(socket, this).start();
  }
}

function newCounters(): Record<Counter, number> {
  return { refusals: 0, earlyRefusals: 0, bodyTimeouts: 0 };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
