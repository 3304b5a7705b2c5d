import { StandardRetryStrategy } from '@smithy/core/retry';

/** Attempts at one call, the first included: with the SDK's backoff about 20 seconds of throttling. */
export const DEFAULT_MAX_ATTEMPTS = 8;

/**
 * The SDK's retries, but for LimitExceededException: the SDK takes it for throttling, while in ECR it is a quota of
 * stored things that no waiting mends.
 */
export class EcrRetryStrategy extends StandardRetryStrategy {
  override async refreshRetryTokenForRetry(
    ...[token, failure]: Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>
  ): ReturnType<StandardRetryStrategy['refreshRetryTokenForRetry']> {
    if (failure.error instanceof Error && failure.error.name === 'LimitExceededException') {
      throw failure.error;
    }
    return super.refreshRetryTokenForRetry(token, failure);
  }
}
