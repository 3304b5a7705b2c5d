import { setTimeout as delay } from 'node:timers/promises';

/** Returns at once for 0 ms or less. @throws the signal's own reason; Node's timer would throw an AbortError */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (milliseconds <= 0) return;
  await delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    },
  );
}

/** The same, without keeping a process alive that has nothing else to do. */
export async function elapse(milliseconds: number): Promise<void> {
  await delay(milliseconds, undefined, { ref: false });
}

/** Whether the promise settles within so many milliseconds. */
export async function settlesWithin(
  promise: Promise<unknown>,
  milliseconds: number,
): Promise<boolean> {
  const settled = new AbortController();
  const late = sleep(milliseconds, settled.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([late, promise.then(() => true)]);
  } finally {
    settled.abort();
  }
}
