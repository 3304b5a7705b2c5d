import { Worker } from 'node:worker_threads';
import { encodeAndHash, type RawBody, WORKER_DATA } from './part-encoder-worker.ts';

/** Below it (bytes) the work takes less time here than the way to the worker and back. */
export const WORKER_MIN_BYTES = 512 * 1024;

const WORKER_FILE = new URL('./part-encoder-worker.ts', import.meta.url);
/** MB. All that it makes is short-lived text. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 };

type Settle = (digest: string | undefined) => void;

/**
 * Encodes and hashes bodies on a thread of its own, in memory that both threads see, so that this one can write to
 * sockets meanwhile. (`crypto.subtle.digest` leaves this thread, too, but copies each body first: a tenth more CPU, and
 * that much more memory.) One thread does: it is faster than this one sends.
 */
export class PartEncoder {
  readonly #workerFile: URL;
  readonly #pending = new Map<number, Settle>();
  #worker: Worker | undefined;
  #state: 'not-started' | 'starting' | 'ready' | 'failed' = 'not-started';
  #nextId = 0;

  constructor(workerFile = WORKER_FILE) {
    this.#workerFile = workerFile;
  }

  /**
   * Here and now while the worker is not there yet, or cannot be had.
   * @returns the body's SHA-256, hexadecimal; undefined when the worker died over it: its bytes must be read again
   */
  encode(body: RawBody): string | Promise<string | undefined> {
    if (body.bytes.byteLength < WORKER_MIN_BYTES) return encodeAndHash(body);
    if (this.#state === 'not-started') this.#start();
    if (this.#state !== 'ready' || this.#worker === undefined) return encodeAndHash(body);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const id = this.#nextId++;
    if (this.#pending.size === 0) this.#worker.ref();
    this.#pending.set(id, resolve);
    this.#worker.postMessage({ id, body });
    return promise;
  }

  /** The worker ends with the process, and keeps it alive only while it has something to do. */
  #start(): void {
    this.#state = 'starting';
    try {
      this.#worker = new Worker(this.#workerFile, {
        workerData: WORKER_DATA,
        resourceLimits: WORKER_LIMITS,
        // Without this process's own options: a preloaded module is none of its business.
        execArgv: [],
      });
    } catch {
      this.#state = 'failed';
      return;
    }
    this.#worker.on('message', (message: unknown) => this.#receive(message));
    this.#worker.on('error', () => this.#fail());
    this.#worker.on('exit', () => this.#fail());
    this.#worker.unref();
  }

  #receive(message: unknown): void {
    if (message === 'ready') this.#state = 'ready';
    if (!isAnswer(message)) return;
    const { id, digest } = message;
    this.#pending.get(id)?.(digest);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker?.unref();
  }

  #fail(): void {
    this.#state = 'failed';
    for (const settle of this.#pending.values()) settle(undefined);
    this.#pending.clear();
  }
}

function isAnswer(message: unknown): message is { id: number; digest: string } {
  return typeof message === 'object' && message !== null && 'id' in message && 'digest' in message;
}
