import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Semaphore } from '../async/semaphore.ts';
import { type Digest, digestFrom } from '../oci/digest.ts';
import { type Block, type BlockFormat, type Content, WINDOW_BYTES } from './block-format.ts';
import type { BlobReader } from './layout.ts';

/** What came of compressing a blob. */
export interface Compressed {
  /** Of the bytes that were read. */
  readonly uncompressed: Digest;
  readonly compressed: Digest;
  /** Bytes, compressed. */
  readonly size: number;
}

/** Takes compressed bytes, piece by piece. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * Compresses blobs block by block, on the threads of Node's pool. All blobs that are under way share the room for
 * blocks, so that one large blob keeps all processors busy, and many together take no more memory than it does.
 */
export class BlockCompressor {
  readonly #format: BlockFormat;
  readonly #room: Semaphore;
  /** Free to be used again. */
  readonly #buffers: Uint8Array[] = [];

  /** `blocks`: how many may be in memory at once. */
  constructor(format: BlockFormat, blocks: number) {
    this.#format = format;
    this.#room = new Semaphore(blocks);
  }

  /** @throws what the blob and `write` throw, and the signal's reason */
  async compress(blob: BlobReader, write: Write, signal: AbortSignal): Promise<Compressed> {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const input = new Input(blob, this.#format.blockBytes);
    const output = new Output(write);
    const onFailure = (error: unknown): void => failed.abort(error);
    let written = output.put(this.#format.head);
    written.catch(onFailure);
    try {
      while (!input.isOver) {
        const { buffer, release } = await this.#take(either);
        try {
          const piece = this.#format.compress(await input.next(buffer));
          written = output.putAfter(written, piece).finally(release);
        } catch (error) {
          release();
          throw error;
        }
        written.catch(onFailure);
      }
    } finally {
      // Nothing is at work after this, and the first failure is the one that is thrown.
      await written;
    }
    await output.put(this.#format.tail(input.content));
    return { uncompressed: input.digest(), compressed: output.digest(), size: output.size };
  }

  async #take(signal: AbortSignal): Promise<{ buffer: Uint8Array; release: () => void }> {
    const permit = await this.#room.acquire(1, signal);
    const buffer = this.#buffers.pop() ?? new Uint8Array(this.#format.blockBytes);
    const release = (): void => {
      this.#buffers.push(buffer);
      permit.release();
    };
    return { buffer, release };
  }
}

/** A blob as a row of blocks, and what all of it adds up to. An empty one has one block, without bytes. */
class Input {
  readonly #blob: BlobReader;
  readonly #blockBytes: number;
  readonly #hash = createHash('sha256');
  #crc32 = 0;
  #position = 0;
  #before: Uint8Array = new Uint8Array();
  #isOver = false;

  constructor(blob: BlobReader, blockBytes: number) {
    this.#blob = blob;
    this.#blockBytes = blockBytes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Reads the next block into the buffer. */
  async next(buffer: Uint8Array): Promise<Block> {
    const bytes = buffer.subarray(0, Math.min(this.#blockBytes, this.#blob.size - this.#position));
    await this.#blob.read(bytes, this.#position);
    this.#position += bytes.byteLength;
    this.#isOver = this.#position === this.#blob.size;
    this.#hash.update(bytes);
    this.#crc32 = crc32(bytes, this.#crc32);
    const before = this.#before;
    // A copy: the buffer will hold another block while the next one still looks back at this one.
    this.#before = bytes.slice(-WINDOW_BYTES);
    return { bytes, before, isLast: this.#isOver };
  }

  get content(): Content {
    return { crc32: this.#crc32, size: this.#position };
  }

  digest(): Digest {
    return digestFrom(this.#hash);
  }
}

/** Pieces in order, and what they add up to. */
class Output {
  readonly #write: Write;
  readonly #hash = createHash('sha256');
  /** Bytes so far. */
  size = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  async put(bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength === 0) return;
    this.#hash.update(bytes);
    this.size += bytes.byteLength;
    await this.#write(bytes);
  }

  async putAfter(earlier: Promise<void>, piece: Promise<Uint8Array>): Promise<void> {
    // A piece that is still being made uses a buffer: the end of both is awaited, even if the first has failed.
    await Promise.allSettled([earlier, piece]);
    await earlier;
    await this.put(await piece);
  }

  digest(): Digest {
    return digestFrom(this.#hash);
  }
}
