import { Readable } from 'node:stream';
import type { FinalizeHandlerArguments, MiddlewareStack } from '@smithy/types';
import { decodeBody } from './part-body.ts';
import type { EncodedPart } from './part-engine.ts';

type Plug = <Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
) => void;

/** Makes the command that uploads `layerPartBlob` as the part, has its stack plugged, and sends it. */
type Send<Output> = (layerPartBlob: Uint8Array, plug: Plug) => Promise<Output>;

const HASH_HEADER = 'x-amz-content-sha256';
/** One write to the socket (bytes): TLS keeps all that it has encrypted of a write until it is sent. */
const WRITE_BYTES = 1024 * 1024;

/**
 * Sends a part whose body is made already: the client serializes the request without its bytes, and this puts the body
 * in and hands the signer its hash, by the SDK's own extension point.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/middleware-stack.html
 * A client that writes another request than the body was made for gets the bytes to write them as it does.
 */
export async function sendPreparedPart<Output>(
  part: EncodedPart,
  send: Send<Output>,
): Promise<Output> {
  try {
    return await send(new Uint8Array(), (stack) => insertBody(stack, part));
  } catch (error) {
    if (!(error instanceof UnexpectedRequest)) throw error;
    return await send(decodeBody(part.body, part.frame), () => undefined);
  }
}

class UnexpectedRequest extends Error {}

function insertBody<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  part: EncodedPart,
): void {
  // The lowest priority comes last in its step: right after the serializer.
  stack.add(
    (next) => (args) => {
      const { request } = args;
      if (!isExpected(request, part)) throw new UnexpectedRequest();
      request.body = part.body;
      request.headers[HASH_HEADER] = part.bodyHash;
      return next(args);
    },
    { step: 'serialize', priority: 'low', name: 'preparedPartBody' },
  );
  // After the retries and the signer, so that each attempt reads the body anew.
  stack.add((next) => (args) => next(streamed(args, part)), {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'preparedPartStream',
  });
}

interface BodyRequest {
  body: unknown;
  readonly headers: Record<string, string>;
}

function isExpected(request: unknown, { frame }: EncodedPart): request is BodyRequest {
  return isBodyRequest(request) && textOf(request.body) === frame.before + frame.after;
}

function isBodyRequest(request: unknown): request is BodyRequest {
  if (typeof request !== 'object' || request === null || !('body' in request)) return false;
  return 'headers' in request && typeof request.headers === 'object' && request.headers !== null;
}

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  // Not by a method of `body`: the SDK's own bytes pretend to be text, with a warning.
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : undefined;
}

function streamed<Input extends object>(
  args: FinalizeHandlerArguments<Input>,
  { body }: EncodedPart,
): FinalizeHandlerArguments<Input> {
  const { request } = args;
  if (!isBodyRequest(request) || request.body !== body) return args;
  request.body = inPieces(body);
  return args;
}

/** The bytes themselves, not a copy, a write at a time. */
function inPieces(bytes: Uint8Array): Readable {
  let position = 0;
  return new Readable({
    highWaterMark: 1,
    read() {
      const piece = bytes.subarray(position, position + WRITE_BYTES);
      position += piece.byteLength;
      this.push(piece.byteLength > 0 ? piece : null);
    },
  });
}
