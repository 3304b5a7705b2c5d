/** What the sink holds back, so that a push here meets what a push to a far registry meets. */
export interface Limits {
  /** Bytes of request bodies a second, on each connection. Undefined: as fast as they come. */
  readonly bandwidth: number | undefined;
  /** Bytes of request bodies a second, on all connections together, as of a line that they share. */
  readonly sharedBandwidth: number | undefined;
  /** `layer` counts a part's decoded bytes, as if the registry and not the wire were what is slow. */
  readonly bandwidthOf: 'wire' | 'layer';
  /** Before the answer to each request (ms). */
  readonly requestLatency: number;
  /** Before the answer to a part, and for each begun 10 MiB of a raw stream (ms). */
  readonly partLatency: number;
  /** Without a byte of a body its connection is closed after so long (ms). Undefined: never. */
  readonly bodyTimeout: number | undefined;
  /** Whether that is said first. */
  readonly bodyTimeoutAnswer: 'close' | '408';
  /**
   * How a part is refused, from the first bytes of its body, while another one of its upload has no answer: `close`
   * closes its connection; a number is an HTTP status; any other word the name of an exception. Undefined: it is not.
   */
  readonly refuseEarly: string | number | undefined;
}

export const UNLIMITED: Limits = {
  bandwidth: undefined,
  sharedBandwidth: undefined,
  bandwidthOf: 'wire',
  requestLatency: 0,
  partLatency: 0,
  bodyTimeout: undefined,
  bodyTimeoutAnswer: 'close',
  refuseEarly: undefined,
};

/** What a raw stream is measured against a part by (bytes): the size of part that ECR offers. */
export const STRETCH_BYTES = 10 * 1024 * 1024;

/** What a request's body carries. */
export type Carries = 'no-layer' | 'part' | 'stream';

/** What a late timer may be made up for (ms): more would be bandwidth saved up. */
const MAX_CREDIT = 10;
/** Shorter holds are left to add up: a timer is no more exact (ms). */
const MIN_HOLD = 2;

/** A line that all connections share: whose bytes come later waits for those that came before. */
export class Line {
  readonly #bandwidth: number | undefined;
  #due = 0;

  constructor({ sharedBandwidth }: Pick<Limits, 'sharedBandwidth'>) {
    this.#bandwidth = sharedBandwidth;
  }

  /** When it has carried these bytes, after all that it took before. */
  dueAfter(bytes: number, now: number): number {
    if (this.#bandwidth === undefined) return now;
    this.#due = Math.max(this.#due, now - MAX_CREDIT) + (bytes / this.#bandwidth) * 1000;
    return this.#due;
  }
}

/** When the bytes of one request may be read, and when it may be answered. Times are those of `performance.now()`. */
export class Pace {
  readonly #limits: Limits;
  readonly #carries: Carries;
  readonly #line: Line;
  #due: number;
  #lineDue: number;
  #bytes = 0;

  constructor(limits: Limits, carries: Carries, now: number, line = new Line(limits)) {
    this.#limits = limits;
    this.#carries = carries;
    this.#line = line;
    this.#due = this.#lineDue = now;
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
    this.#lineDue = this.#line.dueAfter(bytes, now);
    const hold = Math.max(this.#due, this.#lineDue) - now;
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
    return Math.max(0, this.#due - now, this.#lineDue - now) + requestLatency + last;
  }
}
