/** What the sink holds back, so that a push here meets what a push to a far registry meets. */
export interface Limits {
  /** Bytes of request bodies a second, on each connection. Undefined: as fast as they come. */
  readonly bandwidth: number | undefined;
  /** `layer` counts a part's decoded bytes, as if the registry and not the wire were what is slow. */
  readonly bandwidthOf: 'wire' | 'layer';
  /** Before the answer to each request (ms). */
  readonly requestLatency: number;
  /** Before the answer to a part, and for each begun 10 MiB of a raw stream (ms). */
  readonly partLatency: number;
}

export const UNLIMITED: Limits = {
  bandwidth: undefined,
  bandwidthOf: 'wire',
  requestLatency: 0,
  partLatency: 0,
};

/** What a raw stream is measured against a part by (bytes): the size of part that ECR offers. */
export const STRETCH_BYTES = 10 * 1024 * 1024;

/** What a request's body carries. */
export type Carries = 'no-layer' | 'part' | 'stream';

/** What a late timer may be made up for (ms): more would be bandwidth saved up. */
const MAX_CREDIT = 10;
/** Shorter holds are left to add up: a timer is no more exact (ms). */
const MIN_HOLD = 2;

/** When the bytes of one request may be read, and when it may be answered. Times are those of `performance.now()`. */
export class Pace {
  readonly #limits: Limits;
  readonly #carries: Carries;
  #due: number;
  #bytes = 0;

  constructor(limits: Limits, carries: Carries, now: number) {
    this.#limits = limits;
    this.#carries = carries;
    this.#due = now;
  }

  /** How long to read nothing more after these bytes (ms). */
  holdAfter(bytes: number, now: number): number {
    const stretches = Math.floor(this.#bytes / STRETCH_BYTES);
    this.#bytes += bytes;
    this.#due = Math.max(this.#due, now - MAX_CREDIT) + this.#transferTime(bytes);
    if (this.#carries === 'stream') {
      const finished = Math.floor(this.#bytes / STRETCH_BYTES) - stretches;
      this.#due += finished * this.#limits.partLatency;
    }
    const hold = this.#due - now;
    return hold < MIN_HOLD ? 0 : hold;
  }

  #transferTime(bytes: number): number {
    const { bandwidth, bandwidthOf } = this.#limits;
    if (bandwidth === undefined) return 0;
    const counted = bandwidthOf === 'layer' && this.#carries === 'part' ? bytes * 0.75 : bytes;
    return (counted / bandwidth) * 1000;
  }

  /** How long to hold the answer back once the whole request is read (ms). */
  answerDelay(now: number): number {
    const { requestLatency, partLatency } = this.#limits;
    const isBegun = this.#carries === 'stream' && this.#bytes % STRETCH_BYTES > 0;
    const last = this.#carries === 'part' || isBegun ? partLatency : 0;
    return Math.max(0, this.#due - now) + requestLatency + last;
  }
}
