import { setImmediate } from 'node:timers/promises';

/**
 * Runs `work` over the items, started in their order, as many at once as together weigh `atOnce` at most. The first
 * failure aborts the others; all are awaited, and that first failure is what is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
  weightOf: (item: T) => number = () => 1,
): Promise<void> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  let load = 0;
  for (const item of items) {
    const weight = weightOf(item);
    while (running.size > 0 && load + weight > atOnce) await Promise.race(running);
    if (either.aborted) break;
    const task = work(item, either)
      .catch((error: unknown) => {
        failures.push(error);
        siblings.abort(error);
      })
      .finally(() => {
        running.delete(task);
        load -= weight;
      });
    running.add(task);
    load += weight;
    // What was started first sends its request before the next is begun.
    await setImmediate();
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
}
