import type {
  CompleteLayerUploadResponse,
  InitiateLayerUploadResponse,
  UploadLayerPartRequest,
  UploadLayerPartResponse,
} from '@aws-sdk/client-ecr';
import type { Digest } from '../oci/digest.ts';
import { attemptsOf, errorName, isThrottled, statusOf } from './calls/exceptions.ts';
import type { RepositoryId } from './names/reference.ts';
import { rangeOf } from './upload/body.ts';
import type { PartOutcome } from './upload/in-order.ts';
import type { EarlyEnd } from './upload/lines.ts';
import { EndedEarly, type SendPart, sendPart } from './upload/send.ts';
import type { PartTaker } from './upload/take-part.ts';
import type { CompleteOutcome, LayerCalls } from './upload/upload-layer.ts';

/** The requests that upload a layer, as one of the SDK's clients sends them. */
export interface LayerRequests {
  readonly id: RepositoryId;
  initiate(signal: AbortSignal): Promise<InitiateLayerUploadResponse>;
  sendPart(
    input: UploadLayerPartRequest,
    plug: Parameters<SendPart<unknown>>[1],
    signal: AbortSignal,
  ): Promise<UploadLayerPartResponse>;
  complete(
    input: { uploadId: string; layerDigests: string[] },
    signal: AbortSignal,
  ): Promise<CompleteLayerUploadResponse>;
}

/** What the calls need from the registry. */
interface Registry {
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
        const { uploadId, partSize } = await requests.initiate(signal);
        if (uploadId === undefined) throw incomplete('InitiateLayerUpload', 'uploadId');
        return { uploadId, partSize };
      } catch (error) {
        throw registry.explain('InitiateLayerUpload', error, signal);
      }
    },
    send: async (body, signal, turn) => {
      const range = { ...requests.id, ...rangeOf(body.part) };
      const send: SendPart<UploadLayerPartResponse> = (layerPartBlob, plug) =>
        requests.sendPart({ ...range, layerPartBlob }, plug, signal);
      try {
        const answer = await sendPart(body, send, onBytes, turn);
        registry.learn(answer);
        const { lastByteReceived } = answer;
        if (lastByteReceived === undefined) throw incomplete('UploadLayerPart', 'lastByteReceived');
        return { kind: 'received', lastByteReceived };
      } catch (error) {
        if (error instanceof EndedEarly) return { kind: 'ended-early', how: howEnded(error) };
        registry.learn(error);
        return partOutcome(error) ?? raise(registry.explain('UploadLayerPart', error, signal));
      }
    },
    complete: async (uploadId, digest, signal): Promise<CompleteOutcome> => {
      try {
        const answer = await requests.complete({ uploadId, layerDigests: [digest] }, signal);
        registry.learn(answer);
        return answer.layerDigest === digest ? 'completed' : 'digest-mismatch';
      } catch (error) {
        return (
          completeOutcome(error) ?? raise(registry.explain('CompleteLayerUpload', error, signal))
        );
      }
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
    default:
      return undefined;
  }
}

function partOutcome(error: unknown): PartOutcome | undefined {
  const name = errorName(error);
  if (name === 'UploadNotFoundException') return { kind: 'upload-not-found' };
  if (name !== 'InvalidLayerPartException' || !(error instanceof Error)) return undefined;
  const last: unknown = Reflect.get(error, 'lastValidByteReceived');
  const lastValidByteReceived = typeof last === 'number' ? last : undefined;
  return { kind: 'not-consecutive', lastValidByteReceived };
}

/** For an answer that lacks a documented member. */
export function incomplete(call: string, member: string): Error {
  return new Error(`the answer to ${call} has no ${member}`);
}

function raise(error: Error): never {
  throw error;
}
