import { setTimeout as delay } from 'node:timers/promises';
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';

/** Attempts at one call, the first included. */
export const DEFAULT_MAX_ATTEMPTS = 8;

/** Milliseconds; doubled each time, and then a random part of it, so that those who failed together do not return so. */
const FIRST_DELAY = { THROTTLING: 1000, TRANSIENT: 100 } as const;
const LONGEST_DELAY = 20_000;

type Retryable = keyof typeof FIRST_DELAY;

/**
 * The SDK's standard retries, but for three things. LimitExceededException is not tried again: the SDK takes it for
 * throttling, while in ECR it is a quota of stored things that no waiting mends. No quota of retries is shared by all
 * calls of a client: many layers at once use it up in seconds of throttling. And waiting ends with `signal`.
 */
export class EcrRetryStrategy implements RetryStrategyV2 {
  readonly mode = 'standard';
  readonly #maxAttempts: number;
  readonly #signal: AbortSignal | undefined;

  constructor(maxAttempts: number, signal?: AbortSignal) {
    this.#maxAttempts = maxAttempts;
    this.#signal = signal;
  }

  acquireInitialRetryToken(): Promise<RetryToken> {
    return Promise.resolve(tokenAfter(0));
  }

  /** @throws the failure itself when there is to be no other attempt, the signal's reason */
  async refreshRetryTokenForRetry(token: RetryToken, failure: RetryErrorInfo): Promise<RetryToken> {
    const retries = token.getRetryCount();
    const { errorType, retryAfterHint } = failure;
    if (!isRetryable(errorType) || isQuota(failure.error) || retries + 1 >= this.#maxAttempts) {
      throw failure.error ?? new Error('not tried again');
    }
    const longest = Math.min(FIRST_DELAY[errorType] * 2 ** retries, LONGEST_DELAY);
    const asked = (retryAfterHint?.getTime() ?? 0) - Date.now();
    const wait = Math.max(Math.random() * longest, Math.min(asked, LONGEST_DELAY));
    await delay(wait, undefined, this.#signal === undefined ? {} : { signal: this.#signal });
    return tokenAfter(retries + 1);
  }

  recordSuccess(): void {
    // Nothing is shared by calls that one could give back to the others.
  }
}

function tokenAfter(retries: number): RetryToken {
  return { getRetryCount: () => retries, getRetryDelay: () => 0 };
}

function isRetryable(type: RetryErrorInfo['errorType']): type is Retryable {
  return type in FIRST_DELAY;
}

function isQuota(error: Error | undefined): boolean {
  return error?.name === 'LimitExceededException';
}
