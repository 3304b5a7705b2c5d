import { Worker } from 'node:worker_threads';
import type { RawBody } from './body.ts';
import { WORKER_DATA } from './worker.js';

/** MB. All that it makes is short-lived text. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 };

type Settle = (digest: string | undefined) => void;

/** A worker that encodes and hashes bodies one after another, in memory that both threads see. */
export class EncoderThread {
  readonly #worker: Worker | undefined;
  readonly #pending = new Map<number, Settle>();
  #nextId = 0;
  #isAlive = true;

  /** It ends with the process, and keeps it alive only while it has something to do. */
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

  /** Bodies that it was given and that are not done. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * The body waits for a worker that is still starting.
   * @returns the body's SHA-256, hexadecimal; undefined when the worker died over it: its bytes must be read again
   */
  encode(body: RawBody): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const id = this.#nextId++;
    if (this.#pending.size === 0) this.#worker?.ref();
    this.#pending.set(id, resolve);
    this.#worker?.postMessage({ id, body });
    return promise;
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

/** Undefined where it cannot be had. */
function startWorker(file: URL): Worker | undefined {
  try {
    return new Worker(file, {
      workerData: WORKER_DATA,
      resourceLimits: LIMITS,
      // Without this process's own options: a preloaded module is none of its business.
      execArgv: [],
    });
  } catch {
    return undefined;
  }
}

function isAnswer(message: unknown): message is { id: number; digest: string } {
  return typeof message === 'object' && message !== null && 'id' in message && 'digest' in message;
}
