import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import { Retry, type RetryName, type RetryNotice } from '../../async/retry.ts';

interface Options {
  /** The row of RETRIES for every retry; undefined to choose it by the error. */
  readonly always?: RetryName;
  /** Attempts per call, including the first; undefined for the table's number. */
  readonly attempts?: number | undefined;
  /** Ends the wait between two attempts. */
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

/**
 * The SDK's retries, with the attempts and waits of RETRIES and three other differences. LimitExceededException is not
 * retried: the SDK treats it as throttling, but in ECR it is a storage quota, which waiting does not change. Calls do
 * not share a retry quota: many layers at once would use it up within seconds of throttling. A signal ends the wait.
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

  /** @throws the failure itself if no attempt is left, the signal's reason */
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
    // Calls share no retry quota that a success could refill.
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

/** Undefined for errors that a retry does not fix. */
function retryOf({ error, errorType }: RetryErrorInfo): RetryName | undefined {
  if (error?.name === 'LimitExceededException') return undefined;
  if (errorType === 'THROTTLING') return 'throttled';
  return errorType === 'TRANSIENT' ? 'transient' : undefined;
}
