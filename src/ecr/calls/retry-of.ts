import type { RetryName } from '../../async/retry.ts';
import type { ErrorCode } from '../../errors.ts';
import { errorName, isThrottled, metadataOf, statusOf } from './exceptions.ts';
import { EXPLANATIONS } from './explanations.ts';
import { NEVER } from './strange-answer.ts';

/** Codes of errors that may pass by themselves. */
const PASSING: readonly ErrorCode[] = [
  'SERVER_ERROR',
  'CONNECTION_REFUSED',
  'CONNECTION_LOST',
  'UNEXPECTED_RESPONSE',
];

/** A name server that does not answer now may soon; that it knows no such host is told apart from it. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  ...EXPLANATIONS.filter(({ code }) => PASSING.includes(code)).flatMap(({ names }) => names),
]);

/**
 * The row of RETRIES by which a failed call is made again; undefined for one that would only fail again. It goes by
 * names and statuses: the SDK's own marks say too much (every error is passing once it has corrected the clock) and too
 * little (an answer that is cut is none to it).
 */
export function retryOf(error: unknown): RetryName | undefined {
  const name = errorName(error);
  if (name === 'LimitExceededException') return undefined;
  if (isThrottled(error)) return 'throttled';
  if (isRenewed(error)) return 'credentials';
  if (isClockCorrected(error)) return 'clock';
  if (name === 'ENOTFOUND') return 'notFound';
  return isTransient(name, error) ? 'transient' : undefined;
}

function isTransient(name: string, error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  if (NEVER.includes(status)) return false;
  return TRANSIENT.has(name) || status >= 500 || status === 408 || isMarkedTransient(error);
}

/** As a proxy's refusal that may pass is. */
function isMarkedTransient(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'isTransient') === true;
}

/** Names of AWS's for a signature that does not fit; a wrong clock is one reason. */
const SIGNATURE: readonly string[] = [
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'RequestInTheFuture',
  'RequestExpired',
  'SignatureExpired',
];

/** Whether the SDK knows the server's clock by now, and did not when it signed this call. */
function isClockCorrected(error: unknown): boolean {
  return SIGNATURE.includes(errorName(error)) && metadataOf(error, 'clockSkewCorrected') === true;
}

/** Errors of calls whose credentials have been renewed since. */
const renewed = new WeakSet<Error>();

/** Notes that the call that failed so may be made again, with other keys. */
export function noteRenewed(error: Error): void {
  renewed.add(error);
}

function isRenewed(error: unknown): boolean {
  return error instanceof Error && renewed.has(error);
}
