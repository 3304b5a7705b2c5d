import type { RepositoryId } from './repository-id.ts';
import { bodySize, framePart, type PartFrame, readBody } from './part-body.ts';
import { type PartBuffer, PartBuffers } from './part-buffers.ts';
import { PartEncoder } from './part-encoder.ts';
import { encodeAndHash, type RawBody } from './part-encoder-worker.ts';
import type { LayerPart, PartSource } from './registry.ts';

/** A part as the body of its request, hashed for the signature. */
export class EncodedPart {
  readonly part: LayerPart;
  readonly frame: PartFrame;
  /** Hexadecimal SHA-256 of `body`. */
  readonly bodyHash: string;
  readonly #buffer: PartBuffer;

  constructor(part: LayerPart, frame: PartFrame, bodyHash: string, buffer: PartBuffer) {
    this.part = part;
    this.frame = frame;
    this.bodyHash = bodyHash;
    this.#buffer = buffer;
  }

  get body(): Uint8Array {
    return this.#buffer.bytes;
  }

  /** Gives its memory back. `reusable`: nothing can read the body any more. */
  end({ reusable }: { reusable: boolean }): void {
    if (reusable) this.#buffer.release();
    else this.#buffer.drop();
  }
}

/** Makes parts ready, in memory and on a thread that all layers and repositories share. */
export class PartEngine {
  readonly #buffers: PartBuffers;
  readonly #encoder: PartEncoder;

  constructor(buffers = new PartBuffers(), encoder = new PartEncoder()) {
    this.#buffers = buffers;
    this.#encoder = encoder;
  }

  /** Waits for memory. @throws what `source` throws, the signal's reason */
  async prepare(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
    signal: AbortSignal,
  ): Promise<EncodedPart> {
    const frame = framePart(repository, part);
    const buffer = await this.#buffers.acquire(bodySize(frame, part.size), signal);
    return this.#encode(part, frame, source, buffer);
  }

  /** Undefined when there is no memory to spare. */
  prepareAhead(
    repository: RepositoryId,
    part: LayerPart,
    source: PartSource,
  ): Promise<EncodedPart> | undefined {
    const frame = framePart(repository, part);
    const buffer = this.#buffers.tryAcquire(bodySize(frame, part.size));
    return buffer && this.#encode(part, frame, source, buffer);
  }

  async #encode(
    part: LayerPart,
    frame: PartFrame,
    source: PartSource,
    buffer: PartBuffer,
  ): Promise<EncodedPart> {
    try {
      const read = (): Promise<RawBody> => readBody(buffer.bytes, frame, part, source);
      const digest = (await this.#encoder.encode(await read())) ?? encodeAndHash(await read());
      return new EncodedPart(part, frame, digest, buffer);
    } catch (error) {
      // A read that failed may be one of several that are still under way.
      buffer.drop();
      throw error;
    }
  }
}

/** One for the process: what it may hold bounds all repositories together. */
export const SHARED_PARTS = new PartEngine();
