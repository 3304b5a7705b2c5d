import { Retry, type RetryNotice } from '../../async/retry.ts';
import type { Interruption, NotConsecutive, PartCalls, UploadNotFound } from './part-calls.ts';

/** How parts are tried again. */
export interface RetryOptions {
  /** Attempts per part, including the first; undefined for the table's limits. */
  readonly attempts?: number | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

/** Counts the attempts at one part, those to find out what became of it included. */
export class PartRetry {
  readonly #retry: Retry;
  #why = '';

  /** `what`: for the log. */
  constructor(what: string, { attempts, onRetry }: RetryOptions = {}) {
    this.#retry = new Retry({
      attempts,
      onRetry: (notice) => onRetry?.({ ...notice, why: `${what}: ${this.#why}` }),
    });
  }

  /** The number of the current attempt, from 1. */
  get attempt(): number {
    return this.#retry.attempt;
  }

  /** Waits before the next attempt. @throws what the part ends with if none is left, the signal's reason */
  async after({ row, why, retryAfter, giveUp }: Interruption, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#why = why;
    if (!(await this.#retry.again(row, { signal, atLeast: retryAfter })))
      throw giveUp(this.#retry.attempt);
  }
}

/** Asks what ECR has of an upload, until it answers. @throws what the retries throw */
export async function look(
  calls: Pick<PartCalls, 'look'>,
  upload: { readonly uploadId: string; readonly size: number },
  signal: AbortSignal,
  retry: PartRetry,
): Promise<NotConsecutive | UploadNotFound> {
  for (;;) {
    const told = await calls.look(upload, signal, retry.attempt);
    if (told.kind !== 'interrupted') return told;
    await retry.after(told, signal);
  }
}
