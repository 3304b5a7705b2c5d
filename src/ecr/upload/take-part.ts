import type { RepositoryId } from '../names/reference.ts';
import {
  bodySize,
  type EncodedBody,
  type Frame,
  frameOf,
  type LayerPart,
  type PartSource,
  type RawBody,
  readBody,
  ResidentBody,
  StreamedBody,
} from './body.ts';
import { type BodyMemory, Memory } from './memory.ts';
import { Pace } from './pace.ts';
import { Threads } from './thread.ts';
import { SCRATCH_MEMORY } from './tuning.ts';
import { encodeAndHash } from './worker.js';

interface Options {
  readonly memory?: Memory;
  readonly threads?: Threads;
  readonly pace?: Pick<Pace, 'noteSent' | 'isNetworkBound'>;
}

/**
 * Takes parts from layers and makes them ready to be sent, with memory and threads that all layers and repositories of
 * a run share. A part is encoded once, into memory; when there is none to be had and the network sets the pace, more
 * parts at once are worth encoding them twice.
 */
export class PartTaker implements AsyncDisposable {
  readonly #memory: Memory;
  /** Where bodies are made that only their hash is taken from. */
  readonly #scratch = new Memory(SCRATCH_MEMORY);
  readonly #threads: Threads;
  readonly #pace: Pick<Pace, 'noteSent' | 'isNetworkBound'>;
  /** Those that wait for memory, and will do without once the network sets the pace. */
  readonly #waiting = new Set<AbortController>();

  constructor({ memory, threads, pace }: Options = {}) {
    this.#memory = memory ?? new Memory();
    this.#threads = threads ?? new Threads();
    this.#pace = pace ?? new Pace();
  }

  /** Gets ready for the parts of a layer of `size` bytes. */
  expect(size: number): void {
    this.#threads.expect(size);
  }

  /** Waits for memory, or for the network to set the pace. @throws what `source` throws, the signal's reason */
  async take(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedBody> {
    const frame = frameOf(repository, part);
    const size = bodySize(frame, part.size);
    const memory = await this.#acquireWhileBusy(size, urgencyOf(part, source), signal);
    return memory === undefined
      ? this.#streamed(part, frame, source, signal)
      : this.#resident(part, frame, source, memory);
  }

  /** The same for a part whose turn has not come: undefined when there is neither memory nor CPU to spare. */
  takeAhead(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedBody> | undefined {
    const frame = frameOf(repository, part);
    const memory = this.#memory.tryAcquire(bodySize(frame, part.size));
    if (memory !== undefined) return this.#resident(part, frame, source, memory);
    return this.#pace.isNetworkBound() ? this.#streamed(part, frame, source, signal) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#threads[Symbol.asyncDispose]();
  }

  /** Undefined once it is the network that sets the pace, and there was no memory before. */
  async #acquireWhileBusy(
    size: number,
    urgency: number,
    signal: AbortSignal,
  ): Promise<BodyMemory | undefined> {
    const memory = this.#memory.tryAcquire(size);
    if (memory !== undefined || this.#pace.isNetworkBound()) return memory;
    const idle = new AbortController();
    this.#waiting.add(idle);
    try {
      return await this.#memory.acquire(size, AbortSignal.any([signal, idle.signal]), urgency);
    } catch (error) {
      if (signal.aborted || !idle.signal.aborted) throw error;
      return undefined;
    } finally {
      this.#waiting.delete(idle);
    }
  }

  /** A part was sent: if by now the network sets the pace, none that waits needs memory any more. */
  #noteSent(): void {
    this.#pace.noteSent();
    if (this.#waiting.size === 0 || !this.#pace.isNetworkBound()) return;
    for (const idle of this.#waiting) idle.abort();
  }

  async #resident(
    part: LayerPart,
    frame: Frame,
    source: PartSource,
    memory: BodyMemory,
  ): Promise<EncodedBody> {
    const hash = await this.#encode(part, frame, source, memory);
    const release = (): void => {
      memory.release();
      this.#noteSent();
    };
    return new ResidentBody(part, frame, hash, { ...memory, release });
  }

  async #streamed(
    part: LayerPart,
    frame: Frame,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedBody> {
    const size = bodySize(frame, part.size);
    const memory = await this.#scratch.acquire(size, signal, urgencyOf(part, source));
    const hash = await this.#encode(part, frame, source, memory);
    memory.release();
    return new StreamedBody(part, frame, hash, source);
  }

  /** @returns the body's hash */
  async #encode(
    part: LayerPart,
    frame: Frame,
    source: PartSource,
    memory: BodyMemory,
  ): Promise<string> {
    try {
      const read = (): Promise<RawBody> => readBody(memory.bytes, frame, part, source);
      return (await this.#threads.encode(await read())) ?? encodeAndHash(await read());
    } catch (error) {
      // A read that failed may be one of several that are still under way.
      memory.drop();
      throw error;
    }
  }
}

/** What is left of the layer (bytes): the one that has most left is the one that the push waits for at its end. */
function urgencyOf({ firstByte }: LayerPart, { size }: PartSource): number {
  return size - firstByte;
}
