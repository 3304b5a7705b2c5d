import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/** A body as it is before its bytes are encoded. */
export interface RawBody {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Where the part's base64 goes, and where its bytes, `size` of them, end for now. */
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

/** What the thread that does this is started with. */
export const WORKER_DATA = 'ecr-layer-push: encode parts';

/** So small that the text between reading and writing stays in the young heap. A multiple of 3: no padding inside. */
const ENCODE_CHUNK = 48 * 1024;

/** Encodes a part where it stands. @returns the SHA-256 of the body, hexadecimal */
export function encodeAndHash({ bytes, start, end, size }: RawBody): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  encodeInPlace(buffer.subarray(start, end), size);
  return hash('sha256', bytes);
}

/** Makes the base64 of the last `size` bytes of `buffer`, which is as long as that: no write overtakes the reading. */
export function encodeInPlace(buffer: Buffer, size: number): void {
  const raw = buffer.subarray(buffer.byteLength - size);
  for (let read = 0, written = 0; read < size; read += ENCODE_CHUNK) {
    const text = raw.toString('base64', read, Math.min(read + ENCODE_CHUNK, size));
    written += buffer.write(text, written, 'latin1');
  }
}

// As a thread of its own this file is alone, in dist, too: it may import nothing but what Node brings.
if (parentPort !== null && workerData === WORKER_DATA) {
  const port = parentPort;
  port.on('message', ({ id, body }: { id: number; body: RawBody }) => {
    port.postMessage({ id, digest: encodeAndHash(body) });
  });
  port.postMessage('ready');
}
