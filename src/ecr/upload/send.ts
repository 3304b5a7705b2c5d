import { Readable } from 'node:stream';
import type { FinalizeHandlerArguments, MiddlewareStack } from '@smithy/types';
import { onSilence, type QuietableSocket } from '../../async/silence.ts';
import type { EncodedBody } from './body.ts';
import type { Turn } from './turn.ts';

type Plug = <Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
) => void;

/** Makes an UploadLayerPart command with `layerPartBlob`, lets `plug` add middleware to it, and sends it. */
export type SendPart<Output> = (layerPartBlob: Uint8Array, plug: Plug) => Promise<Output>;

export interface SendPartOptions {
  /** Called with the bytes handed to the network. */
  readonly onBytes: (bytes: number) => void;
  readonly turn?: Turn | undefined;
  /** How long the connection may stand still while the body is written (ms); undefined for as long as it likes. */
  readonly silence?: number | undefined;
}

const HASH_HEADER = 'x-amz-content-sha256';
const LENGTH_HEADER = 'content-length';

/**
 * Sends a part whose body is already encoded: the client serializes the request without the bytes, and middleware (the
 * SDK's own extension point) then inserts the body and gives the signer its hash.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/middleware-stack.html
 * If the client serializes a request other than expected, it gets the raw bytes to encode them itself.
 */
export async function sendPart<Output>(
  body: EncodedBody,
  send: SendPart<Output>,
  options: SendPartOptions,
): Promise<Output> {
  try {
    return await send(new Uint8Array(), (stack) => insertBody(stack, body, options));
  } catch (error) {
    if (!(error instanceof UnexpectedRequest)) throw error;
    const { turn, onBytes } = options;
    // Its body cannot be held back: it is sent when its turn has come.
    if (turn !== undefined && !(await turn.comes())) throw error;
    onBytes(body.bytes);
    return await send(await body.decode(), () => undefined);
  }
}

class UnexpectedRequest extends Error {}

function insertBody<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  body: EncodedBody,
  options: SendPartOptions,
): void {
  const { turn } = options;
  // The lowest priority comes last in its step: right after the serializer.
  stack.add(
    (next) => (args) => {
      const { request } = args;
      if (!isExpected(request, body)) throw new UnexpectedRequest();
      request.headers[HASH_HEADER] = body.hash;
      request.headers[LENGTH_HEADER] = String(body.bytes);
      return next(args);
    },
    { step: 'serialize', priority: 'low', name: 'ecrPartBody' },
  );
  // After the retries and the signer, which copies the request, so that each attempt gets a fresh stream.
  stack.add(
    (next) => async (args) => {
      try {
        return await next(withBody(args, new BodyStream(body, options)));
      } catch (error) {
        if (turn === undefined || turn.hasCome || turn.isOver) throw error;
        throw new EndedEarly(error, turn.isHeld);
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'ecrPartStream' },
  );
}

/** A request that ended before the turn of its part had come, and so before its body was whole. */
export class EndedEarly extends Error {
  override readonly name = 'EndedEarly';
  /** Not as its cause, by which the SDK would judge whether to try again. */
  readonly reason: unknown;
  /** Whether it stood still then, but for a trickle. */
  readonly wasHeld: boolean;

  constructor(reason: unknown, wasHeld: boolean) {
    super('a part ended before its turn');
    this.reason = reason;
    this.wasHeld = wasHeld;
  }
}

interface BodyRequest {
  body: unknown;
  readonly headers: Record<string, string>;
}

function isExpected(request: unknown, { frame }: EncodedBody): request is BodyRequest {
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
  body: Readable,
): FinalizeHandlerArguments<Input> {
  const { request } = args;
  if (isBodyRequest(request)) request.body = body;
  return args;
}

/** The parts of Node's `ClientRequest` that are used here. */
interface Request extends NodeJS.WritableStream {
  readonly writableEnded: boolean;
  destroy(error?: Error): void;
}

/** A request's body, chunk by chunk. If a chunk fails, so does the request; once that closes, no more are made. */
export class BodyStream extends Readable {
  readonly #body: Pick<EncodedBody, 'bytes' | 'heldBy'>;
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #options: SendPartOptions;
  #written = 0;

  constructor(body: Pick<EncodedBody, 'bytes' | 'heldBy' | 'chunks'>, options: SendPartOptions) {
    // While one chunk is being written, only one more is made.
    super({ highWaterMark: 1 });
    const all = body.chunks();
    const { turn } = options;
    const chunks = turn === undefined || turn.hasCome ? all : turn.holdBack(all, body.bytes);
    this.#body = body;
    this.#chunks =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#options = options;
  }

  override _read(): void {
    Promise.resolve(this.#chunks.next()).then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#body.heldBy(destination);
    this.on('data', ({ byteLength }: Uint8Array) => {
      this.#written += byteLength;
      this.#options.onBytes(byteLength);
    });
    if (isRequest(destination)) {
      // Node's pipe does not do this: each ends with the other.
      this.once('error', (error) => destination.destroy(error));
      destination.once('close', () => this.destroy());
      this.#endWithAnswer(destination);
      this.#endInSilence(destination);
    }
    return super.pipe(destination, options);
  }

  /** The SDK's own watch would go on while the answer is awaited, which may take longer. */
  #endInSilence(request: Request): void {
    const { silence } = this.#options;
    if (silence === undefined) return;
    request.once('socket', (socket: QuietableSocket) => {
      const watch = onSilence(socket, silence, () => {
        const error = new Error(`nothing could be sent for ${silence} ms`);
        request.destroy(Object.assign(error, { name: 'TimeoutError' }));
      });
      const end = (): void => watch[Symbol.dispose]();
      request.once('finish', end);
      request.once('close', end);
    });
  }

  /**
   * After a complete answer, Node no longer emits `drain`: a request that is still waiting for it would stay open, with
   * its socket and its memory.
   */
  #endWithAnswer(request: Request): void {
    const end = (): void => {
      if (request.writableEnded) return;
      this.unpipe(request);
      if (this.#written === this.#body.bytes) request.end();
      else request.destroy();
    };
    request.once('response', (response: NodeJS.ReadableStream) => response.once('end', end));
  }
}

function isRequest(stream: object): stream is Request {
  return 'writableEnded' in stream && 'destroy' in stream && typeof stream.destroy === 'function';
}
