import type { RepositoryId } from '../names/repository-id.ts';
import { encodeInPlace } from './worker.js';
import type { LayerPart, PartSource } from '../registry.ts';

/** What UploadLayerPart's request holds around the base64 of a part. */
export interface PartFrame {
  readonly before: string;
  readonly after: string;
}

/** A body as it is before its bytes are encoded. */
export interface RawBody {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Where the part's base64 goes, and where its bytes, `size` of them, end for now. */
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

/** Members in the order in which the SDK writes them: those that the API requires come first. */
export function framePart(
  { registryId, repositoryName }: RepositoryId,
  part: LayerPart,
): PartFrame {
  const { uploadId, partFirstByte, partLastByte } = partRange(part);
  const members = { repositoryName, uploadId, partFirstByte, partLastByte, layerPartBlob: '' };
  const optional = JSON.stringify({ registryId });
  return {
    before: JSON.stringify(members).slice(0, -'"}'.length),
    after: registryId === undefined ? '"}' : `",${optional.slice('{'.length)}`,
  };
}

/** Both ends inclusive, as the API has it. */
export function partRange({ uploadId, firstByte, size }: LayerPart): {
  uploadId: string;
  partFirstByte: number;
  partLastByte: number;
} {
  return { uploadId, partFirstByte: firstByte, partLastByte: firstByte + size - 1 };
}

/** Bytes of the body that holds a part of `size` bytes. */
export function bodySize({ before, after }: PartFrame, size: number): number {
  return Buffer.byteLength(before) + base64Length(size) + Buffer.byteLength(after);
}

/**
 * Fills `bytes` with the frame and, between, the part, at the end of the place where its base64 goes: so the raw bytes
 * never need memory of their own.
 * @throws what `source` throws
 */
export async function readBody(
  bytes: Uint8Array<SharedArrayBuffer>,
  frame: PartFrame,
  { firstByte, size }: LayerPart,
  source: PartSource,
): Promise<RawBody> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = buffer.write(frame.before, 0);
  const end = start + base64Length(size);
  buffer.write(frame.after, end);
  await source.read(buffer.subarray(end - size, end), firstByte);
  return { bytes, start, end, size };
}

/** Raw bytes of a chunk. A multiple of 3: no padding inside. */
const CHUNK = 96 * 1024;

/**
 * One chunk may be on its way to the socket and the next wait for it, while a third is made: a stream asks for none
 * before the one before the last is written.
 */
const CHUNKS_AT_ONCE = 3;

/** The same body a chunk at a time, in the memory of a few chunks. @throws what `source` throws */
export async function* bodyChunks(
  { before, after }: PartFrame,
  { firstByte, size }: LayerPart,
  source: PartSource,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(before);
  const room = base64Length(Math.min(CHUNK, size));
  const memory = Buffer.allocUnsafeSlow(room * CHUNKS_AT_ONCE);
  for (let read = 0; read < size; read += CHUNK) {
    const rawLength = Math.min(CHUNK, size - read);
    const length = base64Length(rawLength);
    const at = ((read / CHUNK) % CHUNKS_AT_ONCE) * room;
    const chunk = memory.subarray(at, at + length);
    await source.read(chunk.subarray(length - rawLength), firstByte + read);
    encodeInPlace(chunk, rawLength);
    yield chunk;
  }
  yield Buffer.from(after);
}

/** The part's own bytes again. */
export function decodeBody(body: Uint8Array, { before, after }: PartFrame): Uint8Array {
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
