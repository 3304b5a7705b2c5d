import type { Readable } from 'node:stream';
import { PlainAnswer } from '../faults.ts';
import type { TransportOptions } from '../options.ts';

/** Ends a call without an answer: the connection is closed, as a front end does it. */
export class ConnectionClosed extends Error {
  readonly outcome: string;

  constructor(outcome: string) {
    super(`closed: ${outcome}`);
    this.outcome = outcome;
  }
}

/** What stands between clients and the service: how fast a connection brings bytes, and how long it may bring none. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #now: () => number;
  /** When each connection has had time enough for the bytes that it brought (ms). */
  readonly #due = new WeakMap<object, number>();

  constructor(options: TransportOptions, now = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  /**
   * A body as it comes. What is left of one that is not read to its end stays in `body`, which can be read on.
   * @param connection what the rate is kept for
   * @throws ConnectionClosed, PlainAnswer when no byte came for too long
   */
  async *chunks(body: Readable, connection: object): AsyncGenerator<Buffer> {
    const iterator = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    for (;;) {
      const next = await this.#inTime(iterator.next());
      if (next.done === true) return;
      yield next.value;
      const hold = this.holdAfter(connection, next.value.length);
      if (hold > 0) await new Promise((resolve) => setTimeout(resolve, hold));
    }
  }

  /** How long to read nothing more after these bytes (ms). */
  holdAfter(connection: object, bytes: number): number {
    const { connectionRate } = this.#options;
    if (connectionRate === undefined) return 0;
    const now = this.#now();
    const due = this.#due.get(connection) ?? 0;
    const next = Math.max(due, now - MAX_CREDIT) + (bytes / connectionRate) * 1000;
    this.#due.set(connection, next);
    return next - now < MIN_HOLD ? 0 : next - now;
  }

  /** The time in which this server itself reads nothing does not count: nobody asks for the next chunk then. */
  async #inTime<T>(next: Promise<T>): Promise<T> {
    const { bodyTimeout, bodyTimeoutAnswer } = this.#options;
    if (bodyTimeout === undefined) return next;
    const still = Promise.withResolvers<never>();
    const timer = setTimeout(() => still.reject(timedOut(bodyTimeoutAnswer)), bodyTimeout);
    try {
      return await Promise.race([next, still.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a late timer may be made up for (ms): more would be bandwidth saved up. */
const MAX_CREDIT = 10;
/** Shorter holds are left to add up: a timer is no more exact (ms). */
const MIN_HOLD = 2;

function timedOut(answer: TransportOptions['bodyTimeoutAnswer']): Error {
  return answer === '408'
    ? new PlainAnswer(408, { closes: true })
    : new ConnectionClosed('timeout');
}
