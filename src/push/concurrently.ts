/**
 * Runs `work` over the items, at most `atOnce` at once, started in their order. The first failure aborts the others;
 * all are awaited, and that first failure is what is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  for (const item of items) {
    if (running.size >= atOnce) await Promise.race(running);
    if (either.aborted) break;
    const task = work(item, either)
      .catch((error: unknown) => {
        failures.push(error);
        siblings.abort(error);
      })
      .finally(() => running.delete(task));
    running.add(task);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
}
