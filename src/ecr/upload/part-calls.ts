import type { RetryName } from '../../async/retry.ts';
import type { LayerBlob } from '../registry.ts';
import type { EncodedBody, LayerPart } from './body.ts';
import type { EarlyEnd } from './lines.ts';
import type { Turn } from './turn.ts';

/** ECR expects another byte: after `lastValidByteReceived`, if it tells that. */
export interface NotConsecutive {
  readonly kind: 'not-consecutive';
  readonly lastValidByteReceived: number | undefined;
}

export interface UploadNotFound {
  readonly kind: 'upload-not-found';
}

/** `lastByteReceived`, `lastValidByteReceived`: offsets in the layer, inclusive; -1 where ECR has nothing yet. */
export type PartOutcome =
  | { readonly kind: 'received'; readonly lastByteReceived: number }
  | NotConsecutive
  | UploadNotFound;

/** Before the turn of the part had come, and so before its body was whole. */
export interface EarlyOutcome {
  readonly kind: 'ended-early';
  readonly how: EarlyEnd;
}

/** A call that failed, and may be made again. */
export interface Interruption {
  readonly kind: 'interrupted';
  /** The row of RETRIES to follow. */
  readonly row: RetryName;
  /** What went wrong, on one line. */
  readonly why: string;
  /** How long the server asks to wait (ms). */
  readonly retryAfter: number;
  /** All of the body had been handed to the network: ECR may have taken the part. */
  readonly isInDoubt: boolean;
  /** The connection fell or stood still in the middle of the body: a smaller one might get through. */
  readonly isCut: boolean;
  /** What the push ends with if it is not made again, after so many attempts. */
  readonly giveUp: (attempts: number) => Error;
}

/** The calls that sending a layer's parts needs. */
export interface PartCalls {
  take(part: LayerPart, blob: LayerBlob, signal: AbortSignal): Promise<EncodedBody>;
  /** Prepares a later part; undefined if it is better to wait. */
  takeAhead(
    part: LayerPart,
    blob: LayerBlob,
    signal: AbortSignal,
  ): Promise<EncodedBody> | undefined;
  /** `attempt`: from 1. */
  send(
    body: EncodedBody,
    signal: AbortSignal,
    turn: Turn,
    attempt: number,
  ): Promise<PartOutcome | EarlyOutcome | Interruption>;
  /**
   * Finds out what ECR has of an upload: there is no call for that, but a part beyond the layer's `size` bytes is
   * refused with where it stands.
   */
  look(
    upload: { readonly uploadId: string; readonly size: number },
    signal: AbortSignal,
    attempt: number,
  ): Promise<NotConsecutive | UploadNotFound | Interruption>;
}
