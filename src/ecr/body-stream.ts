import { Readable } from 'node:stream';

/** Told of each request that takes its body from the stream. */
type OnPipe = (destination: NodeJS.WritableStream) => void;

/** A request's body, a chunk at a time. When the chunks fail, so does the request that they were for. */
export class BodyStream extends Readable {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #onPipe: OnPipe;

  constructor(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    onPipe: OnPipe = () => undefined,
  ) {
    // No chunk is made before the one in front of it is written.
    super({ highWaterMark: 1 });
    this.#chunks =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#onPipe = onPipe;
  }

  override _read(): void {
    Promise.resolve(this.#chunks.next()).then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    // What Node's pipe leaves to its user.
    this.once('error', (error) => {
      if (isDestroyable(destination)) destination.destroy(error);
    });
    this.#onPipe(destination);
    return super.pipe(destination, options);
  }
}

function isDestroyable(stream: object): stream is { destroy(error: Error): void } {
  return 'destroy' in stream && typeof stream.destroy === 'function';
}
