interface Waiting {
  readonly weight: number;
  readonly priority: number;
  readonly signal: AbortSignal;
  readonly grant: (permit: Permit) => void;
}

/** Room taken from a semaphore, released at the end of its scope or by `release`. */
export interface Permit {
  /** Idempotent. */
  readonly release: () => void;
  /** Changes how much room it takes, even beyond the capacity. */
  readonly resize: (weight: number) => void;
}

/** A weighted semaphore with priorities: the highest priority goes first, and equals in order of arrival. */
export class Semaphore {
  readonly #capacity: number;
  #queue: Waiting[] = [];
  #taken = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Waits for room. A weight above the capacity is granted once nothing else holds room. Nobody overtakes the first in
   * line, so that heavy ones do not starve.
   * @throws the signal's reason
   */
  acquire(weight: number, signal: AbortSignal, priority = 0): Promise<Permit> {
    return this.acquireFor((permit) => permit, weight, signal, priority);
  }

  /** The same for `use`, which gets the permit at once, before anybody else is let in: it may resize it. */
  acquireFor<T>(
    use: (permit: Permit) => T,
    weight: number,
    signal: AbortSignal,
    priority = 0,
  ): Promise<T> {
    if (signal.aborted) return Promise.reject(reasonOf(signal));
    const permit = this.tryAcquire(weight);
    if (permit !== undefined) return Promise.resolve(use(permit));
    return this.#wait(use, weight, signal, priority);
  }

  /** Whether somebody waits for room. */
  get isWanted(): boolean {
    return this.#queue.length > 0;
  }

  /** Undefined if there is no room, or if others are already waiting. */
  tryAcquire(weight: number): Permit | undefined {
    return this.#queue.length === 0 && this.#fits(weight) ? this.#take(weight) : undefined;
  }

  #wait<T>(
    use: (permit: Permit) => T,
    weight: number,
    signal: AbortSignal,
    priority: number,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const abort = (): void => {
      this.#queue = this.#queue.filter((other) => other !== waiting);
      reject(reasonOf(signal));
      this.#serve();
    };
    const waiting: Waiting = {
      weight,
      priority,
      signal,
      grant: (permit) => {
        signal.removeEventListener('abort', abort);
        try {
          resolve(use(permit));
        } catch (error) {
          permit.release();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
    };
    const behind = this.#queue.findIndex((other) => other.priority < priority);
    this.#queue.splice(behind < 0 ? this.#queue.length : behind, 0, waiting);
    signal.addEventListener('abort', abort, { once: true });
    this.#serve();
    return promise;
  }

  #fits(weight: number): boolean {
    return this.#taken === 0 || this.#taken + weight <= this.#capacity;
  }

  #take(weight: number): Permit {
    let held = weight;
    const resize = (to: number): void => {
      this.#taken += to - held;
      held = to;
      this.#serve();
    };
    let isTaken = true;
    const release = (): void => {
      if (isTaken) resize(0);
      isTaken = false;
    };
    this.#taken += weight;
    return { release, resize };
  }

  #serve(): void {
    for (let [first] = this.#queue; first !== undefined; [first] = this.#queue) {
      if (!first.signal.aborted && !this.#fits(first.weight)) return;
      this.#queue.shift();
      // An aborted one is rejected by its own listener.
      if (!first.signal.aborted) first.grant(this.#take(first.weight));
    }
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
