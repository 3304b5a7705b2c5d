import { Readable } from 'node:stream';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { HttpHandlerOptions } from '@smithy/types';
import { Deadline } from '../../async/deadline.ts';
import { attemptLine, attemptOf, type AttemptEnd, type CallDetails, callOf } from './call-log.ts';
import { StrangeAnswer, strangenessOf } from './strange-answer.ts';
import { type TimeLimits, timeLimits } from './time-limits.ts';

type Request = Parameters<NodeHttpHandler['handle']>[0];
type Response = Awaited<ReturnType<NodeHttpHandler['handle']>>['response'];

/** The manifests of a hundred images and more: far beyond what ECR answers to any call. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The SDK hands on what its caller gave it. */
type Options = HttpHandlerOptions & { readonly details?: CallDetails | undefined };

/**
 * The SDK's request handler, with limits for each attempt: of time, until the last byte of the answer, and of the
 * answer's size. It passes on nothing that cannot be ECR's.
 */
export class AttemptHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #make: () => Promise<NodeHttpHandler>;
  readonly #onAttempt: ((line: string) => void) | undefined;
  #handler: Promise<NodeHttpHandler> | undefined;

  /** `onAttempt`: called with a line for each; undefined to spend nothing on that. */
  constructor(make: () => Promise<NodeHttpHandler>, onAttempt?: (line: string) => void) {
    this.#make = make;
    this.#onAttempt = onAttempt;
  }

  /** `requestTimeout`: what the caller thinks right for the answer (ms), in place of what is usual for the call. */
  async handle(request: Request, options: Options = {}): Promise<{ response: Response }> {
    if (this.#onAttempt === undefined) return this.#attempt(request, options);
    const startedAt = performance.now();
    const tell = (ended: AttemptEnd): void => {
      const duration = performance.now() - startedAt;
      this.#onAttempt?.(attemptLine(request, options.details ?? {}, ended, duration));
    };
    try {
      const ended = await this.#attempt(request, options);
      tell({ answer: ended.response });
      return ended;
    } catch (error) {
      tell({ error });
      throw error;
    }
  }

  async #attempt(
    request: Request,
    { abortSignal, requestTimeout }: Options,
  ): Promise<{ response: Response }> {
    const limits = limitsOf(request, requestTimeout);
    const isStreamed = request.body instanceof Readable;
    using deadline = new Deadline(isStreamed ? limits.body : limits.answer);
    if (request.body instanceof Readable)
      request.body.once('end', () => deadline.restart(limits.answer));
    const signal = eitherOf(deadline.signal, abortSignal);
    try {
      const handler = await (this.#handler ??= this.#make());
      const { response } = await handler.handle(request, { abortSignal: signal });
      return { response: await readAnswer(response, signal, callOf(request)) };
    } catch (error) {
      if (!deadline.isOver || isAborted(abortSignal)) throw error;
      throw tooLate(request, limits, error);
    }
  }

  destroy(): void {
    void this.#handler?.then((made) => made.destroy());
  }

  updateHttpClientConfig(): void {
    // What the SDK sets here, its own default for silent sockets, has no place beside these limits.
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

function limitsOf(request: Request, own: number | undefined): TimeLimits {
  const { headers } = request;
  const call = callOf(request) ?? '';
  const bytes = Number(headers['content-length'] ?? 0);
  return timeLimits(call, { own, attempt: attemptOf(request), bytes });
}

/** The SDK has two kinds of abort signals, one of them its own, without events for Node. */
function eitherOf(limit: AbortSignal, given: HttpHandlerOptions['abortSignal']): AbortSignal {
  return given instanceof AbortSignal ? AbortSignal.any([limit, given]) : limit;
}

function isAborted(signal: HttpHandlerOptions['abortSignal']): boolean {
  return signal?.aborted === true;
}

/** The answer with its body as bytes. @throws StrangeAnswer, and what the connection throws */
async function readAnswer(
  response: Response,
  signal: AbortSignal,
  call: string | undefined,
): Promise<Response> {
  const bytes = await readBody(response, signal);
  const strangeness = call === undefined ? undefined : strangenessOf(call, response, bytes);
  if (strangeness !== undefined)
    throw new StrangeAnswer(strangeness, response.statusCode, response);
  return Object.assign(response, { body: bytes });
}

async function readBody(response: Response, signal: AbortSignal): Promise<Uint8Array> {
  const body: unknown = response.body;
  if (!(body instanceof Readable)) return new Uint8Array();
  const destroy = (): void => void body.destroy(new Error('aborted'));
  signal.addEventListener('abort', destroy, { once: true });
  if (signal.aborted) destroy();
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bytesOf(body)) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > MAX_ANSWER_BYTES)
        throw new StrangeAnswer(
          `a body of more than ${MAX_ANSWER_BYTES} bytes`,
          response.statusCode,
          response,
        );
    }
    return Buffer.concat(chunks);
  } finally {
    signal.removeEventListener('abort', destroy);
  }
}

async function* bytesOf(body: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

/** Named as the SDK names it. */
function tooLate(request: Request, { answer }: TimeLimits, cause: unknown): Error {
  const call = callOf(request) ?? 'the call';
  const message = `no answer to ${call} within ${Math.round(answer / 1000)} s`;
  return Object.assign(new Error(message, { cause }), { name: 'TimeoutError' });
}
