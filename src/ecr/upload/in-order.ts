import { Retry } from '../../async/retry.ts';
import type { LayerBlob, UploadPosition } from '../registry.ts';
import type { EncodedBody, LayerPart } from './body.ts';
import { PARTS_AHEAD } from './tuning.ts';

/** `lastByteReceived`, `lastValidByteReceived`: offsets in the layer, inclusive; -1 where ECR has nothing yet. */
export type PartOutcome =
  | { readonly kind: 'received'; readonly lastByteReceived: number }
  | { readonly kind: 'not-consecutive'; readonly lastValidByteReceived: number | undefined }
  | { readonly kind: 'upload-not-found' };

/** The calls that sending a layer's parts needs. */
export interface PartCalls {
  take(part: LayerPart, blob: LayerBlob, signal: AbortSignal): Promise<EncodedBody>;
  /** Prepares a later part; undefined if it is better to wait. */
  takeAhead(
    part: LayerPart,
    blob: LayerBlob,
    signal: AbortSignal,
  ): Promise<EncodedBody> | undefined;
  send(body: EncodedBody, signal: AbortSignal): Promise<PartOutcome>;
}

interface Options {
  readonly blob: LayerBlob;
  readonly signal: AbortSignal;
  readonly onProgress: (position: UploadPosition) => void;
}

/**
 * Sends a layer's parts from a position on, each after the answer to the previous one, because ECR refuses a part that
 * does not follow the last one. Continues from the byte that ECR names, whatever was sent.
 */
export async function sendInOrder(
  from: UploadPosition,
  calls: PartCalls,
  { blob, signal, onProgress }: Options,
): Promise<'done' | 'upload-not-found' | 'parts-lost'> {
  await using parts = new PartsAhead(from, calls, blob, signal);
  const setbacks = new Retry();
  for (let firstByte = from.nextByte; firstByte < blob.size;) {
    const body = await parts.take(firstByte);
    const end = firstByte + body.part.size;
    parts.takeAhead(end);
    const outcome = await calls.send(body, signal);
    if (outcome.kind === 'upload-not-found') return outcome.kind;
    const next = nextByte(outcome);
    if (next === undefined || next < 0 || next > end) return 'parts-lost';
    if (next <= firstByte && !(await setbacks.again('part', { signal }))) return 'parts-lost';
    firstByte = next;
    onProgress({ ...from, nextByte: next });
  }
  return 'done';
}

/** The byte that ECR expects next: if an answer was lost, possibly the end of the part that it refused. */
function nextByte(outcome: Exclude<PartOutcome, { kind: 'upload-not-found' }>): number | undefined {
  const last =
    outcome.kind === 'received' ? outcome.lastByteReceived : outcome.lastValidByteReceived;
  return last === undefined ? undefined : last + 1;
}

interface Taken {
  readonly part: LayerPart;
  readonly body: Promise<EncodedBody>;
}

/** Prepares an upload's next parts while earlier ones are on the wire. */
class PartsAhead implements AsyncDisposable {
  readonly #upload: UploadPosition;
  readonly #calls: PartCalls;
  readonly #blob: LayerBlob;
  readonly #signal: AbortSignal;
  #ahead: readonly Taken[] = [];

  constructor(upload: UploadPosition, calls: PartCalls, blob: LayerBlob, signal: AbortSignal) {
    this.#upload = upload;
    this.#calls = calls;
    this.#blob = blob;
    this.#signal = signal;
  }

  /** The part that starts at `firstByte`. Discards the prepared parts if ECR expects another byte. */
  async take(firstByte: number): Promise<EncodedBody> {
    const [next, ...others] = this.#ahead;
    if (next?.part.firstByte === firstByte) {
      this.#ahead = others;
      return next.body;
    }
    await this.#discard();
    return this.#calls.take(this.#part(firstByte), this.#blob, this.#signal);
  }

  /** Prepares the parts from `firstByte` on, which come next if all goes well. */
  takeAhead(firstByte: number): void {
    const known = this.#ahead.at(-1)?.part;
    let next = known === undefined ? firstByte : known.firstByte + known.size;
    while (this.#ahead.length < PARTS_AHEAD && next < this.#blob.size) {
      const part = this.#part(next);
      const body = this.#calls.takeAhead(part, this.#blob, this.#signal);
      if (body === undefined) return;
      // A failure surfaces when the part is taken.
      body.catch(() => undefined);
      this.#ahead = [...this.#ahead, { part, body }];
      next += part.size;
    }
  }

  /** Waits until all reads have ended, so that the blob can be closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discard();
  }

  async #discard(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const { body } of ahead) {
      await body.then(
        (taken) => taken.end(),
        () => undefined,
      );
    }
  }

  #part(firstByte: number): LayerPart {
    const { uploadId, partSize } = this.#upload;
    return { uploadId, firstByte, size: Math.min(partSize, this.#blob.size - firstByte) };
  }
}
