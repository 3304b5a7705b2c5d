import { setImmediate } from 'node:timers/promises';
import { Semaphore } from './semaphore.ts';

/** What one of several needs to run beside the others. */
interface Options {
  readonly signal: AbortSignal;
  /** At most so many at once. */
  readonly atOnce?: number;
}

/**
 * Runs `work` over the items, started in their order. The first failure aborts the others; all are awaited, and that
 * first failure is what is thrown.
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
      // What was started first sends its request before the next is begun.
      await setImmediate();
    }
  } catch (error) {
    // Aborted while it waited, by a sibling or from outside: the reason is thrown below.
    if (!either.aborted) throw error;
  }
  await Promise.all(tasks);
  if (siblings.signal.aborted) throw siblings.signal.reason;
  signal.throwIfAborted();
}
