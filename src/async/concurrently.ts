import { setImmediate } from 'node:timers/promises';
import type { Slots } from './semaphore.ts';

/**
 * Runs `work` over the items, started in their order, as many at once as there are slots for their weights. The first
 * failure aborts the others; all are awaited, and that first failure is what is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  slots: Slots,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
  weightOf: (item: T) => number = () => 1,
): Promise<void> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const failures: unknown[] = [];
  const tasks: Promise<void>[] = [];
  for (const item of items) {
    const release = await slots.acquire(weightOf(item), either);
    if (release === undefined) break;
    const task = work(item, either)
      .catch((error: unknown) => {
        failures.push(error);
        siblings.abort(error);
      })
      .finally(release);
    tasks.push(task);
    // What was started first sends its request before the next is begun.
    await setImmediate();
  }
  await Promise.all(tasks);
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
}
