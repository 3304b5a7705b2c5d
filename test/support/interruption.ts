import type { Interruption } from '../../src/ecr/upload/part-calls.ts';

/** A call that failed, and may be made again at once: the row has no waits. */
export function interruption(changes: Partial<Interruption> = {}): Interruption {
  return {
    kind: 'interrupted',
    row: 'part',
    why: 'ECONNRESET',
    retryAfter: 0,
    isInDoubt: false,
    isCut: false,
    giveUp: (attempts) => new Error(`failed ${attempts} times`),
    ...changes,
  };
}
