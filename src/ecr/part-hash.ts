import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';

/** Below it (bytes) a hash takes less time here than the way to the worker and back. */
export const WORKER_MIN_BYTES = 512 * 1024;

const WORKER_FILE = new URL('./part-hash-worker.ts', import.meta.url);

interface Pending {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly resolve: (digest: string) => void;
}

/**
 * SHA-256 of bodies, on a thread of its own, so that this one can write to sockets meanwhile. `crypto.subtle.digest`
 * would do so, too, but copies each body first: a third more CPU, and that much more memory. One thread does: it hashes
 * faster than this thread encodes and sends.
 */
export class PartHash {
  readonly #workerFile: URL;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #state: 'not-started' | 'starting' | 'ready' | 'failed' = 'not-started';
  #nextId = 0;

  constructor(workerFile = WORKER_FILE) {
    this.#workerFile = workerFile;
  }

  /** Hexadecimal. Here and now while the worker is not there yet, or cannot be had. */
  sha256(bytes: Uint8Array<SharedArrayBuffer>): string | Promise<string> {
    if (bytes.byteLength < WORKER_MIN_BYTES) return hash('sha256', bytes);
    if (this.#state === 'not-started') this.#start();
    if (this.#state !== 'ready' || this.#worker === undefined) return hash('sha256', bytes);
    const { promise, resolve } = Promise.withResolvers<string>();
    const id = this.#nextId++;
    if (this.#pending.size === 0) this.#worker.ref();
    this.#pending.set(id, { bytes, resolve });
    this.#worker.postMessage({ id, bytes });
    return promise;
  }

  /** What the worker makes is of no use beyond the process: it ends with it, and keeps it alive only while it hashes. */
  #start(): void {
    this.#state = 'starting';
    try {
      // Without this process's own options: a preloaded module is none of its business.
      this.#worker = new Worker(this.#workerFile, { execArgv: [], name: 'part-hash' });
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
    this.#pending.get(id)?.resolve(digest);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker?.unref();
  }

  #fail(): void {
    this.#state = 'failed';
    for (const { bytes, resolve } of this.#pending.values()) resolve(hash('sha256', bytes));
    this.#pending.clear();
  }
}

function isAnswer(message: unknown): message is { id: number; digest: string } {
  return typeof message === 'object' && message !== null && 'id' in message && 'digest' in message;
}
