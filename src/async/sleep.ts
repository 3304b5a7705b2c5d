import { setTimeout as delay } from 'node:timers/promises';

/** @throws the signal's reason, where Node's own timer throws an error that says nothing */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}
