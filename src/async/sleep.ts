import { setTimeout as delay } from 'node:timers/promises';

/** `milliseconds` may be 0: then nothing is waited for. @throws the signal's reason, where Node's timer throws its own */
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
