/** The first lines of a request, header names in lower case. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** Told of each request of a connection, in order. */
export interface RequestListener {
  head(head: RequestHead): void;
  /** Bytes of the body, chunk framing taken off. They are only good for the time of the call. */
  body(bytes: Buffer): void;
  end(): void;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LINE_FEED = 0x0a;
/** Far more than any client of a registry sends. */
const MAX_HEAD_BYTES = 64 * 1024;
const TLS_HANDSHAKE = 0x16;

/** Takes the next bytes of a connection and gives the offset up to which it used them. */
type State = (bytes: Buffer, at: number) => number;

/**
 * Takes HTTP/1.1 requests apart as their bytes come, and copies none of a body: node:http costs half as much CPU
 * again for a gigabyte, which a sink on the same cores as what it measures should not.
 * https://www.rfc-editor.org/rfc/rfc9112
 */
export class RequestReader {
  readonly #listener: RequestListener;
  #state: State;
  #pending = Buffer.alloc(0);
  /** Of the body, or of the chunk of it that is under way. */
  #bytesLeft = 0;

  constructor(listener: RequestListener) {
    this.#listener = listener;
    this.#state = this.#readHead;
  }

  /** @throws Error when this is not HTTP/1.1 */
  feed(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at = this.#state(bytes, at);
  }

  #readHead: State = (bytes, at) => {
    const before = this.#pending.length;
    const all =
      before === 0 ? bytes.subarray(at) : Buffer.concat([this.#pending, bytes.subarray(at)]);
    if (all[0] === TLS_HANDSHAKE) throw new Error('a TLS handshake on the plain port');
    const end = all.indexOf(END_OF_HEAD);
    if (end < 0) return this.#keep(all, bytes);
    this.#pending = Buffer.alloc(0);
    this.#start(parseHead(all.toString('latin1', 0, end)));
    return at + end + END_OF_HEAD.length - before;
  };

  #keep(all: Buffer, bytes: Buffer): number {
    if (all.length > MAX_HEAD_BYTES) throw new Error('the head of a request does not end');
    this.#pending = Buffer.from(all);
    return bytes.length;
  }

  #start(head: RequestHead): void {
    const isChunked = head.headers.get('transfer-encoding') === 'chunked';
    this.#bytesLeft = Number(head.headers.get('content-length') ?? 0);
    this.#listener.head(head);
    if (isChunked) this.#state = this.#readChunkSize;
    else if (this.#bytesLeft > 0) this.#state = this.#readBody;
    else this.#finish();
  }

  #finish(): void {
    this.#state = this.#readHead;
    this.#listener.end();
  }

  #readBody: State = (bytes, at) => {
    const next = this.#pass(bytes, at);
    if (this.#bytesLeft === 0) this.#finish();
    return next;
  };

  #pass(bytes: Buffer, at: number): number {
    const next = Math.min(bytes.length, at + this.#bytesLeft);
    this.#listener.body(bytes.subarray(at, next));
    this.#bytesLeft -= next - at;
    return next;
  }

  #readChunkSize: State = (bytes, at) =>
    this.#readLine(bytes, at, (line) => {
      this.#bytesLeft = Number.parseInt(line, 16);
      this.#state = this.#bytesLeft === 0 ? this.#readTrailer : this.#readChunk;
    });

  #readChunk: State = (bytes, at) => {
    const next = this.#pass(bytes, at);
    if (this.#bytesLeft === 0) this.#state = this.#readChunkEnd;
    return next;
  };

  #readChunkEnd: State = (bytes, at) =>
    this.#readLine(bytes, at, () => {
      this.#state = this.#readChunkSize;
    });

  #readTrailer: State = (bytes, at) =>
    this.#readLine(bytes, at, (line) => {
      if (line === '') this.#finish();
    });

  #readLine(bytes: Buffer, at: number, take: (line: string) => void): number {
    const end = bytes.indexOf(LINE_FEED, at);
    const stop = end < 0 ? bytes.length : end + 1;
    this.#pending = Buffer.concat([this.#pending, bytes.subarray(at, stop)]);
    if (end < 0) return stop;
    const line = this.#pending.toString('latin1').trimEnd();
    this.#pending = Buffer.alloc(0);
    take(line);
    return stop;
  }
}

function parseHead(text: string): RequestHead {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || target === undefined) throw new Error(`not HTTP/1.1: ${first}`);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method, target, headers: new Map(headers) };
}
