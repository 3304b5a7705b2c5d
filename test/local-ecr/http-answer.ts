import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** An answer as no ECR gives it: what a proxy, a load balancer or a broken connection makes of one. */
export interface HttpAnswer {
  /** 200 when absent. */
  readonly status?: number;
  /** Besides the type, which is `text/plain` unless it is given. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Made of the text of the true answer, which is empty before the effect; `Service Unavailable` when absent. */
  readonly body?: string | ((answer: string) => string);
  /** So many spaces come first, which JSON allows; Infinity for an answer that never ends. */
  readonly padding?: number;
  /** The connection is reset after so many bytes of the body; its length was announced whole. */
  readonly cutAfter?: number;
  /** Not all at once: so many bytes, then a wait. */
  readonly drip?: { readonly bytes: number; readonly milliseconds: number };
}

/** Ends a call with such an answer. */
export class OddAnswer extends Error {
  readonly status: number;
  readonly #answer: HttpAnswer;
  readonly #text: string;

  /** `trueAnswer`: the text that ECR would have given. */
  constructor(answer: HttpAnswer, trueAnswer = '') {
    const { status = 200, body = 'Service Unavailable' } = answer;
    super(`HTTP ${status}`);
    this.status = status;
    this.#answer = answer;
    this.#text = typeof body === 'string' ? body : body(trueAnswer);
  }

  /** Ends when all is written, or the client has hung up. */
  async write(response: ServerResponse): Promise<void> {
    const { headers, padding = 0, cutAfter = Infinity } = this.#answer;
    const text = Buffer.from(this.#text);
    const length = padding + text.length;
    response.writeHead(this.status, {
      'content-type': 'text/plain',
      ...(Number.isFinite(length) ? { 'content-length': length } : {}),
      ...headers,
    });
    response.flushHeaders();
    let written = 0;
    for (const chunk of this.#chunks(text)) {
      if (response.destroyed) return;
      const room = cutAfter - written;
      if (chunk.length >= room) {
        this.#cut(response, chunk.subarray(0, room));
        return;
      }
      written += chunk.length;
      await passed(response, chunk);
      if (this.#answer.drip !== undefined) await setTimeout(this.#answer.drip.milliseconds);
    }
    response.end();
  }

  #cut(response: ServerResponse, last: Buffer): void {
    response.write(last, () => response.socket?.resetAndDestroy());
  }

  *#chunks(text: Buffer): Generator<Buffer> {
    const size = this.#answer.drip?.bytes ?? 65_536;
    const spaces = Buffer.alloc(size, ' ');
    for (let left = this.#answer.padding ?? 0; left > 0; left -= size)
      yield spaces.subarray(0, Math.min(left, size));
    for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
  }
}

/** Resolves when the chunk is handed on, or the connection is gone. */
function passed(response: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('close', settle);
      resolve();
    };
    response.on('close', settle);
    response.write(chunk, settle);
  });
}
