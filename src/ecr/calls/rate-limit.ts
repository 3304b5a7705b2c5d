import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from '@smithy/types';
import { sleep } from '../../async/sleep.ts';
import { type CurrentRate, CallRate } from './call-rate.ts';
import { isThrottled, statusOf } from './exceptions.ts';
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

/** A wait is looked at again after so many milliseconds, as the rate may have risen. */
const LONGEST_LOOK = 1000;

interface Clock {
  /** Milliseconds. */
  readonly now?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * A token bucket: calls go immediately while tokens last, then at its rate, which follows what ECR answers. They go in
 * the order in which they arrived, also when they come again after they were throttled.
 */
export class TokenBucket {
  readonly #rate: CallRate;
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #random: () => number;
  /** The numbers of those that wait, ascending. */
  readonly #waiting: number[] = [];
  #arrived = 0;
  #tokens: number;
  #filledAt: number;

  /** `rate`: tokens a second, as published; `capacity`: tokens. */
  constructor(
    rate: number,
    capacity: number,
    { now = () => performance.now(), random = Math.random }: Clock = {},
  ) {
    this.#rate = new CallRate(rate, now);
    this.#capacity = capacity;
    this.#now = now;
    this.#random = random;
    this.#tokens = capacity;
    this.#filledAt = now();
  }

  /** Tokens a second, at present. */
  get rate(): number {
    return this.#rate.current.perSecond;
  }

  /** @returns the number of a call, for all its attempts */
  arrive(): number {
    return (this.#arrived += 1);
  }

  /** An attempt at call `number` wants a token. */
  queue(number: number): void {
    const behind = this.#waiting.findIndex((other) => other > number);
    this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, number);
  }

  /** @returns milliseconds until call `number`, which is queued, gets a token at the present rate */
  wait(number: number): number {
    this.#fill();
    const missing = this.#waiting.indexOf(number) + 1 - this.#tokens;
    return missing <= 0 ? 0 : (missing / this.rate) * 1000;
  }

  /** Takes a token for call `number`. @returns what `answered` or `throttled` want to know */
  take(number: number): CurrentRate {
    this.leave(number);
    this.#tokens -= 1;
    return this.#rate.current;
  }

  /** Call `number` waits no more. */
  leave(number: number): void {
    this.#waiting.splice(this.#waiting.indexOf(number), 1);
  }

  /** A call was let through. */
  answered(sentAt: CurrentRate): void {
    this.#fill();
    this.#rate.answered(sentAt);
  }

  /** Gives up what is left of the burst, and a random part of a call, lest jobs that start together go on together. */
  throttled(sentAt: CurrentRate): void {
    this.#fill();
    if (this.#rate.throttled(sentAt)) this.#tokens = Math.min(this.#tokens, -this.#random());
  }

  /** Bursts are for those that are alone. */
  #fill(): void {
    const now = this.#now();
    const fresh = ((now - this.#filledAt) / 1000) * this.rate;
    const capacity = this.#rate.isFull ? this.#capacity : 1;
    this.#tokens = Math.min(this.#tokens + fresh, capacity);
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
    const middleware: FinalizeRequestMiddleware<Input, Output> = (next, context) => {
      const bucket = buckets.get(context.commandName?.replace(/Command$/, '') ?? '');
      if (bucket === undefined) return next;
      const number = bucket.arrive();
      return async (args) => {
        const sentAt = await takeFrom(bucket, number, signalOf(context));
        try {
          const answer = await next(args);
          bucket.answered(sentAt);
          return answer;
        } catch (error) {
          noteFailure(bucket, sentAt, error);
          throw error;
        }
      };
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

/** Waits for its turn. */
async function takeFrom(
  bucket: TokenBucket,
  number: number,
  signal: AbortSignal | undefined,
): Promise<CurrentRate> {
  bucket.queue(number);
  try {
    for (let wait = bucket.wait(number); wait > 0; wait = bucket.wait(number))
      await sleep(Math.min(wait, LONGEST_LOOK), signal);
  } catch (error) {
    bucket.leave(number);
    endAsAbort(error);
  }
  return bucket.take(number);
}

/** What ECR refuses for another reason was let through; of a lost call nothing is known. */
function noteFailure(bucket: TokenBucket, sentAt: CurrentRate, error: unknown): void {
  if (isThrottled(error)) bucket.throttled(sentAt);
  else if ((statusOf(error) ?? 500) < 500) bucket.answered(sentAt);
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
