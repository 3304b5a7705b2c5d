import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from '@smithy/types';
import { sleep } from '../../async/sleep.ts';
import { isThrottled } from './exceptions.ts';
import type { RegistryType } from '../names/check.ts';

/** Calls per second, by call name. */
type Rates = Readonly<Record<string, number>>;

/**
 * The quotas that one push can reach.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 * https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html
 */
const RATES: Readonly<Record<RegistryType, Rates>> = {
  private: {
    InitiateLayerUpload: 100,
    CompleteLayerUpload: 100,
    UploadLayerPart: 500,
    PutImage: 10,
  },
  public: { InitiateLayerUpload: 10, CompleteLayerUpload: 10, UploadLayerPart: 260, PutImage: 10 },
};

/** The initial burst, in seconds' worth of calls. What AWS allows is not documented. */
const BURST_SECONDS = 4;

/** A token bucket: calls go immediately while tokens last, then at its rate, in order of arrival. */
export class TokenBucket {
  readonly #rate: number;
  readonly #capacity: number;
  readonly #now: () => number;
  /** Negative while calls are waiting. */
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

  /** Gives up what is left of the burst, after a call was throttled. */
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

/** The rate limits of a run. AWS counts calls per calling account, of which a run has one, and per region. */
export class RateLimits {
  readonly #regions = new Map<string, ReadonlyMap<string, TokenBucket>>();

  /** For a client's middleware: inside its retries, so that each attempt counts. */
  plugin<Input extends object, Output extends object>(
    type: RegistryType,
    region: string,
  ): Pluggable<Input, Output> {
    const buckets = this.#bucketsOf(type, region);
    const middleware: FinalizeRequestMiddleware<Input, Output> =
      (next, context) => async (args) => {
        const bucket = buckets.get(context.commandName?.replace(/Command$/, '') ?? '');
        const wait = bucket?.take() ?? 0;
        if (wait > 0) await sleep(wait, signalOf(context)).catch(endAsAbort);
        try {
          return await next(args);
        } catch (error) {
          if (isThrottled(error)) bucket?.drain();
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

  #bucketsOf(type: RegistryType, region: string): ReadonlyMap<string, TokenBucket> {
    const key = `${type} ${region}`;
    const buckets = this.#regions.get(key) ?? newBuckets(RATES[type]);
    this.#regions.set(key, buckets);
    return buckets;
  }
}

function newBuckets(rates: Rates): ReadonlyMap<string, TokenBucket> {
  const entries = Object.entries(rates).map(
    ([call, rate]) => [call, new TokenBucket(rate, rate * BURST_SECONDS)] as const,
  );
  return new Map(entries);
}

/** The SDK would take the abort's reason for an error of the call, and retry it. */
function endAsAbort(cause: unknown): never {
  throw Object.assign(new Error('aborted'), { name: 'AbortError', reason: cause });
}

/** The signal that was passed to `send`. */
function signalOf({ __smithy_context: call }: HandlerExecutionContext): AbortSignal | undefined {
  const signal = call?.abortSignal;
  return signal instanceof AbortSignal ? signal : undefined;
}
