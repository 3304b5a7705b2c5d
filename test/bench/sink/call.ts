import type { Carries } from './limits.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** An answer to HEAD tells the length of a body that it does not bring (bytes). */
  readonly length?: number;
}

/** What a whole request leads to, and what there is to do when that is said. */
export interface Handled {
  readonly answer: Answer;
  readonly answered?: () => void;
}

/** What the sink does with one request. */
export interface Call {
  /** What it is counted as. */
  readonly name: string;
  readonly carries: Carries;
  /** When its body is whole; the answer may go out later. */
  handle(body: Body): Handled;
}

/** Enough of a part's JSON to find all of its fields but the blob. */
export const SAMPLE_BYTES = 4096;

/** A request's body: whole where a call needs it, else its length and both its ends. */
export class Body {
  readonly #isWhole: boolean;
  readonly #kept: Buffer[] = [];
  #tail: Buffer = Buffer.alloc(0);
  length = 0;

  constructor(carries: Carries) {
    this.#isWhole = carries === 'no-layer';
  }

  add(bytes: Buffer): void {
    if (this.#isWhole || this.length < SAMPLE_BYTES)
      this.#kept.push(Buffer.from(this.#part(bytes)));
    this.length += bytes.length;
    if (this.#isWhole) return;
    const end = bytes.subarray(-SAMPLE_BYTES);
    const isLong = end.length === SAMPLE_BYTES;
    this.#tail = isLong ? end : Buffer.concat([this.#tail, end]).subarray(-SAMPLE_BYTES);
  }

  #part(bytes: Buffer): Buffer {
    return this.#isWhole ? bytes : bytes.subarray(0, SAMPLE_BYTES - this.length);
  }

  /** The whole of it, or its first bytes. */
  get text(): string {
    return Buffer.concat(this.#kept).toString('utf8');
  }

  /** Its last bytes, where it is not kept whole. */
  get tail(): string {
    return this.#tail.toString('latin1');
  }
}
