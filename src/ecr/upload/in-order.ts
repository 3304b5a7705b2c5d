import type { LayerPart, PreparedPart, Registry } from '../registry.ts';
import type { BlobReader } from '../../layout/layout.ts';
import { partLength } from './part-ranges.ts';

interface Options {
  readonly registry: Registry;
  readonly blob: BlobReader;
  readonly signal: AbortSignal;
}

interface Ahead {
  readonly part: LayerPart;
  readonly prepared: Promise<PreparedPart>;
}

/**
 * How many parts are made ready while one is on the wire, where memory allows: it is sent in half the time that the
 * next takes to be made, if nothing limits the wire.
 */
const PARTS_AHEAD = 2;

/** The parts of one upload, made ready while those before them are on the wire. */
export class PartsInOrder implements AsyncDisposable {
  readonly #uploadId: string;
  readonly #partSize: number;
  readonly #options: Options;
  #ahead: readonly Ahead[] = [];

  constructor(uploadId: string, partSize: number, options: Options) {
    this.#uploadId = uploadId;
    this.#partSize = partSize;
    this.#options = options;
  }

  /** The part that starts at `firstByte`. What was made ready is thrown away if ECR stands elsewhere. */
  async take(firstByte: number): Promise<PreparedPart> {
    const { registry, blob, signal } = this.#options;
    const [next, ...others] = this.#ahead;
    if (next?.part.firstByte === firstByte) {
      this.#ahead = others;
      return next.prepared;
    }
    await this.#discardAhead();
    return registry.preparePart(this.#part(firstByte), blob, signal);
  }

  /** The parts from `firstByte` on will be next, if all goes well. */
  prepareAhead(firstByte: number): void {
    const { registry, blob, signal } = this.#options;
    const known = this.#ahead.at(-1)?.part;
    let next = known === undefined ? firstByte : known.firstByte + known.size;
    while (this.#ahead.length < PARTS_AHEAD && next < blob.size) {
      const part = this.#part(next);
      const prepared = registry.preparePartAhead(part, blob, signal);
      if (prepared === undefined) return;
      // Should it fail, that is for the one who takes it.
      prepared.catch(() => undefined);
      this.#ahead = [...this.#ahead, { part, prepared }];
      next += part.size;
    }
  }

  /** Ends no sooner than the reading, so that the blob can be closed then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discardAhead();
  }

  async #discardAhead(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const { prepared } of ahead) {
      await prepared.then(
        (part) => part.discard(),
        () => undefined,
      );
    }
  }

  #part(firstByte: number): LayerPart {
    const size = partLength(this.#options.blob.size, firstByte, this.#partSize);
    return { uploadId: this.#uploadId, firstByte, size };
  }
}
