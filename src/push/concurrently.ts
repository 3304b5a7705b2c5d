/**
 * Runs `work` over the items, at most `limit` at once, started in their order. The first failure aborts the others;
 * all are awaited, and that first failure is what is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const failures: unknown[] = [];
  const queue = items[Symbol.iterator]();
  async function worker(): Promise<void> {
    // One iterator for all workers: each takes the next item that nobody has taken.
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      either.throwIfAborted();
      await work(next.value, either);
    }
  }
  async function guarded(): Promise<void> {
    try {
      await worker();
    } catch (error) {
      failures.push(error);
      siblings.abort(error);
    }
  }
  await Promise.all(Array.from({ length: limit }, guarded));
  if (failures.length > 0) throw failures[0];
}
