interface Waiting {
  readonly weight: number;
  readonly grant: (release: () => void) => void;
}

/** Room for so much to be under way at once; who comes first is served first. */
export class Slots {
  readonly #total: number;
  #taken = 0;
  readonly #queue: Waiting[] = [];

  constructor(total: number) {
    this.#total = total;
  }

  /**
   * Waits for room; something heavier than all of it gets it alone.
   * @returns what gives the room back; undefined once the signal is aborted
   */
  acquire(weight: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
    const abort = (): void => {
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      resolve(undefined);
      this.#serve();
    };
    const waiting: Waiting = {
      weight,
      grant: (release) => {
        signal.removeEventListener('abort', abort);
        resolve(release);
      },
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#queue.push(waiting);
    this.#serve();
    return promise;
  }

  #serve(): void {
    for (let [first] = this.#queue; first !== undefined; [first] = this.#queue) {
      const { weight, grant } = first;
      if (this.#taken > 0 && this.#taken + weight > this.#total) return;
      this.#queue.shift();
      this.#taken += weight;
      grant(() => {
        this.#taken -= weight;
        this.#serve();
      });
    }
  }
}
