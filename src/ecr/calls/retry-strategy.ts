import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import { Retry, RETRIES, type RetryName, type RetryNotice } from '../../async/retry.ts';
import { failedCall } from './failed-call.ts';
import { retryOf } from './retry-of.ts';

/** Calls that a push can do without. */
const OPTIONAL: readonly string[] = [
  'DescribeRepositories',
  'GetLifecyclePolicy',
  'GetRepositoryPolicy',
];

/** Whether and how it is sent again depends on what ECR has taken: `deliver` decides. */
const NOT_HERE = 'UploadLayerPart';

/** A call that is made again. */
export interface CallRetry extends RetryNotice {
  /** As the API names it. */
  readonly call: string;
  readonly error: unknown;
}

interface Options {
  /** Whether the push can do without any of the calls. */
  readonly isOptional?: boolean;
  /** Attempts per call, including the first; undefined for the table's limits. */
  readonly attempts?: number | undefined;
  /** Ends the wait between two attempts. */
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((retry: CallRetry) => void) | undefined;
}

/**
 * The SDK's retries, with the limits and waits of RETRIES, on the errors that `retryOf` names. Calls do not share a retry
 * quota: many layers at once would use it up within seconds of throttling. A signal ends the wait.
 */
export class EcrRetryStrategy implements RetryStrategyV2 {
  readonly mode = 'standard';
  readonly #options: Options;

  constructor(options: Options = {}) {
    this.#options = options;
  }

  acquireInitialRetryToken(): Promise<CallToken> {
    return Promise.resolve(new CallToken(this.#options));
  }

  /** @throws the failure itself if no attempt is left, the signal's reason */
  async refreshRetryTokenForRetry(token: RetryToken, failure: RetryErrorInfo): Promise<CallToken> {
    const { signal } = this.#options;
    const name = this.#rowOf(failure.error);
    if (token instanceof CallToken && name !== undefined) {
      const atLeast = (failure.retryAfterHint?.getTime() ?? 0) - Date.now();
      token.error = failure.error;
      if (await token.retry.again(name, { signal, atLeast })) return token;
    }
    throw failure.error ?? new Error('not tried again');
  }

  #rowOf(error: unknown): RetryName | undefined {
    if (failedCall(error) === NOT_HERE) return undefined;
    const row = retryOf(error);
    const isOptional = this.#options.isOptional ?? OPTIONAL.includes(failedCall(error) ?? '');
    return row !== undefined && RETRIES[row].within !== undefined && isOptional ? 'optional' : row;
  }

  recordSuccess(): void {
    // Calls share no retry quota that a success could refill.
  }
}

/** One call's attempts, in the SDK's form. */
class CallToken implements RetryToken {
  readonly retry: Retry;
  /** Of the last attempt. */
  error: unknown;

  constructor({ attempts, onRetry }: Options) {
    this.retry = new Retry({
      attempts,
      onRetry: (notice) =>
        onRetry?.({ ...notice, call: failedCall(this.error) ?? 'a call', error: this.error }),
    });
  }

  getRetryCount(): number {
    return this.retry.attempt - 1;
  }

  getRetryDelay(): number {
    return 0;
  }
}
