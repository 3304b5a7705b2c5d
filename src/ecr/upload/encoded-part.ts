import type { Readable } from 'node:stream';
import { BodyStream } from './body-stream.ts';
import type { PartBuffer } from './memory.ts';
import { bodyChunks, bodySize, decodeBody, type PartFrame } from './body.ts';
import type { LayerPart, PartSource } from '../registry.ts';

/** A part as the body of its request, hashed for the signature. It may hold memory until its end. */
export interface EncodedPart {
  readonly part: LayerPart;
  readonly frame: PartFrame;
  /** Of the body. */
  readonly bytes: number;
  /** SHA-256 of the body, hexadecimal. */
  readonly bodyHash: string;
  /** The body, for one attempt. */
  open(): Readable;
  /** The part's own bytes. */
  decode(): Promise<Uint8Array>;
  end(): void;
}

/** One write to the socket (bytes): TLS keeps all that it has encrypted of a write until it is sent. */
const WRITE_BYTES = 256 * 1024;

/** Made once, in memory. The memory is given back when the last request that was to read it is closed. */
export class ResidentPart implements EncodedPart {
  readonly part: LayerPart;
  readonly frame: PartFrame;
  readonly bodyHash: string;
  readonly #buffer: PartBuffer;
  #requests = 0;
  #isEnded = false;

  constructor(part: LayerPart, frame: PartFrame, bodyHash: string, buffer: PartBuffer) {
    this.part = part;
    this.frame = frame;
    this.bodyHash = bodyHash;
    this.#buffer = buffer;
  }

  get bytes(): number {
    return this.#buffer.bytes.byteLength;
  }

  open(): Readable {
    return new BodyStream(pieces(this.#buffer.bytes), this.bytes, (request) => {
      this.#requests += 1;
      // An attempt that failed may still be writing until then.
      request.once('close', () => {
        this.#requests -= 1;
        this.#releaseIfUnused();
      });
    });
  }

  decode(): Promise<Uint8Array> {
    return Promise.resolve(decodeBody(this.#buffer.bytes, this.frame));
  }

  end(): void {
    this.#isEnded = true;
    this.#releaseIfUnused();
  }

  #releaseIfUnused(): void {
    if (this.#isEnded && this.#requests === 0) this.#buffer.release();
  }
}

/** The bytes themselves, not a copy. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += WRITE_BYTES) {
    yield bytes.subarray(at, at + WRITE_BYTES);
  }
}

/** Encoded a second time while it is sent, and not held: for when memory is short and CPU is not. */
export class StreamedPart implements EncodedPart {
  readonly part: LayerPart;
  readonly frame: PartFrame;
  readonly bytes: number;
  readonly bodyHash: string;
  readonly #source: PartSource;

  constructor(part: LayerPart, frame: PartFrame, bodyHash: string, source: PartSource) {
    this.part = part;
    this.frame = frame;
    this.bytes = bodySize(frame, part.size);
    this.bodyHash = bodyHash;
    this.#source = source;
  }

  open(): Readable {
    return new BodyStream(bodyChunks(this.frame, this.part, this.#source), this.bytes);
  }

  async decode(): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.part.size);
    await this.#source.read(bytes, this.part.firstByte);
    return bytes;
  }

  end(): void {
    // It holds nothing.
  }
}
