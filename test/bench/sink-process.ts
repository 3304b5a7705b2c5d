import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Limits } from './sink/limits.ts';
import type { Request } from './sink/main.ts';
import type { Counts, Identity } from './sink/sink.ts';
import type { Contents, StoredBlob } from './sink/state.ts';

export interface SinkReport {
  readonly counts: Counts;
  readonly blobs: readonly StoredBlob[];
  readonly tags: readonly (readonly [tag: string, digest: string])[];
  /** Of the sink's process, since it started. */
  readonly cpuSeconds: number;
}

/** The sink, seen from the bench's own process. */
export class SinkProcess implements AsyncDisposable {
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly #link: Link;

  constructor(link: Link, [plain = 0, tls = 0]: readonly number[]) {
    this.#link = link;
    this.plainPort = plain;
    this.tlsPort = tls;
  }

  /** Empties it but for `contents`, and sets counters to zero. */
  async configure(contents: Contents, limits: Limits): Promise<void> {
    await this.#link.ask({ kind: 'configure', contents, limits });
  }

  async report(): Promise<SinkReport> {
    return (await this.#link.ask({ kind: 'report' })) as SinkReport;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
  }
}

export async function startSink(identity: Identity): Promise<SinkProcess> {
  const main = fileURLToPath(import.meta.resolve('./sink/main.ts'));
  const link = new Link(fork(main, { serialization: 'advanced' }));
  return new SinkProcess(link, (await link.ask({ kind: 'start', identity })) as number[]);
}

/** One question at a time: answers come in the order of the questions. */
class Link {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = once(child, 'exit');
  }

  async ask(request: Request): Promise<unknown> {
    const answered = Promise.withResolvers<unknown>();
    this.#child.once('message', answered.resolve);
    this.#child.send(request);
    const said = await Promise.race([answered.promise, this.#gone.then(() => undefined)]);
    if (typeof said === 'object' && said !== null && 'answer' in said) return said.answer;
    throw new Error('the sink ended');
  }

  async close(): Promise<void> {
    this.#child.disconnect();
    await this.#gone;
  }
}
