import type { RepositoryId } from './repository-id.ts';
import { CpuMeter } from './cpu-meter.ts';
import { type EncodedPart, ResidentPart, StreamedPart } from './encoded-part.ts';
import { bodySize, framePart, type PartFrame, readBody } from './part-body.ts';
import { type PartBuffer, PartBuffers } from './part-buffers.ts';
import { PartEncoder } from './part-encoder.ts';
import { encodeAndHash, type RawBody } from './part-encoder-worker.ts';
import type { LayerPart, PartSource } from './registry.ts';

/** How long (ms) a part waits for memory before it is asked whether to do without. */
const PATIENCE = 10;
/** Below so many busy cores it is the network that sets the pace. */
const IDLE_CORES = 1.5;

/** Bytes, besides PART_MEMORY: two bodies of the 10 MiB that ECR usually offers, one to be read and one to be hashed. */
const SCRATCH_MEMORY = 28_000_000;

interface Options {
  readonly buffers?: PartBuffers;
  readonly encoder?: PartEncoder;
  readonly cpu?: Pick<CpuMeter, 'cores'>;
}

/**
 * Makes parts ready, with memory and a thread that all layers and repositories share. A part is encoded once, into
 * memory; when there is none to be had while the CPU is idle, more parts at once are worth encoding them twice.
 */
export class PartEngine {
  readonly #buffers: PartBuffers;
  /** Where bodies are made that only their hash is taken from. */
  readonly #scratch = new PartBuffers(SCRATCH_MEMORY);
  readonly #encoder: PartEncoder;
  readonly #cpu: Pick<CpuMeter, 'cores'>;

  constructor({ buffers, encoder, cpu }: Options = {}) {
    this.#buffers = buffers ?? new PartBuffers();
    this.#encoder = encoder ?? new PartEncoder();
    this.#cpu = cpu ?? new CpuMeter();
  }

  /** Waits for memory, or for idle CPU. @throws what `source` throws, the signal's reason */
  async prepare(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedPart> {
    const frame = framePart(repository, part);
    const size = bodySize(frame, part.size);
    for (;;) {
      const buffer = await this.#buffers.acquireWithin(size, PATIENCE, signal);
      if (buffer !== undefined) return this.#resident(part, frame, source, buffer);
      if (this.#isIdle()) return this.#streamed(part, frame, source, signal);
    }
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
    return this.#isIdle() ? this.#streamed(part, frame, source, signal) : undefined;
  }

  #isIdle(): boolean {
    return this.#cpu.cores() < IDLE_CORES;
  }

  async #resident(
    part: LayerPart,
    frame: PartFrame,
    source: PartSource,
    buffer: PartBuffer,
  ): Promise<EncodedPart> {
    return new ResidentPart(part, frame, await this.#encode(part, frame, source, buffer), buffer);
  }

  async #streamed(
    part: LayerPart,
    frame: PartFrame,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedPart> {
    const buffer = await this.#scratch.acquire(bodySize(frame, part.size), signal);
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

/** One for the process: what it may hold bounds all repositories together. */
export const SHARED_PARTS = new PartEngine();
