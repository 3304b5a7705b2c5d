import { type Permit, Semaphore } from '../../async/semaphore.ts';
import { CAPACITY_STEP, PART_MEMORY } from './tuning.ts';

/** Memory for one body. */
export interface BodyMemory {
  /** As many bytes as requested, not cleared; shared, so that a thread can work on them in place. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Returns it for reuse. Call only when nothing can read it any more. */
  release(): void;
  /** Leaves it to the garbage collector, because something may still use it. */
  drop(): void;
}

/** Reusable memory for part bodies, bounded across all layers and repositories that share it. */
export class Memory {
  readonly #budget: number;
  readonly #room: Semaphore;
  readonly #free: SharedArrayBuffer[] = [];
  /** In use and free (bytes). */
  #allocated = 0;

  constructor(budget = PART_MEMORY) {
    this.#budget = budget;
    this.#room = new Semaphore(budget);
  }

  /** Waits for room. A single body is always granted, even beyond the budget. @throws the signal's reason */
  acquire(size: number, signal: AbortSignal, priority: number): Promise<BodyMemory> {
    return this.#room.acquireFor((permit) => this.#lend(permit, size), size, signal, priority);
  }

  /** Undefined if that would exceed the budget, or if others are already waiting. */
  tryAcquire(size: number): BodyMemory | undefined {
    const permit = this.#room.tryAcquire(size);
    return permit && this.#lend(permit, size);
  }

  #lend(permit: Permit, size: number): BodyMemory {
    const memory = this.#reuse(size) ?? this.#allocate(size);
    permit.resize(memory.byteLength);
    let isLent = true;
    const end = (isReusable: boolean): void => {
      if (!isLent) return;
      isLent = false;
      if (isReusable) this.#free.push(memory);
      else this.#allocated -= memory.byteLength;
      permit.release();
    };
    return {
      bytes: new Uint8Array(memory, 0, size),
      release: () => end(true),
      drop: () => end(false),
    };
  }

  #reuse(size: number): SharedArrayBuffer | undefined {
    const [smallest] = this.#free
      .filter(({ byteLength }) => byteLength >= size)
      .toSorted((a, b) => a.byteLength - b.byteLength);
    if (smallest !== undefined) this.#free.splice(this.#free.indexOf(smallest), 1);
    return smallest;
  }

  /** Frees unused memory, oldest first, if the total would exceed the budget. */
  #allocate(size: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(Math.ceil(size / CAPACITY_STEP) * CAPACITY_STEP);
    this.#allocated += memory.byteLength;
    while (this.#allocated > this.#budget) {
      const oldest = this.#free.shift();
      if (oldest === undefined) break;
      this.#allocated -= oldest.byteLength;
    }
    return memory;
  }
}
