/** What the bodies of parts that are held may take together (bytes): three of the 10 MiB that ECR usually offers. */
export const PART_MEMORY = 42_000_000;

const CAPACITY_STEP = 64 * 1024;

export interface PartBuffer {
  /** As many as were asked for, with whatever they held before; shared, so that a worker can read them in place. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Gives the memory back for reuse: only once nobody can read it any more. */
  release(): void;
  /** Leaves the memory to the garbage collector, because somebody may still read it. */
  drop(): void;
}

interface Slab {
  readonly memory: SharedArrayBuffer;
  /** Bytes that were ever used: memory that was never written to takes no room. */
  touched: number;
}

interface Waiting {
  readonly size: number;
  readonly urgency: number;
  readonly grant: (buffer: PartBuffer) => void;
}

/** Memory for the bodies of parts, reused, and bounded over all layers and repositories that share it. */
export class PartBuffers {
  readonly #budget: number;
  readonly #free: Slab[] = [];
  readonly #queue: Waiting[] = [];
  /** Of slabs in use and free (bytes). */
  #resident = 0;
  #inUse = 0;

  constructor(budget = PART_MEMORY) {
    this.#budget = budget;
  }

  /**
   * Waits until there is room: the most urgent is served first, and of those that are equally so who came first.
   * @throws the signal's reason
   */
  acquire(size: number, urgency: number, signal: AbortSignal): Promise<PartBuffer> {
    signal.throwIfAborted();
    const buffer = this.tryAcquire(size);
    return buffer === undefined ? this.#wait(size, urgency, signal) : Promise.resolve(buffer);
  }

  /** Undefined where that would exceed the budget, or where somebody waits already. */
  tryAcquire(size: number): PartBuffer | undefined {
    return this.#queue.length > 0 ? undefined : this.#take(size);
  }

  #wait(size: number, urgency: number, signal: AbortSignal): Promise<PartBuffer> {
    const { promise, resolve, reject } = Promise.withResolvers<PartBuffer>();
    const abort = (): void => {
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      this.#serve();
    };
    const waiting: Waiting = {
      size,
      urgency,
      grant: (buffer) => {
        signal.removeEventListener('abort', abort);
        resolve(buffer);
      },
    };
    const behind = this.#queue.findIndex((other) => other.urgency < urgency);
    this.#queue.splice(behind < 0 ? this.#queue.length : behind, 0, waiting);
    signal.addEventListener('abort', abort, { once: true });
    return promise;
  }

  #serve(): void {
    for (let [first] = this.#queue; first !== undefined; [first] = this.#queue) {
      const buffer = this.#take(first.size);
      if (buffer === undefined) return;
      this.#queue.shift();
      first.grant(buffer);
    }
  }

  #take(size: number): PartBuffer | undefined {
    const reused = this.#smallestFree(size);
    const growth = Math.max(0, size - (reused?.touched ?? 0));
    if (!this.#makeRoom(growth, reused)) return undefined;
    if (reused !== undefined) this.#free.splice(this.#free.indexOf(reused), 1);
    const slab = reused ?? { memory: allocate(size), touched: 0 };
    slab.touched += growth;
    this.#resident += growth;
    this.#inUse += 1;
    return this.#lend(slab, size);
  }

  #smallestFree(size: number): Slab | undefined {
    return this.#free
      .filter(({ memory }) => memory.byteLength >= size)
      .toSorted((a, b) => a.memory.byteLength - b.memory.byteLength)[0];
  }

  /** Gives up free slabs for it. One buffer is always granted, also beyond the budget: without it nothing moves. */
  #makeRoom(growth: number, reused: Slab | undefined): boolean {
    const others = this.#free.filter((slab) => slab !== reused);
    const needed = this.#resident + growth - this.#budget;
    if (needed > sum(others) && this.#inUse > 0) return false;
    for (let given = 0; given < needed && others.length > 0;) {
      const slab = others.pop();
      if (slab === undefined) break;
      given += slab.touched;
      this.#resident -= slab.touched;
      this.#free.splice(this.#free.indexOf(slab), 1);
    }
    return true;
  }

  #lend(slab: Slab, size: number): PartBuffer {
    let lent = true;
    const end = (reuse: boolean): void => {
      if (!lent) return;
      lent = false;
      this.#inUse -= 1;
      if (reuse) this.#free.push(slab);
      else this.#resident -= slab.touched;
      this.#serve();
    };
    return {
      bytes: new Uint8Array(slab.memory, 0, size),
      release: () => end(true),
      drop: () => end(false),
    };
  }
}

function allocate(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.ceil(size / CAPACITY_STEP) * CAPACITY_STEP);
}

function sum(slabs: readonly Slab[]): number {
  return slabs.reduce((total, { touched }) => total + touched, 0);
}
