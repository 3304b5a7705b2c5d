import { messageOf } from '../errors.ts';
import type { JournalFolder } from './journal-folder.ts';

interface Options {
  readonly folder: Pick<JournalFolder, 'write' | 'remove'>;
  /** Called before anything is written. */
  readonly onFirst: () => void;
  readonly debug: (message: string) => void;
}

/**
 * Brings files up to date before it returns, so that a process that is killed has left all that it knew: that takes a
 * fraction of a millisecond, and a part of 5 MiB or more comes before each. The first failure ends the writing, with one
 * debug line.
 */
export class JournalWriter {
  readonly #options: Options;
  #hasBegun = false;
  #isBroken = false;

  constructor(options: Options) {
    this.#options = options;
  }

  put(file: string, content: Uint8Array): void {
    if (!this.#hasBegun) this.#options.onFirst();
    this.#hasBegun = true;
    this.#attempt((folder) => folder.write(file, content));
  }

  remove(files: readonly string[]): void {
    if (files.length > 0) this.#attempt((folder) => folder.remove(files));
  }

  #attempt(work: (folder: Options['folder']) => void): void {
    if (this.#isBroken) return;
    try {
      work(this.#options.folder);
    } catch (error) {
      this.#isBroken = true;
      const why = messageOf(error);
      this.#options.debug(`Where uploads are is not kept any more: ${why}`);
    }
  }
}
