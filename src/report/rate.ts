/** Milliseconds that a rate looks back: parts are confirmed one by one, so that less would make it jump. */
const WINDOW = 20_000;

/** Less than this (ms) says nothing yet. */
const LEAST_TIME = 1000;

/** Fewer bytes say nothing: those of small layers arrive while the first part of a large one is still on its way. */
const LEAST_BYTES = 1024 * 1024;

interface Sample {
  /** Milliseconds. */
  readonly at: number;
  readonly bytes: number;
}

/** How fast bytes went in the last while: where hardly any have arrived in that, since enough did. */
export class Rate {
  #samples: Sample[] = [];

  /** `bytes`: all so far. */
  note(at: number, bytes: number): void {
    this.#samples.push({ at, bytes });
    const isEnough = (sample: Sample): boolean =>
      sample.at <= at - WINDOW && sample.bytes <= bytes - LEAST_BYTES;
    const start = this.#samples.findLastIndex(isEnough);
    if (start > 0) this.#samples = this.#samples.slice(start);
  }

  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  /** Bytes; undefined if it is too early to tell. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const [bytes, time] = [last.bytes - first.bytes, last.at - first.at];
    return time >= LEAST_TIME && bytes >= LEAST_BYTES ? (bytes * 1000) / time : undefined;
  }
}
