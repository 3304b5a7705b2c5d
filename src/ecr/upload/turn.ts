import { settlesWithin } from '../../async/sleep.ts';
import { HELD_BYTES, TRICKLE_BYTES, TRICKLE_INTERVAL } from './tuning.ts';

/**
 * The turn of one part. ECR handles a part when its body is whole, and takes parts in order only: so the last bytes of
 * a body are held back until the part before it was answered as expected. The rest of it may travel early.
 */
export class Turn {
  readonly #settled = Promise.withResolvers<undefined>();
  readonly #interval: number;
  #state: 'waiting' | 'come' | 'over' = 'waiting';
  #beganAt: number | undefined;
  #heldSince: number | undefined;
  #held: number | undefined;

  /** `interval`: so often a little of what is held goes out (ms). */
  constructor(interval = TRICKLE_INTERVAL) {
    this.#interval = interval;
  }

  get hasCome(): boolean {
    return this.#state === 'come';
  }

  /** Given up: it will never come. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Whether all but the held bytes have been handed to the network, and the turn has not come. */
  get isHeld(): boolean {
    return this.#state === 'waiting' && this.#heldSince !== undefined;
  }

  /** How long the body was held (ms), once the turn has come; 0 if it was still under way then. */
  get held(): number {
    return this.#held ?? 0;
  }

  /** How long the body took to be handed to the network (ms), but for what was held back; undefined if nothing was. */
  get transfer(): number | undefined {
    if (this.#beganAt === undefined || this.#heldSince === undefined) return undefined;
    return this.#heldSince - this.#beganAt;
  }

  /** The part before was answered as expected. */
  come(): void {
    if (this.#state !== 'waiting') return;
    if (this.#heldSince !== undefined) this.#held = performance.now() - this.#heldSince;
    this.#settle('come');
  }

  /** The part before was not: this one must not end. */
  giveUp(): void {
    if (this.#state === 'waiting') this.#settle('over');
  }

  /** Waits until it has come, or was given up. */
  async comes(): Promise<boolean> {
    await this.#settled.promise;
    return this.hasCome;
  }

  /**
   * The chunks of a body of `bytes`, the last of them held back until the turn has come. A front end may close a body
   * that stands still, so a little of what is held goes out every second; never the last byte.
   * @throws once it was given up: the request must not end
   */
  async *holdBack(
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    bytes: number,
  ): AsyncGenerator<Uint8Array> {
    this.#beganAt = performance.now();
    this.#heldSince = undefined;
    let left = bytes;
    for await (const chunk of chunks) {
      const free = Math.max(0, left - HELD_BYTES);
      left -= chunk.byteLength;
      if (free > 0) yield chunk.subarray(0, free);
      let held = chunk.subarray(free);
      while (held.byteLength > 0 && !(await this.#comesSoon())) {
        if (left === 0 && held.byteLength <= TRICKLE_BYTES) continue;
        yield held.subarray(0, TRICKLE_BYTES);
        held = held.subarray(TRICKLE_BYTES);
      }
      if (held.byteLength > 0) yield held;
    }
  }

  #settle(state: 'come' | 'over'): void {
    this.#state = state;
    this.#settled.resolve(undefined);
  }

  /** Whether it comes before the next trickle is due. @throws once it was given up */
  async #comesSoon(): Promise<boolean> {
    if (this.#state === 'waiting') {
      this.#heldSince ??= performance.now();
      await settlesWithin(this.#settled.promise, this.#interval);
    }
    if (this.isOver) throw new Error('the part before was not received as expected');
    return this.hasCome;
  }
}
