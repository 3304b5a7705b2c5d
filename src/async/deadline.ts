import { sleep } from './sleep.ts';

/** A limit of time, and a signal that is aborted when it is over; it ends with its scope. */
export class Deadline implements Disposable {
  readonly #over = new AbortController();
  #clock = new AbortController();
  #isDisposed = false;

  /** Milliseconds from now. */
  constructor(milliseconds: number) {
    this.restart(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /** Puts another limit, from now, in the place of the first; once it has ended, does nothing. */
  restart(milliseconds: number): void {
    if (this.#isDisposed) return;
    this.#clock.abort();
    const clock = new AbortController();
    this.#clock = clock;
    sleep(milliseconds, clock.signal).then(
      () => this.#over.abort(new Error(`not within ${milliseconds} ms`)),
      // Another limit has taken its place, or nobody waits any more.
      () => undefined,
    );
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#clock.abort();
  }
}
