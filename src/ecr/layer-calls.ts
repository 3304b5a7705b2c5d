import type {
  CompleteLayerUploadResponse,
  InitiateLayerUploadResponse,
  UploadLayerPartRequest,
  UploadLayerPartResponse,
} from '@aws-sdk/client-ecr';
import type { Digest } from '../oci/digest.ts';
import {
  attemptsOf,
  causeOf,
  errorName,
  isThrottled,
  noteAttempts,
  statusOf,
} from './calls/exceptions.ts';
import type { CallDetails } from './calls/call-log.ts';
import { retryAfterOf } from './calls/retry-after.ts';
import { retryOf } from './calls/retry-of.ts';
import { completeLimit, partLimit, partSilence } from './calls/time-limits.ts';
import type { RepositoryId } from './names/reference.ts';
import { rangeOf } from './upload/body.ts';
import type { EarlyEnd } from './upload/lines.ts';
import type { Interruption, NotConsecutive, UploadNotFound } from './upload/part-calls.ts';
import { EndedEarly, type SendPart, sendPart } from './upload/send.ts';
import type { PartTaker } from './upload/take-part.ts';
import { WRITE_BYTES } from './upload/tuning.ts';
import type { CompleteOutcome, LayerCalls } from './upload/upload-layer.ts';

/** `requestTimeout`: how long the answer may take (ms). */
interface RequestOptions {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
  /** For debug logs. */
  readonly details: CallDetails;
}

/** The requests that upload a layer, as one of the SDK's clients sends them. */
export interface LayerRequests {
  readonly id: RepositoryId;
  initiate(signal: AbortSignal, details: CallDetails): Promise<InitiateLayerUploadResponse>;
  sendPart(
    input: UploadLayerPartRequest,
    plug: Parameters<SendPart<unknown>>[1],
    options: RequestOptions,
  ): Promise<UploadLayerPartResponse>;
  complete(
    input: { uploadId: string; layerDigests: string[] },
    options: RequestOptions,
  ): Promise<CompleteLayerUploadResponse>;
}

