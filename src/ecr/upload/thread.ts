import { availableParallelism } from 'node:os';
import { EncoderThread } from './encoder-thread.ts';
import type { RawBody } from './body.ts';
import { encodeAndHash } from './worker.js';

/** Below it (bytes) the work takes less time here than the way to a worker and back. */
export const WORKER_MIN_BYTES = 512 * 1024;

const WORKER_FILE = new URL('./worker.js', import.meta.url);
/** Memory holds three bodies: one that is sent, and two that are made. */
const MAX_THREADS = 2;

interface Options {
  readonly workerFile?: URL;
  readonly maxThreads?: number;
}

/**
 * Encodes and hashes bodies on threads of their own, so that this one can write to sockets meanwhile.
 * (`crypto.subtle.digest` leaves this thread, too, but copies each body first: a tenth more CPU, and that much more
 * memory.)
 */
export class PartEncoder {
  readonly #workerFile: URL;
  readonly #maxThreads: number;
  readonly #threads: EncoderThread[] = [];

  constructor({ workerFile, maxThreads }: Options = {}) {
    this.#workerFile = workerFile ?? WORKER_FILE;
    this.#maxThreads = maxThreads ?? Math.min(MAX_THREADS, availableParallelism());
  }

  /** A thread more, if there may be, so that it is there when bodies come. */
  startThread(): void {
    if (this.#threads.length < this.#maxThreads)
      this.#threads.push(new EncoderThread(this.#workerFile));
  }

  /**
   * Here and now where that is faster, or where there are no threads to be had.
   * @returns the body's SHA-256, hexadecimal; undefined when a worker died over it: its bytes must be read again
   */
  encode(body: RawBody): string | Promise<string | undefined> {
    if (body.bytes.byteLength < WORKER_MIN_BYTES) return encodeAndHash(body);
    if (this.#leastBusy()?.pending !== 0) this.startThread();
    return this.#leastBusy()?.encode(body) ?? encodeAndHash(body);
  }

  #leastBusy(): EncoderThread | undefined {
    return this.#threads
      .filter(({ isAlive }) => isAlive)
      .toSorted((a, b) => a.pending - b.pending)[0];
  }
}
