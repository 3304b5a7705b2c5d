/**
 * JavaScript, because it runs as it is: a thread that must strip types first starts half as fast and takes twice the
 * memory. In dist it is a separate file, so it may import nothing but Node's own modules.
 */
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/** @import { RawBody } from './body.ts' */

/** Marks the threads that run this file as workers. */
export const WORKER_DATA = 'ecr-layer-push: encode parts';

/**
 * Encodes a part where it stands.
 * @param {RawBody} body
 * @returns {string} the SHA-256 of the body, hexadecimal
 */
export function encodeAndHash({ bytes, start, end, size, step }) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  encodeInPlace(buffer.subarray(start, end), size, step);
  return hash('sha256', bytes);
}

/**
 * Replaces `buffer`, whose last `size` bytes are raw, with their base64, which fills it: no write overtakes a read.
 * @param {Buffer} buffer
 * @param {number} size
 * @param {number} step raw bytes per step
 */
export function encodeInPlace(buffer, size, step) {
  const raw = buffer.subarray(buffer.byteLength - size);
  for (let read = 0, written = 0; read < size; read += step) {
    const text = raw.toString('base64', read, Math.min(read + step, size));
    written += buffer.write(text, written, 'latin1');
  }
}

if (parentPort !== null && workerData === WORKER_DATA) {
  const port = parentPort;
  port.on('message', (/** @type {{ id: number, body: RawBody }} */ { id, body }) => {
    port.postMessage({ id, digest: encodeAndHash(body) });
  });
}
