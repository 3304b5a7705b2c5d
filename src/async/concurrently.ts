import { setImmediate } from 'node:timers/promises';
import { Semaphore } from './semaphore.ts';

/** What one of several needs to run beside the others. */
interface Options {
  readonly signal: AbortSignal;
  /** How many items may run at the same time. */
  readonly atOnce?: number;
}

/**
 * Runs `work` on every item, starting them in order. The first failure aborts the others; once all have settled, it is
 * thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  { signal, atOnce = Infinity }: Options,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const room = new Semaphore(atOnce);
  const tasks: Promise<void>[] = [];
  try {
    for (const item of items) {
      const permit = await room.acquire(1, either);
      const task = work(item, either)
        .catch((error: unknown) => siblings.abort(error))
        .finally(permit.release);
      tasks.push(task);
      // Let this item send its first request before the next one starts.
      await setImmediate();
    }
  } catch (error) {
    // Aborted while waiting for room, by a sibling or by the caller: the reason is thrown below.
    if (!either.aborted) throw error;
  }
  await Promise.all(tasks);
  if (siblings.signal.aborted) throw siblings.signal.reason;
  signal.throwIfAborted();
}
