import type { RepositoryId } from '../names/reference.ts';
import type { BodyMemory } from './memory.ts';
import { CHUNK_BYTES, CHUNKS_AT_ONCE, ENCODE_STEP, WRITE_BYTES } from './tuning.ts';
import { encodeInPlace } from './worker.js';

/** The range of a layer that one UploadLayerPart carries. */
export interface LayerPart {
  readonly uploadId: string;
  /** Offset in the layer. */
  readonly firstByte: number;
  /** Bytes. */
  readonly size: number;
}

/** Where a part's bytes come from. */
export interface PartSource {
  /** Bytes of the layer. */
  readonly size: number;
  /** Fills `target` with the layer's bytes from `position` on. */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** The JSON before and after a part's base64 in an UploadLayerPart request. */
export interface Frame {
  readonly before: string;
  readonly after: string;
}

/** A body whose part is not encoded yet. */
export interface RawBody {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** The range that the base64 will fill; until then its last `size` bytes are the raw part. */
  readonly start: number;
  readonly end: number;
  readonly size: number;
  /** Raw bytes to encode per step. */
  readonly step: number;
}

/** Members in the SDK's order: required ones first. */
export function frameOf({ registryId, repositoryName }: RepositoryId, part: LayerPart): Frame {
  const { uploadId, partFirstByte, partLastByte } = rangeOf(part);
  const members = { repositoryName, uploadId, partFirstByte, partLastByte, layerPartBlob: '' };
  const optional = JSON.stringify({ registryId });
  return {
    before: JSON.stringify(members).slice(0, -'"}'.length),
    after: registryId === undefined ? '"}' : `",${optional.slice('{'.length)}`,
  };
}

/** Both ends inclusive, as the API has it. */
export function rangeOf({ uploadId, firstByte, size }: LayerPart): {
  uploadId: string;
  partFirstByte: number;
  partLastByte: number;
} {
  return { uploadId, partFirstByte: firstByte, partLastByte: firstByte + size - 1 };
}

/** Bytes of the body that holds a part of `size` bytes. */
export function bodySize({ before, after }: Frame, size: number): number {
  return Buffer.byteLength(before) + base64Length(size) + Buffer.byteLength(after);
}

/**
 * Fills `bytes` with the frame, and reads the part into the end of the space for its base64, so that the raw bytes need
 * no memory of their own.
 * @throws what `source` throws
 */
export async function readBody(
  bytes: Uint8Array<SharedArrayBuffer>,
  frame: Frame,
  { firstByte, size }: LayerPart,
  source: PartSource,
): Promise<RawBody> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = buffer.write(frame.before, 0);
  const end = start + base64Length(size);
  buffer.write(frame.after, end);
  await source.read(buffer.subarray(end - size, end), firstByte);
  return { bytes, start, end, size, step: ENCODE_STEP };
}

/** A part as a request body, hashed for the signature. It may hold memory until `end`. */
export interface EncodedBody {
  readonly part: LayerPart;
  readonly frame: Frame;
  /** The body's size. */
  readonly bytes: number;
  /** SHA-256 of the body, hexadecimal. */
  readonly hash: string;
  /** The body, for one attempt. */
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Keeps the body until the request closes: one that failed may still be reading it. */
  heldBy(request: NodeJS.EventEmitter): void;
  /** The part's own bytes. */
  decode(): Promise<Uint8Array>;
  /** Called after the last attempt. */
  end(): void;
}

/** Encoded once, in memory that is released when the last request reading it has closed. */
export class ResidentBody implements EncodedBody {
  readonly part: LayerPart;
  readonly frame: Frame;
  readonly hash: string;
  readonly #memory: BodyMemory;
  #requests = 0;
  #isEnded = false;

  constructor(part: LayerPart, frame: Frame, hash: string, memory: BodyMemory) {
    this.part = part;
    this.frame = frame;
    this.hash = hash;
    this.#memory = memory;
  }

  get bytes(): number {
    return this.#memory.bytes.byteLength;
  }

  chunks(): Iterable<Uint8Array> {
    return writesOf(this.#memory.bytes);
  }

  heldBy(request: NodeJS.EventEmitter): void {
    this.#requests += 1;
    request.once('close', () => {
      this.#requests -= 1;
      this.#releaseIfUnused();
    });
  }

  decode(): Promise<Uint8Array> {
    return Promise.resolve(decodeBody(this.#memory.bytes, this.frame));
  }

  end(): void {
    this.#isEnded = true;
    this.#releaseIfUnused();
  }

  #releaseIfUnused(): void {
    if (this.#isEnded && this.#requests === 0) this.#memory.release();
  }
}

/** Not held in memory, but encoded again while it is sent: for when memory is short and CPU is not. */
export class StreamedBody implements EncodedBody {
  readonly part: LayerPart;
  readonly frame: Frame;
  readonly bytes: number;
  readonly hash: string;
  readonly #source: PartSource;
  readonly #onEnd: () => void;

  constructor(
    part: LayerPart,
    frame: Frame,
    hash: string,
    source: PartSource,
    onEnd: () => void = () => undefined,
  ) {
    this.part = part;
    this.frame = frame;
    this.bytes = bodySize(frame, part.size);
    this.hash = hash;
    this.#source = source;
    this.#onEnd = onEnd;
  }

  chunks(): AsyncIterable<Uint8Array> {
    return chunksOf(this.frame, this.part, this.#source);
  }

  heldBy(): void {
    // No memory to keep.
  }

  async decode(): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.part.size);
    await this.#source.read(bytes, this.part.firstByte);
    return bytes;
  }

  end(): void {
    this.#onEnd();
  }
}

/** A body in memory, one write at a time, without copying. */
function* writesOf(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += WRITE_BYTES)
    yield body.subarray(at, at + WRITE_BYTES);
}

/** The same body, encoded while it is sent, in a few chunks of memory. @throws what `source` throws */
async function* chunksOf(
  { before, after }: Frame,
  { firstByte, size }: LayerPart,
  source: PartSource,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(before);
  const room = base64Length(Math.min(CHUNK_BYTES, size));
  const memory = Buffer.allocUnsafeSlow(room * CHUNKS_AT_ONCE);
  for (let read = 0; read < size; read += CHUNK_BYTES) {
    const rawLength = Math.min(CHUNK_BYTES, size - read);
    const length = base64Length(rawLength);
    const at = ((read / CHUNK_BYTES) % CHUNKS_AT_ONCE) * room;
    const chunk = memory.subarray(at, at + length);
    await source.read(chunk.subarray(length - rawLength), firstByte + read);
    encodeInPlace(chunk, rawLength, ENCODE_STEP);
    yield chunk;
  }
  yield Buffer.from(after);
}

/** The part's own bytes again. */
function decodeBody(body: Uint8Array, { before, after }: Frame): Uint8Array {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = buffer.toString(
    'latin1',
    Buffer.byteLength(before),
    body.byteLength - Buffer.byteLength(after),
  );
  return Buffer.from(text, 'base64');
}

function base64Length(size: number): number {
  return Math.ceil(size / 3) * 4;
}
