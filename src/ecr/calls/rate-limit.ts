import { setTimeout as delay } from 'node:timers/promises';
import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from '@smithy/types';
import { errorName } from './exceptions.ts';
import type { RegistryType } from '../names/reference.ts';

/** Calls a second, by the name of the call. */
type Rates = Readonly<Record<string, number>>;

/**
 * The quotas that one push can reach.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 * https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html
 */
export const RATES: Readonly<Record<RegistryType, Rates>> = {
  private: {
    InitiateLayerUpload: 100,
    CompleteLayerUpload: 100,
    UploadLayerPart: 500,
    PutImage: 10,
  },
  public: { InitiateLayerUpload: 10, CompleteLayerUpload: 10, UploadLayerPart: 260, PutImage: 10 },
};

/** How many seconds' worth of calls may go at once at the start: how much AWS allows is not documented. */
const BURST_SECONDS = 4;

/** The names that throttling has in AWS's answers. */
const THROTTLING = ['ThrottlingException', 'Throttling', 'TooManyRequestsException'];

/** A token bucket: calls go at once while it holds tokens, then at its rate, in the order in which they came. */
export class TokenBucket {
  readonly #rate: number;
  readonly #capacity: number;
  readonly #now: () => number;
  /** Below zero: calls that wait already. */
  #tokens: number;
  #filledAt: number;

  /** `rate`: tokens a second; `capacity`: tokens; `now`: milliseconds. */
  constructor(rate: number, capacity: number, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#capacity = capacity;
    this.#now = now;
    this.#tokens = capacity;
    this.#filledAt = now();
  }

  /** Takes a token. @returns milliseconds to wait for it */
  take(): number {
    this.#fill();
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate) * 1000;
  }

  /** After a call was throttled: what is left of the burst is not there. */
  drain(): void {
    this.#fill();
    this.#tokens = Math.min(this.#tokens, 0);
  }

  #fill(): void {
    const now = this.#now();
    const fresh = ((now - this.#filledAt) / 1000) * this.#rate;
    this.#tokens = Math.min(this.#tokens + fresh, this.#capacity);
    this.#filledAt = now;
  }
}

/** The buckets of one region: calls count for the account that makes them, which is one in a run. */
export class RateLimits {
  readonly #buckets: ReadonlyMap<string, TokenBucket>;

  constructor(rates: Rates) {
    const entries = Object.entries(rates).map(
      ([call, rate]) => [call, new TokenBucket(rate, rate * BURST_SECONDS)] as const,
    );
    this.#buckets = new Map(entries);
  }

  /** For the client's middleware: inside its retries, so that each attempt counts. */
  plugin<Input extends object, Output extends object>(): Pluggable<Input, Output> {
    const middleware: FinalizeRequestMiddleware<Input, Output> =
      (next, context) => async (args) => {
        const bucket = this.#buckets.get(context.commandName?.replace(/Command$/, '') ?? '');
        const wait = bucket?.take() ?? 0;
        if (wait > 0) await delay(wait, undefined, abortOptions(context));
        try {
          return await next(args);
        } catch (error) {
          if (THROTTLING.includes(errorName(error))) bucket?.drain();
          throw error;
        }
      };
    return {
      applyToStack: (stack) =>
        stack.addRelativeTo(middleware, {
          name: 'ecrRateLimits',
          relation: 'after',
          toMiddleware: 'retryMiddleware',
        }),
    };
  }
}

/** The call's own signal, as `send` was given it. */
function abortOptions({ __smithy_context: call }: HandlerExecutionContext): {
  signal?: AbortSignal;
} {
  const signal = call?.abortSignal;
  return signal instanceof AbortSignal ? { signal } : {};
}

/** The limits of a whole run: repositories of one region share theirs. */
export class SharedRateLimits {
  readonly #limits = new Map<string, RateLimits>();

  of(type: RegistryType, region: string): RateLimits {
    const key = `${type} ${region}`;
    const limits = this.#limits.get(key) ?? new RateLimits(RATES[type]);
    this.#limits.set(key, limits);
    return limits;
  }
}
