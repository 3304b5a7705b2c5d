interface Timer {
  readonly interval: number;
  readonly work: () => void;
  at: number;
}

/** A clock that goes only when a test says so. Milliseconds. */
export class FakeClock {
  readonly #timers = new Set<Timer>();
  #time = 0;

  readonly now = (): number => this.#time;

  readonly every = (interval: number, work: () => void): Disposable => {
    const timer = { interval, work, at: this.#time + interval };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  };

  /** Whether anything still runs by it. */
  get isIdle(): boolean {
    return this.#timers.size === 0;
  }

  /** Lets time pass, with all that happens meanwhile. */
  pass(milliseconds: number): void {
    const end = this.#time + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#time = next.at;
      next.at += next.interval;
      next.work();
    }
    this.#time = end;
  }
}
