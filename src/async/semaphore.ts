interface Waiting {
  readonly weight: number;
  readonly priority: number;
  readonly grant: (permit: Permit) => void;
}

/** Room that is taken: given back at the end of its scope, or by `release`. */
export interface Permit extends Disposable {
  /** Again and again without harm. */
  readonly release: () => void;
  /** It has turned out to take more, or less, than was asked for: also more than there is. */
  readonly resize: (weight: number) => void;
}

/** Room for so much at once. Who is most urgent is let in first; of those equally urgent, who came first. */
export class Semaphore {
  readonly #capacity: number;
  readonly #queue: Waiting[] = [];
  #taken = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Waits for room; something heavier than all of it gets it alone. Nobody overtakes who is first in line, so that the
   * heavy have their turn, too.
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

  /** Undefined where there is no room, or where somebody waits already. */
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
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      reject(reasonOf(signal));
      this.#serve();
    };
    const waiting: Waiting = {
      weight,
      priority,
      grant: (permit) => {
        signal.removeEventListener('abort', abort);
        resolve(use(permit));
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
    return { release, resize, [Symbol.dispose]: release };
  }

  #serve(): void {
    for (let [first] = this.#queue; first !== undefined; [first] = this.#queue) {
      if (!this.#fits(first.weight)) return;
      this.#queue.shift();
      first.grant(this.#take(first.weight));
    }
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
