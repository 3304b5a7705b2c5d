import { Retry } from '../../async/retry.ts';
import type { UploadPosition } from '../registry.ts';
import type { LayerPart } from './body.ts';
import type { Delivered } from './deliver.ts';
import type { PartCalls, PartOutcome } from './part-calls.ts';
import { look, PartRetry, type RetryOptions } from './part-retry.ts';
import { LOOK_BYTES } from './tuning.ts';

/** Why an upload cannot go on. */
export type Lost = 'upload-not-found' | 'parts-lost' | 'too-many-bytes';

interface Options extends RetryOptions {
  readonly blob: { readonly size: number };
  readonly signal: AbortSignal;
  readonly isResumed: boolean;
}

/** Where an upload goes on: from the byte that ECR names, where that can be. */
export class Position {
  readonly #upload: { readonly uploadId: string; readonly size: number };
  readonly #calls: Pick<PartCalls, 'look'>;
  readonly #options: Options;
  readonly #setbacks: Retry;
  readonly #from: number;
  /** ECR cannot have more. */
  #most: number;
  #why = '';

  constructor(from: UploadPosition, calls: Pick<PartCalls, 'look'>, options: Options) {
    const { blob, isResumed, onRetry } = options;
    this.#upload = { uploadId: from.uploadId, size: blob.size };
    this.#calls = calls;
    this.#options = options;
    this.#from = from.nextByte;
    this.#most = isResumed ? blob.size : from.nextByte;
    this.#setbacks = new Retry({
      onRetry: (notice) => onRetry?.({ ...notice, why: this.#why }),
    });
  }

  /** The byte to begin with. Of an upload that is said to be complete, Complete tells. */
  async first(): Promise<number | Lost> {
    const { size } = this.#upload;
    if (!this.#options.isResumed || this.#from === size) return this.#from;
    const told = await this.#look(this.#from);
    return told.kind === 'upload-not-found' ? told.kind : this.#checked(endOf(told) ?? this.#from);
  }

  /** The byte after a part that ECR has answered. An answer other than expected is looked into. */
  async after(part: LayerPart, outcome: PartOutcome): Promise<number | Lost> {
    const end = part.firstByte + part.size;
    this.#most = Math.max(this.#most, end);
    const named = endOf(outcome);
    if (named === end) return end;
    if (outcome.kind === 'upload-not-found') return outcome.kind;
    const told = part.size > LOOK_BYTES ? await this.#look(part.firstByte) : undefined;
    if (told?.kind === 'upload-not-found') return told.kind;
    const next = this.#checked((told && endOf(told)) ?? named);
    if (typeof next !== 'number' || next > part.firstByte) return next;
    this.#why = `part at byte ${part.firstByte}: ECR expects byte ${next}`;
    const { signal } = this.#options;
    return (await this.#setbacks.again('part', { signal })) ? next : 'parts-lost';
  }

  #checked(named: number | undefined): number | Lost {
    return named === undefined || named < 0 || named > this.#most ? 'parts-lost' : named;
  }

  #look(firstByte: number) {
    const retry = new PartRetry(`part at byte ${firstByte}`, this.#options);
    return look(this.#calls, this.#upload, this.#options.signal, retry);
  }
}

/** The end of what ECR has, by its answer: the byte that it expects next. Undefined if it does not tell. */
export function endOf(outcome: Delivered): number | undefined {
  switch (outcome.kind) {
    case 'received':
      return outcome.lastByteReceived + 1;
    case 'not-consecutive':
      return outcome.lastValidByteReceived === undefined
        ? undefined
        : outcome.lastValidByteReceived + 1;
    default:
      return undefined;
  }
}
