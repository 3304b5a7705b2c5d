import type { LayerPart, PreparedPart, Registry } from '../ecr/registry.ts';
import type { BlobReader } from '../layout/layout.ts';
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

/** The parts of one upload, each made ready while the one before it is on the wire, where memory allows. */
export class PartsInOrder implements AsyncDisposable {
  readonly #uploadId: string;
  readonly #partSize: number;
  readonly #options: Options;
  #ahead: Ahead | undefined;

  constructor(uploadId: string, partSize: number, options: Options) {
    this.#uploadId = uploadId;
    this.#partSize = partSize;
    this.#options = options;
  }

  /** The part that starts at `firstByte`. What was made ready is thrown away if ECR stands elsewhere. */
  async take(firstByte: number): Promise<PreparedPart> {
    const { registry, blob, signal } = this.#options;
    const ahead = this.#ahead;
    if (ahead?.part.firstByte === firstByte) {
      this.#ahead = undefined;
      return ahead.prepared;
    }
    await this.#discardAhead();
    return registry.preparePart(this.#part(firstByte), blob, signal);
  }

  /** The part that starts at `firstByte` will be next, if all goes well. */
  prepareAhead(firstByte: number): void {
    const { registry, blob, signal } = this.#options;
    if (firstByte >= blob.size) return;
    const part = this.#part(firstByte);
    const prepared = registry.preparePartAhead(part, blob, signal);
    if (prepared === undefined) return;
    // Should it fail, that is for the one who takes it.
    prepared.catch(() => undefined);
    this.#ahead = { part, prepared };
  }

  /** Ends no sooner than the reading, so that the blob can be closed then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discardAhead();
  }

  async #discardAhead(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    await ahead?.prepared.then(
      (part) => part.discard(),
      () => undefined,
    );
  }

  #part(firstByte: number): LayerPart {
    const size = partLength(this.#options.blob.size, firstByte, this.#partSize);
    return { uploadId: this.#uploadId, firstByte, size };
  }
}
