import type { RepositoryId } from '../names/repository-id.ts';
import { type EncodedPart, ResidentPart, StreamedPart } from './encoded-part.ts';
import { bodySize, framePart, type PartFrame, type RawBody, readBody } from './body.ts';
import { Pace } from './pace.ts';
import { type PartBuffer, PartBuffers } from './memory.ts';
import { PartEncoder, WORKER_MIN_BYTES } from './thread.ts';
import { encodeAndHash } from './worker.js';
import type { LayerPart, PartSource } from '../registry.ts';

/** How often (ms) a part that waits for memory looks whether to do without. */
const PATIENCE = 10;

/** Bytes, besides PART_MEMORY: one body of the 10 MiB that ECR usually offers. */
const SCRATCH_MEMORY = 14_000_000;

interface Options {
  readonly buffers?: PartBuffers;
  readonly encoder?: PartEncoder;
  readonly pace?: Pick<Pace, 'noteSent' | 'isNetworkBound'>;
}

/**
 * Makes parts ready, with memory and threads that all layers and repositories share. A part is encoded once, into
 * memory; when there is none to be had and the network sets the pace, more parts at once are worth encoding them twice.
 */
export class PartEngine {
  readonly #buffers: PartBuffers;
  /** Where bodies are made that only their hash is taken from. */
  readonly #scratch = new PartBuffers(SCRATCH_MEMORY);
  readonly #encoder: PartEncoder;
  readonly #pace: Pick<Pace, 'noteSent' | 'isNetworkBound'>;

  constructor({ buffers, encoder, pace }: Options = {}) {
    this.#buffers = buffers ?? new PartBuffers();
    this.#encoder = encoder ?? new PartEncoder();
    this.#pace = pace ?? new Pace();
  }

  /** Gets ready for the parts of a layer of `size` bytes. */
  expect(size: number): void {
    if (size >= WORKER_MIN_BYTES) this.#encoder.startThread();
  }

  /** Waits for memory, or for the network to set the pace. @throws what `source` throws, the signal's reason */
  async prepare(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedPart> {
    const frame = framePart(repository, part);
    const buffer = await this.#acquireWhileBusy(
      bodySize(frame, part.size),
      urgencyOf(part, source),
      signal,
    );
    return buffer === undefined
      ? this.#streamed(part, frame, source, signal)
      : this.#resident(part, frame, source, buffer);
  }

  /** Undefined when there is neither memory nor CPU to spare. */
  prepareAhead(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedPart> | undefined {
    const frame = framePart(repository, part);
    const buffer = this.#buffers.tryAcquire(bodySize(frame, part.size));
    if (buffer !== undefined) return this.#resident(part, frame, source, buffer);
    return this.#pace.isNetworkBound() ? this.#streamed(part, frame, source, signal) : undefined;
  }

  /** Undefined once it is the network that sets the pace, and there was no memory before. */
  async #acquireWhileBusy(
    size: number,
    urgency: number,
    signal: AbortSignal,
  ): Promise<PartBuffer | undefined> {
    const buffer = this.#buffers.tryAcquire(size);
    if (buffer !== undefined || this.#pace.isNetworkBound()) return buffer;
    const idle = new AbortController();
    const watch = setInterval(() => {
      if (this.#pace.isNetworkBound()) idle.abort();
    }, PATIENCE);
    try {
      return await this.#buffers.acquire(size, urgency, AbortSignal.any([signal, idle.signal]));
    } catch (error) {
      if (signal.aborted || !idle.signal.aborted) throw error;
      return undefined;
    } finally {
      clearInterval(watch);
    }
  }

  async #resident(
    part: LayerPart,
    frame: PartFrame,
    source: PartSource,
    buffer: PartBuffer,
  ): Promise<EncodedPart> {
    const bodyHash = await this.#encode(part, frame, source, buffer);
    const release = (): void => {
      this.#pace.noteSent();
      buffer.release();
    };
    return new ResidentPart(part, frame, bodyHash, { ...buffer, release });
  }

  async #streamed(
    part: LayerPart,
    frame: PartFrame,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedPart> {
    const buffer = await this.#scratch.acquire(
      bodySize(frame, part.size),
      urgencyOf(part, source),
      signal,
    );
    const bodyHash = await this.#encode(part, frame, source, buffer);
    buffer.release();
    return new StreamedPart(part, frame, bodyHash, source);
  }

  /** @returns the body's hash */
  async #encode(
    part: LayerPart,
    frame: PartFrame,
    source: PartSource,
    buffer: PartBuffer,
  ): Promise<string> {
    try {
      const read = (): Promise<RawBody> => readBody(buffer.bytes, frame, part, source);
      return (await this.#encoder.encode(await read())) ?? encodeAndHash(await read());
    } catch (error) {
      // A read that failed may be one of several that are still under way.
      buffer.drop();
      throw error;
    }
  }
}

/** What is left of the layer (bytes): the one that has most left is the one that the push waits for at its end. */
function urgencyOf({ firstByte }: LayerPart, { size }: PartSource): number {
  return size - firstByte;
}

/** One for the process: what it may hold bounds all repositories together. */
export const SHARED_PARTS = new PartEngine();