/** What the calls need from the registry. */
interface Registry {
  /** The layer. */
  readonly digest: Digest;
  isAvailable(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Answers, and some errors, reveal whose registry it is. */
  learn(answer: unknown): void;
  /** Called with the bytes handed to the network. */
  onBytes(bytes: number): void;
  explain(call: string, error: unknown, signal: AbortSignal): Error;
}

/** The calls that upload one layer: answers and expected errors as outcomes, every other error explained. */
export function layerCalls(
  requests: LayerRequests,
  parts: PartTaker,
  registry: Registry,
): LayerCalls {
  let bytesOnWire = 0;
  const onBytes = (bytes: number): void => {
    bytesOnWire += bytes;
    registry.onBytes(bytes);
  };
  return {
    get bytesOnWire() {
      return bytesOnWire;
    },
    isAvailable: (digest, signal) => registry.isAvailable(digest, signal),
    take: (part, blob, signal) => parts.take(requests.id, part, blob, signal),
    takeAhead: (part, blob, signal) => parts.takeAhead(requests.id, part, blob, signal),
    initiate: async (signal) => {
      try {
        const details = { subject: registry.digest };
        const { uploadId, partSize } = await requests.initiate(signal, details);
        if (uploadId === undefined) throw incomplete('InitiateLayerUpload', 'uploadId');
        return { uploadId, partSize };
      } catch (error) {
        throw registry.explain('InitiateLayerUpload', error, signal);
      }
    },
    send: async (body, signal, turn, attempt) => {
      const range = { ...requests.id, ...rangeOf(body.part) };
      const { partFirstByte: first, partLastByte: last } = range;
      const details = { subject: `${registry.digest} bytes ${first}-${last}`, attempt };
      const options = { abortSignal: signal, requestTimeout: partLimit(attempt), details };
      const send: SendPart<UploadLayerPartResponse> = (layerPartBlob, plug) =>
        requests.sendPart({ ...range, layerPartBlob }, plug, options);
      let written = 0;
      const note = (bytes: number): void => {
        written += bytes;
        onBytes(bytes);
      };
      try {
        const answer = await sendPart(body, send, {
          onBytes: note,
          turn,
          silence: partSilence(attempt),
        });
        registry.learn(answer);
        const lastByteReceived = positionIn(answer, 'lastByteReceived');
        if (lastByteReceived === undefined) throw incomplete('UploadLayerPart', 'lastByteReceived');
        return { kind: 'received', lastByteReceived };
      } catch (error) {
        if (error instanceof EndedEarly) return { kind: 'ended-early', how: howEnded(error) };
        registry.learn(error);
        const giveUp = (): Error => registry.explain('UploadLayerPart', error, signal);
        const sent = { written, isWhole: written >= body.bytes };
        return refusal(error) ?? interruption(error, giveUp, sent) ?? raise(giveUp());
      }
    },
    look: async ({ uploadId, size }, signal, attempt) => {
      const details = { subject: `${registry.digest} to see where it stands`, attempt };
      const options = { abortSignal: signal, requestTimeout: partLimit(attempt), details };
      // A byte beyond the end can follow on nothing.
      const range = { ...requests.id, uploadId, partFirstByte: size + 1, partLastByte: size + 1 };
      const input = { ...range, layerPartBlob: new Uint8Array(1) };
      try {
        await requests.sendPart(input, () => undefined, options);
        return UNTOLD;
      } catch (error) {
        registry.learn(error);
        const giveUp = (): Error => registry.explain('UploadLayerPart', error, signal);
        if (signal.aborted) throw giveUp();
        return refusal(error) ?? interruption(error, giveUp) ?? UNTOLD;
      }
    },
    complete: async (uploadId, { digest, size }, signal): Promise<CompleteOutcome> => {
      const options = { abortSignal: signal, requestTimeout: completeLimit(size), details: {} };
      try {
        const answer = await requests.complete({ uploadId, layerDigests: [digest] }, options);
        registry.learn(answer);
        return answer.layerDigest === digest ? 'completed' : 'other-digest';
      } catch (error) {
        return (
          completeOutcome(error) ?? raise(registry.explain('CompleteLayerUpload', error, signal))
        );
      }
    },
  };
}

/** What a refusal that tells nothing leaves unknown. */
const UNTOLD: NotConsecutive = { kind: 'not-consecutive', lastValidByteReceived: undefined };

/** A failure after which the call may be made again; undefined if it would only fail again. */
function interruption(
  error: unknown,
  explained: () => Error,
  { written, isWhole } = { written: 0, isWhole: false },
): Interruption | undefined {
  const row = retryOf(error);
  if (row === undefined) return undefined;
  const isTransient = row === 'transient';
  return {
    kind: 'interrupted',
    row,
    why: causeOf(error),
    retryAfter: retryAfterOf(error),
    isInDoubt: isTransient && isWhole,
    // The first write goes into a buffer, even where there is no connection.
    isCut: isTransient && statusOf(error) === undefined && written > WRITE_BYTES,
    giveUp: (attempts) => {
      noteAttempts(error, attempts);
      return explained();
    },
  };
}

function howEnded({ reason, wasHeld }: EndedEarly): EarlyEnd {
  if (isThrottled(reason)) return 'cut';
  const status = statusOf(reason) ?? 0;
  // Request Timeout: the body stood still for too long.
  if (status === 408) return 'held';
  if (status >= 400 && status < 500) return 'refused';
  return wasHeld ? 'held' : 'cut';
}

function completeOutcome(error: unknown): CompleteOutcome | undefined {
  switch (errorName(error)) {
    case 'LayerAlreadyExistsException':
      // At a second attempt: the first most likely completed it, and its answer was lost.
      return attemptsOf(error) > 1 ? 'completed' : 'already-exists';
    case 'InvalidLayerException':
      return 'digest-mismatch';
    case 'UploadNotFoundException':
      return 'upload-not-found';
    case 'EmptyUploadException':
      return 'empty-upload';
    case 'LayerPartTooSmallException':
      return 'part-too-small';
    default:
      return undefined;
  }
}

/** What ECR refuses a part with because of where the upload stands. */
function refusal(error: unknown): NotConsecutive | UploadNotFound | undefined {
  const name = errorName(error);
  if (name === 'UploadNotFoundException') return { kind: 'upload-not-found' };
  if (name !== 'InvalidLayerPartException') return undefined;
  const lastValidByteReceived = positionIn(error, 'lastValidByteReceived');
  return { kind: 'not-consecutive', lastValidByteReceived };
}

/** Of a byte, or -1; undefined for whatever else the member may be. */
function positionIn(answer: unknown, member: string): number | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const value: unknown = Reflect.get(answer, member);
  return Number.isSafeInteger(value) && Number(value) >= -1 ? Number(value) : undefined;
}

/** For an answer that lacks a documented member. */
export function incomplete(call: string, member: string): Error {
  return new Error(`the answer to ${call} has no ${member}`);
}

function raise(error: Error): never {
  throw error;
}
