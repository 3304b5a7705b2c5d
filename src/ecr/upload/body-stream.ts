import { Readable } from 'node:stream';

/** What this needs of Node's `ClientRequest`. */
interface Request extends NodeJS.WritableStream {
  readonly writableEnded: boolean;
  destroy(error?: Error): void;
}

/** A request's body, a chunk at a time. When the chunks fail, so does their request; when it closes, no more are made. */
export class BodyStream extends Readable {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #size: number;
  readonly #onPipe: (request: NodeJS.WritableStream) => void;

  /** `size`: bytes of all chunks; `onPipe` is told of each request that takes its body from the stream. */
  constructor(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    size: number,
    onPipe: (request: NodeJS.WritableStream) => void = () => undefined,
  ) {
    // No chunk is made before the one in front of it is written.
    super({ highWaterMark: 1 });
    this.#chunks =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#size = size;
    this.#onPipe = onPipe;
  }

  override _read(): void {
    Promise.resolve(this.#chunks.next()).then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#onPipe(destination);
    if (isRequest(destination)) {
      // What Node's pipe leaves to its user: each ends with the other.
      this.once('error', (error) => destination.destroy(error));
      destination.once('close', () => this.destroy());
      this.#endWithAnswer(destination);
    }
    return super.pipe(destination, options);
  }

  /**
   * Once an answer is complete, Node no longer tells when the socket has room again: a request that still waits for
   * it would stay open, with its socket and its memory.
   */
  #endWithAnswer(request: Request): void {
    let written = 0;
    this.on('data', (chunk: Uint8Array) => (written += chunk.byteLength));
    const end = (): void => {
      if (request.writableEnded) return;
      this.unpipe(request);
      if (written === this.#size) request.end();
      else request.destroy();
    };
    request.once('response', (response: NodeJS.ReadableStream) => response.once('end', end));
  }
}

function isRequest(stream: object): stream is Request {
  return 'writableEnded' in stream && 'destroy' in stream && typeof stream.destroy === 'function';
}
