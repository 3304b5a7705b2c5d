import type { EncodedBody } from './body.ts';
import type { Lines } from './lines.ts';
import type {
  Interruption,
  NotConsecutive,
  PartCalls,
  PartOutcome,
  UploadNotFound,
} from './part-calls.ts';
import { look, PartRetry, type RetryOptions } from './part-retry.ts';
import { LOOK_BYTES, MAX_PART_CUTS } from './tuning.ts';
import type { Turn } from './turn.ts';

/** `too-large`: connections fall before it is through. */
export type Delivered = PartOutcome | { readonly kind: 'too-large' };

export interface DeliveryOptions extends RetryOptions {
  readonly signal: AbortSignal;
  readonly run: Pick<Lines, 'isSingle' | 'noteEarlyEnd'>;
  /** Bytes of the layer. */
  readonly size: number;
  /** Whether smaller parts may be sent in its place. */
  readonly isDivisible: boolean;
}

/**
 * Sends one part until ECR has answered it. Whether ECR has taken one whose answer was lost is asked before it is sent
 * again.
 * @throws what the part ends with if no attempt is left, the signal's reason
 */
export async function deliver(
  body: EncodedBody,
  turn: Turn,
  calls: PartCalls,
  options: DeliveryOptions,
): Promise<Delivered> {
  const { signal, isDivisible } = options;
  const retry = new PartRetry(`part at byte ${body.part.firstByte}`, options);
  for (let cuts = 0; ;) {
    const outcome = await send(body, turn, calls, options, retry.attempt);
    if (outcome.kind !== 'interrupted') return outcome;
    await retry.after(outcome, signal);
    if (outcome.isInDoubt && body.part.size > LOOK_BYTES) {
      const told = await look(calls, { ...body.part, size: options.size }, signal, retry);
      if (tellsMore(told, body)) return told;
    }
    cuts += outcome.isCut ? 1 : 0;
    if (isDivisible && cuts >= MAX_PART_CUTS) return { kind: 'too-large' };
  }
}

/** A request that ends before its turn is made again: at once, or when its turn has come. */
async function send(
  body: EncodedBody,
  turn: Turn,
  calls: PartCalls,
  { signal, run }: DeliveryOptions,
  attempt: number,
): Promise<PartOutcome | Interruption> {
  for (;;) {
    const outcome = await calls.send(body, signal, turn, attempt);
    if (outcome.kind !== 'ended-early') return outcome;
    signal.throwIfAborted();
    run.noteEarlyEnd(outcome.how);
    if (run.isSingle) await turn.comes();
  }
}

/** Whether anything but that the part is still what ECR waits for. */
function tellsMore(told: NotConsecutive | UploadNotFound, { part }: EncodedBody): boolean {
  if (told.kind === 'upload-not-found') return true;
  const { lastValidByteReceived: last } = told;
  return last !== undefined && last + 1 !== part.firstByte;
}
