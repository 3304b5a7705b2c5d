import type { RepositoryId } from './repository-id.ts';
import { bodySize, fillBody, framePart, type PartFrame } from './part-body.ts';
import { type PartBuffer, PartBuffers } from './part-buffers.ts';
import { PartHash } from './part-hash.ts';
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
  readonly #hash: PartHash;

  constructor(buffers = new PartBuffers(), hash = new PartHash()) {
    this.#buffers = buffers;
    this.#hash = hash;
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
      await fillBody(buffer.bytes, frame, part, source);
      return new EncodedPart(part, frame, await this.#hash.sha256(buffer.bytes), buffer);
    } catch (error) {
      // A read that failed may be one of several that are still under way.
      buffer.drop();
      throw error;
    }
  }
}

/** One for the process: what it may hold bounds all repositories together. */
export const SHARED_PARTS = new PartEngine();
