/**
 * How long one attempt at a call may take (ms). A connection that is dead should be noticed within seconds: what is
 * usually answered in tens of milliseconds gets ten seconds, and twice that at each further attempt.
 */
const ANSWER_LIMITS: Readonly<Record<string, number>> = {
  PutImage: 20_000,
  CreateRepository: 20_000,
};
const USUAL_LIMIT = 10_000;
const LONGEST_LIMIT = 120_000;

/** How long ECR may take to answer a part (ms). */
const PART_LIMIT = 12_000;

/** A body slower than this (bytes/ms) is given up: with 96 connections at once, 400 kB/s in all. */
const FLOOR_RATE = 4;

/** ECR hashes a layer before it answers CompleteLayerUpload: how long that may take, and how fast it is at least (bytes/ms). */
const COMPLETE_LIMIT = 60_000;
const HASH_RATE = 50_000;

/** For CompleteLayerUpload of a layer of `size` bytes. */
export function completeLimit(size: number): number {
  return COMPLETE_LIMIT + size / HASH_RATE;
}

/** For the answer to a part at its `attempt`, from 1: where a call stands alone, the SDK does not count them. */
export function partLimit(attempt: number): number {
  return grown(PART_LIMIT, attempt);
}

/** How long its connection may stand still while its body is written: if need be, that is noticed after twice as long. */
export function partSilence(attempt: number): number {
  return partLimit(attempt) / 2;
}

export interface TimeLimits {
  /** Until the answer is there: from the start, or from the end of a body that is streamed. */
  readonly answer: number;
  /** For all of a body that is streamed. */
  readonly body: number;
}

/**
 * The limits of one attempt, in ms.
 * `own`: what the caller thinks right for the answer; `attempt`: from 1; `bytes`: of the body.
 */
export function timeLimits(
  call: string,
  { own, attempt, bytes }: { own: number | undefined; attempt: number; bytes: number },
): TimeLimits {
  const usual = call === 'UploadLayerPart' ? PART_LIMIT : (ANSWER_LIMITS[call] ?? USUAL_LIMIT);
  const first = own ?? usual;
  const answer = grown(first, attempt);
  return { answer, body: answer + bytes / FLOOR_RATE };
}

function grown(first: number, attempt: number): number {
  return Math.max(first, Math.min(first * 2 ** (attempt - 1), LONGEST_LIMIT));
}
