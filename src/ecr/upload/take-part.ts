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
import { MIN_PART_SIZE, SCRATCH_MEMORY } from './tuning.ts';
import { encodeAndHash } from './worker.js';

interface Options {
  readonly memory?: Memory;
  readonly threads?: Threads;
  readonly pace?: Pick<Pace, 'noteSent' | 'isNetworkBound'>;
}

/**
 * Prepares parts of layers to be sent, with memory and threads that the whole run shares. A part is encoded once, into
 * memory. If no memory is free and the network is the bottleneck, it is encoded twice instead: first for its hash, then
 * while it is sent, because more parts in flight are worth the CPU.
 */
export class PartTaker implements AsyncDisposable {
  readonly #memory: Memory;
  /** For bodies that are encoded only to be hashed. */
  readonly #scratch = new Memory(SCRATCH_MEMORY);
  readonly #threads: Threads;
  readonly #pace: Pick<Pace, 'noteSent' | 'isNetworkBound'>;
  /** Parts waiting for memory, aborted to do without once the network is the bottleneck. */
  readonly #waiting = new Set<AbortController>();

  constructor({ memory, threads, pace }: Options = {}) {
    this.#memory = memory ?? new Memory();
    this.#threads = threads ?? new Threads();
    this.#pace = pace ?? new Pace();
  }

  /** Prepares for a layer of `size` bytes. */
  expect(size: number): void {
    this.#threads.expect(size);
  }

  /** Waits for memory, or until the network is the bottleneck. @throws what `source` throws, the signal's reason */
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

  /** The same ahead of the part's turn: undefined if neither memory nor CPU is to spare. */
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

  /** Undefined if the network becomes the bottleneck before memory is free. */
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

  /** After each part: once the network is the bottleneck, waiting parts no longer need memory. */
  #noteSent(): void {
    this.#pace.noteSent();
    this.#wake();
  }

  #wake(): void {
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
    return new StreamedBody(part, frame, hash, source, () => this.#wake());
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
      // Other reads may still be writing to this memory.
      memory.drop();
      throw error;
    }
  }
}

/**
 * Bytes left of the layer: the layer with the most left is the one that the push ends up waiting for. But a small layer
 * costs little. Of one layer, an earlier part always comes before a later one, which waits for it.
 */
function urgencyOf(part: LayerPart, { size }: PartSource): number {
  return size < MIN_PART_SIZE ? Infinity : size - part.firstByte;
}
