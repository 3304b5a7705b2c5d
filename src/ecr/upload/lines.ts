import { type Permit, Semaphore } from '../../async/semaphore.ts';
import {
  HELD_BYTES,
  HELD_LONG,
  HELD_SHARE,
  LARGE_LAYER,
  LARGE_WEIGHT,
  MAX_CUTS,
  MAX_LINES,
  MAX_PARTS_IN_FLIGHT,
  TRICKLE_BYTES,
  TRICKLE_INTERVAL,
} from './tuning.ts';
import type { Pace } from './pace.ts';
import type { Turn } from './turn.ts';

/** How a request ended before the turn of its part had come. */
export type EarlyEnd =
  /** It was still under way, and the connection fell: that may happen to any. */
  | 'cut'
  /** It stood still but for a trickle, and was closed or refused. */
  | 'held'
  /** It was refused. */
  | 'refused';

const CLOSES = 'The server closes the connection of a part that waits for the part before it';
const WHY: Readonly<Record<EarlyEnd, string>> = {
  cut: CLOSES,
  held: CLOSES,
  refused: 'The server takes no part of a layer while another is on its way',
};

interface Options {
  /** What the user asked for; undefined to find out. */
  readonly partsInFlight?: number | undefined;
  /** If the CPU is the bottleneck, more parts at once only cost more of it. */
  readonly pace?: Pick<Pace, 'isNetworkBound'>;
  readonly info?: ((message: string) => void) | undefined;
}

/**
 * The connections that carry the parts of all layers of a run. Each layer has one of its own; spare ones carry further
 * parts of the layers that have most left.
 */
export class Lines {
  readonly #room = new Semaphore(MAX_LINES);
  /** Layers that would use another. */
  readonly #short = new Set<LayerLines>();
  readonly #options: Options;
  #cuts = 0;
  #isSingle: boolean;

  constructor(options: Options = {}) {
    this.#options = options;
    this.#isSingle = options.partsInFlight === 1;
  }

  /** Whether more parts than layers are worth it now. */
  get isWorthwhile(): boolean {
    const { partsInFlight, pace } = this.#options;
    return partsInFlight !== undefined || pace === undefined || pace.isNetworkBound();
  }

  /** One line a layer, because the server does not bear more. */
  get isSingle(): boolean {
    return this.#isSingle;
  }

  /** Waits for the line of a layer of `size` bytes. @throws the signal's reason */
  async open(size: number, signal: AbortSignal, priority: number): Promise<LayerLines> {
    const weight = size < LARGE_LAYER ? 1 : LARGE_WEIGHT;
    const line = await this.#room.acquire(weight, signal, priority);
    return new LayerLines(line, {
      fixed: this.#options.partsInFlight,
      run: this,
      short: this.#short,
      isWanted: () => this.#room.isWanted,
      tryAcquire: () => this.#room.tryAcquire(weight),
    });
  }

  noteEarlyEnd(end: EarlyEnd): void {
    this.#cuts += 1;
    if (this.#isSingle || (end === 'cut' && this.#cuts <= MAX_CUTS)) return;
    this.#isSingle = true;
    this.#options.info?.(`${WHY[end]}: from now on, each layer uses a single connection`);
  }

  /** A body that was held has arrived. */
  noteHeld(): void {
    this.#cuts = 0;
  }
}

interface Run {
  readonly fixed: number | undefined;
  readonly run: Lines;
  readonly short: Set<LayerLines>;
  readonly isWanted: () => boolean;
  readonly tryAcquire: () => Permit | undefined;
}

/** The lines of one layer: released at the end of its scope. */
export class LayerLines implements Disposable {
  readonly #run: Run;
  readonly #lines: Permit[];
  #depth: number;
  #bytesLeft = 0;
  #answeredAt: number | undefined;

  constructor(line: Permit, run: Run) {
    this.#run = run;
    this.#lines = [line];
    this.#depth = run.fixed ?? 2;
  }

  /**
   * Whether another part may set out while `inFlight` are under way and `bytesLeft` bytes of the layer are not yet
   * confirmed. The first always may.
   */
  hasRoomFor(inFlight: number, bytesLeft: number): boolean {
    this.#bytesLeft = bytesLeft;
    this.#run.short.delete(this);
    if (inFlight === 0) return true;
    if (this.#run.run.isSingle || inFlight >= this.#depth) return false;
    if (!this.#run.run.isWorthwhile) return false;
    if (this.#hasLine(inFlight)) return true;
    this.#run.short.add(this);
    return false;
  }

  /** Gives back the lines that `inFlight` parts do not need. */
  giveBack(inFlight: number): void {
    for (const line of this.#lines.splice(Math.max(1, inFlight))) line.release();
  }

  /**
   * After each answer: the more parts are in flight, the longer the next is held. Held for a part of the time between
   * two answers is enough.
   */
  noteAnswer(turn: Pick<Turn, 'held'> | undefined): void {
    const now = performance.now();
    const gap = this.#answeredAt === undefined ? undefined : now - this.#answeredAt;
    this.#answeredAt = now;
    if (turn === undefined) return;
    if (turn.held > 0) this.#run.run.noteHeld();
    if (gap === undefined || this.#run.fixed !== undefined) return;
    if (turn.held < HELD_SHARE * gap) this.#depth += 1;
    else if (turn.held > HELD_LONG * gap) this.#depth -= 1;
    // The last of them waits for all others.
    const longest = Math.floor(((HELD_BYTES / TRICKLE_BYTES) * TRICKLE_INTERVAL) / gap);
    this.#depth = Math.max(1, Math.min(this.#depth, longest, MAX_PARTS_IN_FLIGHT));
  }

  [Symbol.dispose](): void {
    this.#run.short.delete(this);
    for (const line of this.#lines) line.release();
  }

  /** One that it has, or a spare one, unless another layer needs it more. */
  #hasLine(inFlight: number): boolean {
    if (this.#isNeededElsewhere()) return false;
    if (inFlight < this.#lines.length) return true;
    const line = this.#run.tryAcquire();
    if (line !== undefined) this.#lines.push(line);
    return line !== undefined;
  }

  /** A layer that waits for its first line, or one that has more left for each of its lines. */
  #isNeededElsewhere(): boolean {
    const mine = this.#bytesLeft / this.#lines.length;
    return this.#run.isWanted() || [...this.#run.short].some((other) => other.#share() > mine);
  }

  /** Bytes left for each line, if it had one more. */
  #share(): number {
    return this.#bytesLeft / (this.#lines.length + 1);
  }
}
