export interface Limits<T> {
  /** Items under way at once. */
  readonly atOnce: number;
  /** What they may weigh together; one alone may weigh more. */
  readonly weight?: number;
  readonly weigh?: (item: T) => number;
}

/**
 * Runs `work` over the items within the limits, started in their order. The first failure aborts the others; all are
 * awaited, and that first failure is what is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  { atOnce, weight = Infinity, weigh = () => 0 }: Limits<T>,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const failures: unknown[] = [];
  const running = new Map<Promise<void>, number>();
  for (const item of items) {
    const own = weigh(item);
    while (running.size > 0 && (running.size >= atOnce || sum(running.values()) + own > weight)) {
      await Promise.race(running.keys());
    }
    if (either.aborted) break;
    const task = work(item, either)
      .catch((error: unknown) => {
        failures.push(error);
        siblings.abort(error);
      })
      .finally(() => running.delete(task));
    running.set(task, own);
  }
  await Promise.all(running.keys());
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
