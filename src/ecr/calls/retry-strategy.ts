import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import { Retry, type RetryName, type RetryNotice } from '../../async/retry.ts';

interface Options {
  /** The row of the table for whatever is tried again; undefined for that of its error. */
  readonly always?: RetryName;
  /** Attempts at one call, the first included; undefined for the table's. */
  readonly attempts?: number | undefined;
  /** Ends the waiting between two attempts. */
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

/**
 * The SDK's standard retries, but for three things. LimitExceededException is not tried again: the SDK takes it for
 * throttling, while in ECR it is a quota of stored things that no waiting mends. No quota of retries is shared by all
 * calls of a client: many layers at once use it up in seconds of throttling. And waiting ends with a signal.
 */
export class EcrRetryStrategy implements RetryStrategyV2 {
  readonly mode = 'standard';
  readonly #options: Options;

  constructor(options: Options = {}) {
    this.#options = options;
  }

  acquireInitialRetryToken(): Promise<CallToken> {
    return Promise.resolve(new CallToken(new Retry(this.#options)));
  }

  /** @throws the failure itself when there is to be no other attempt, the signal's reason */
  async refreshRetryTokenForRetry(token: RetryToken, failure: RetryErrorInfo): Promise<CallToken> {
    const { always, signal } = this.#options;
    const name = retryOf(failure);
    if (token instanceof CallToken && name !== undefined) {
      const atLeast = (failure.retryAfterHint?.getTime() ?? 0) - Date.now();
      if (await token.retry.again(always ?? name, { signal, atLeast })) return token;
    }
    throw failure.error ?? new Error('not tried again');
  }

  recordSuccess(): void {
    // Nothing is shared by calls that one could give back to the others.
  }
}

/** One call's attempts, in the SDK's form. */
class CallToken implements RetryToken {
  readonly retry: Retry;

  constructor(retry: Retry) {
    this.retry = retry;
  }

  getRetryCount(): number {
    return this.retry.attempt - 1;
  }

  getRetryDelay(): number {
    return 0;
  }
}

/** Undefined for what no other attempt mends. */
function retryOf({ error, errorType }: RetryErrorInfo): RetryName | undefined {
  if (error?.name === 'LimitExceededException') return undefined;
  if (errorType === 'THROTTLING') return 'throttled';
  return errorType === 'TRANSIENT' ? 'transient' : undefined;
}
