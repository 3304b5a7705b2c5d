/** What is known of one upload's parts that are under way. */
interface Open {
  /** Begun, and neither whole nor broken off. */
  bodies: number;
  /** Begun, and without an answer. */
  unanswered: number;
}

/** Counts the parts of each upload that are under way, from the first bytes of their bodies to their answers. */
export class OpenParts {
  readonly #uploads = new Map<string, Open>();
  /** The most bodies of one upload that were open at once. */
  peak = 0;

  has(uploadId: string): boolean {
    return this.#uploads.has(uploadId);
  }

  begin(uploadId: string): void {
    const open = this.#uploads.get(uploadId) ?? { bodies: 0, unanswered: 0 };
    open.bodies++;
    open.unanswered++;
    this.#uploads.set(uploadId, open);
    this.peak = Math.max(this.peak, open.bodies);
  }

  bodyEnded(uploadId: string): void {
    const open = this.#uploads.get(uploadId);
    if (open !== undefined) open.bodies--;
  }

  /** Answered, or never to be. */
  ended(uploadId: string): void {
    const open = this.#uploads.get(uploadId);
    if (open !== undefined && --open.unanswered === 0) this.#uploads.delete(uploadId);
  }
}
