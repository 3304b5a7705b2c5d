import type { FinalizeHandlerArguments, MiddlewareStack } from '@smithy/types';
import type { EncodedPart } from './encoded-part.ts';

type Plug = <Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
) => void;

/** Makes the command that uploads `layerPartBlob` as the part, has its stack plugged, and sends it. */
type Send<Output> = (layerPartBlob: Uint8Array, plug: Plug) => Promise<Output>;

const HASH_HEADER = 'x-amz-content-sha256';
const LENGTH_HEADER = 'content-length';

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
    return await send(await part.decode(), () => undefined);
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
      request.headers[HASH_HEADER] = part.bodyHash;
      request.headers[LENGTH_HEADER] = String(part.bytes);
      return next(args);
    },
    { step: 'serialize', priority: 'low', name: 'preparedPartBody' },
  );
  // After the retries and the signer, which copies the request: so that each attempt reads the body anew.
  stack.add((next) => (args) => next(withBody(args, part)), {
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

function withBody<Input extends object>(
  args: FinalizeHandlerArguments<Input>,
  part: EncodedPart,
): FinalizeHandlerArguments<Input> {
  const { request } = args;
  if (isBodyRequest(request)) request.body = part.open();
  return args;
}
