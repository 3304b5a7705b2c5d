import type { JournalFolder } from './journal-folder.ts';

/** What a file is to hold; undefined if it is to go. */
type Content = Uint8Array | undefined;

interface Options {
  readonly folder: Pick<JournalFolder, 'write' | 'writeNow' | 'remove'>;
  /** Called before anything is written. */
  readonly onFirst: () => void;
  readonly debug: (message: string) => void;
}

/**
 * Brings files up to date beside the push, which never waits for it: while one version of a file is written, only the
 * latest of those that follow is kept. The first failure ends the writing, with one debug line.
 */
export class JournalWriter {
  readonly #options: Options;
  /** What is not on disk yet, by file. */
  readonly #waiting = new Map<string, Content>();
  /** What is being written, by file. */
  readonly #writing = new Map<
    string,
    { readonly content: Content; readonly done: Promise<void> }
  >();
  #hasBegun = false;
  #isBroken = false;

  constructor(options: Options) {
    this.#options = options;
  }

  put(file: string, content: Content): void {
    if (this.#isBroken) return;
    if (!this.#hasBegun && content !== undefined) {
      this.#hasBegun = true;
      this.#options.onFirst();
    }
    this.#waiting.set(file, content);
    if (!this.#writing.has(file)) this.#next(file);
  }

  /** Writes at once what is not on disk yet. */
  stop(): void {
    for (const [file, { content }] of this.#writing) {
      if (!this.#waiting.has(file)) this.#waiting.set(file, content);
    }
    for (const [file, content] of this.#waiting) {
      if (content === undefined || this.#isBroken) continue;
      try {
        this.#options.folder.writeNow(file, content);
      } catch (error) {
        this.#break(error);
      }
    }
  }

  /** Resolves when all is on disk. */
  async settle(): Promise<void> {
    while (this.#writing.size > 0)
      await Promise.all([...this.#writing.values()].map(({ done }) => done));
  }

  #next(file: string): void {
    if (this.#isBroken || !this.#waiting.has(file)) {
      this.#writing.delete(file);
      return;
    }
    const content = this.#waiting.get(file);
    this.#waiting.delete(file);
    const { folder } = this.#options;
    const work = content === undefined ? folder.remove([file]) : folder.write(file, content);
    const done = work.catch((error: unknown) => this.#break(error)).then(() => this.#next(file));
    this.#writing.set(file, { content, done });
  }

  #break(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.debug(`Where uploads are is not kept any more: ${why}`);
  }
}
