import { Retry } from '../../async/retry.ts';
import type { LayerBlob, UploadPosition } from '../registry.ts';
import type { EncodedBody, LayerPart } from './body.ts';
import { PARTS_AHEAD } from './tuning.ts';

/** `lastByteReceived`, `lastValidByteReceived`: offsets in the layer, inclusive; -1 where ECR has nothing yet. */
export type PartOutcome =
  | { readonly kind: 'received'; readonly lastByteReceived: number }
  | { readonly kind: 'not-consecutive'; readonly lastValidByteReceived: number | undefined }
  | { readonly kind: 'upload-not-found' };

/** What sending the parts of a layer takes. */
export interface PartCalls {
  take(part: LayerPart, blob: LayerBlob, signal: AbortSignal): Promise<EncodedBody>;
  /** Undefined where it is better not to take another part yet. */
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
 * Sends the parts of a layer from a position on, each after the answer to the one before: ECR refuses a part that does
 * not follow the last one. It goes on where ECR says that it stands, whatever was sent.
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

/** Where ECR stands: after the answer to a lost one this may be the end of the part that it refused. */
function nextByte(outcome: Exclude<PartOutcome, { kind: 'upload-not-found' }>): number | undefined {
  const last =
    outcome.kind === 'received' ? outcome.lastByteReceived : outcome.lastValidByteReceived;
  return last === undefined ? undefined : last + 1;
}

interface Taken {
  readonly part: LayerPart;
  readonly body: Promise<EncodedBody>;
}

/** The parts of one upload, made ready while those before them are on the wire. */
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

  /** The part that starts at `firstByte`. What was made ready is thrown away if ECR stands elsewhere. */
  async take(firstByte: number): Promise<EncodedBody> {
    const [next, ...others] = this.#ahead;
    if (next?.part.firstByte === firstByte) {
      this.#ahead = others;
      return next.body;
    }
    await this.#discard();
    return this.#calls.take(this.#part(firstByte), this.#blob, this.#signal);
  }

  /** The parts from `firstByte` on will be next, if all goes well. */
  takeAhead(firstByte: number): void {
    const known = this.#ahead.at(-1)?.part;
    let next = known === undefined ? firstByte : known.firstByte + known.size;
    while (this.#ahead.length < PARTS_AHEAD && next < this.#blob.size) {
      const part = this.#part(next);
      const body = this.#calls.takeAhead(part, this.#blob, this.#signal);
      if (body === undefined) return;
      // Should it fail, that is for the one who takes it.
      body.catch(() => undefined);
      this.#ahead = [...this.#ahead, { part, body }];
      next += part.size;
    }
  }

  /** Ends no sooner than the reading, so that the blob can be closed then. */
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
