import { styleText } from 'node:util';
import type { Log } from '../report/log.ts';

interface Options {
  readonly write: (text: string) => void;
  /** Whether a person looks at it, and colours can be shown. */
  readonly isTerminal: boolean;
  /** Whether debug lines are shown. */
  readonly isVerbose: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** A log of plain lines. A group is a heading, with its lines indented below it. */
export class LineLog implements Log {
  readonly #options: Options;
  #indent = '';

  constructor(options: Options) {
    this.#options = options;
  }

  info(message: string): void {
    this.#say('', message);
  }

  warning(message: string): void {
    this.#say(this.#styled('yellow', 'Warning: '), message);
  }

  debug(message: string): void {
    if (this.#options.isVerbose) this.#say('Debug: ', message);
  }

  /** The last word on a run, so never a part of a group. */
  error(message: string): void {
    this.#indent = '';
    this.#say(this.#styled('red', 'Error: '), message);
  }

  async group<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#options.write(`${this.#styled('bold', printable(name))}\n`);
    this.#indent = '  ';
    try {
      return await work();
    } finally {
      this.#indent = '';
    }
  }

  #say(mark: string, message: string): void {
    const lines = `${mark}${printable(message)}`.split('\n');
    this.#options.write(lines.map((line) => `${this.#indent}${line}\n`).join(''));
  }

  #styled(style: Style, text: string): string {
    return this.#options.isTerminal ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** What a layout or a server wrote must not move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, ' ');
}
