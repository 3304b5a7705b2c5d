import { throttled } from './errors.ts';
import type { Rate } from './options.ts';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket for each account, region and operation that has a rate. */
export class Throttle {
  readonly #rates: Readonly<Record<string, Rate>>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rates: Readonly<Record<string, Rate>>) {
    this.#rates = rates;
  }

  /** @param now milliseconds @throws EcrError ThrottlingException */
  take(operation: string, owner: string, now: number): void {
    const rate = this.#rates[operation];
    if (rate === undefined) return;
    const key = `${owner} ${operation}`;
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, filledAt: now };
    const refilled = bucket.tokens + ((now - bucket.filledAt) / 1000) * rate.rate;
    const tokens = Math.min(rate.burst, refilled);
    const isRefused = tokens < 1;
    this.#buckets.set(key, { tokens: isRefused ? tokens : tokens - 1, filledAt: now });
    if (isRefused) throw throttled();
  }
}
