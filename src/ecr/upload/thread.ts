import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RawBody } from './body.ts';
import { MAX_THREADS, THREAD_HEAP, THREAD_MIN_BYTES } from './tuning.ts';
import { encodeAndHash, WORKER_DATA } from './worker.js';

const WORKER_FILE = new URL('./worker.js', import.meta.url);

interface Options {
  readonly workerFile?: URL;
  readonly maxThreads?: number;
}

/**
 * Encodes and hashes bodies on worker threads, so that the main thread can write to sockets in the meantime.
 * (`crypto.subtle.digest` leaves the main thread too, but copies each body first: 10 % more CPU, and memory for the
 * copy.)
 */
export class Threads implements AsyncDisposable {
  readonly #workerFile: URL;
  readonly #maxThreads: number;
  readonly #threads: Thread[] = [];

  constructor({ workerFile, maxThreads }: Options = {}) {
    this.#workerFile = workerFile ?? WORKER_FILE;
    this.#maxThreads = maxThreads ?? Math.min(MAX_THREADS, availableParallelism());
  }

  /** Starts a thread if a layer of `size` bytes needs one: that takes longer than reading the first part. */
  expect(size: number): void {
    if (size >= THREAD_MIN_BYTES) this.#start();
  }

  /**
   * On the main thread if that is faster, or if there is no other thread.
   * @returns the body's SHA-256, hexadecimal; undefined if a thread died: the part must then be read again
   */
  encode(body: RawBody): string | Promise<string | undefined> {
    if (body.bytes.byteLength < THREAD_MIN_BYTES) return encodeAndHash(body);
    if (this.#leastBusy()?.pending !== 0) this.#start();
    return this.#leastBusy()?.encode(body) ?? encodeAndHash(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  #start(): void {
    if (this.#threads.length < this.#maxThreads) this.#threads.push(new Thread(this.#workerFile));
  }

  #leastBusy(): Thread | undefined {
    return this.#threads
      .filter(({ isAlive }) => isAlive)
      .toSorted((a, b) => a.pending - b.pending)[0];
  }
}

type Settle = (digest: string | undefined) => void;

/** Encodes and hashes bodies one at a time, in shared memory. */
class Thread implements AsyncDisposable {
  readonly #worker: Worker | undefined;
  readonly #pending = new Map<number, Settle>();
  #nextId = 0;
  #isAlive = true;

  /** It keeps the process alive only while it has something to do. */
  constructor(file: URL) {
    this.#worker = startWorker(file);
    this.#isAlive = this.#worker !== undefined;
    this.#worker?.on('message', (message: unknown) => this.#receive(message));
    this.#worker?.on('error', () => this.#fail());
    this.#worker?.on('exit', () => this.#fail());
    this.#worker?.unref();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Bodies that are not done yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The body waits for a worker that is still starting. */
  encode(body: RawBody): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const id = this.#nextId++;
    if (this.#pending.size === 0) this.#worker?.ref();
    this.#pending.set(id, resolve);
    this.#worker?.postMessage({ id, body });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate();
  }

  #receive(message: unknown): void {
    if (!isAnswer(message)) return;
    const { id, digest } = message;
    this.#pending.get(id)?.(digest);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker?.unref();
  }

  #fail(): void {
    this.#isAlive = false;
    for (const settle of this.#pending.values()) settle(undefined);
    this.#pending.clear();
  }
}

/** Undefined if it cannot be started. */
function startWorker(file: URL): Worker | undefined {
  try {
    return new Worker(file, {
      workerData: WORKER_DATA,
      resourceLimits: THREAD_HEAP,
      // Without this process's options: the worker needs no preloaded modules.
      execArgv: [],
    });
  } catch {
    return undefined;
  }
}

function isAnswer(message: unknown): message is { id: number; digest: string } {
  return typeof message === 'object' && message !== null && 'id' in message && 'digest' in message;
}
