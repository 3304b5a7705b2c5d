import { type Permit, Semaphore } from '../../async/semaphore.ts';
import {
  HELD_BYTES,
  HELD_SHARE,
  LARGE_LAYER,
  LARGE_WEIGHT,
  MAX_CUTS,
  MAX_LINES,
  MAX_PARTS_IN_FLIGHT,
  PARTS_IN_FLIGHT_AT_FIRST,
  PARTS_TO_SPARE,
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
  /** Connections at once, if the system allows fewer than MAX_LINES. */
  readonly most?: number | undefined;
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
  readonly #room: Semaphore;
  readonly #layers = new Set<LayerLines>();
  readonly #options: Options;
  #cuts = 0;
  #isSingle: boolean;

  constructor(options: Options = {}) {
    this.#options = options;
    this.#room = new Semaphore(Math.min(options.most ?? MAX_LINES, MAX_LINES));
    this.#isSingle = options.partsInFlight === 1;
  }

  /** One line a layer, because the server does not bear more. */
  get isSingle(): boolean {
    return this.#isSingle;
  }

  /** Waits for the line of a layer of `size` bytes. @throws the signal's reason */
  async open(size: number, signal: AbortSignal, priority: number): Promise<LayerLines> {
    const weight = size < LARGE_LAYER ? 1 : LARGE_WEIGHT;
    const line = await this.#room.acquire(weight, signal, priority);
    const layer = new LayerLines(size, line, {
      run: this,
      spare: () => this.#room.tryAcquire(weight),
      close: () => this.#layers.delete(layer),
    });
    this.#layers.add(layer);
    return layer;
  }

  /** How many parts of a layer may be on the wire, if there are lines for them. */
  depthOf(layer: LayerLines): number {
    const { partsInFlight, pace } = this.#options;
    if (this.#isSingle) return 1;
    if (partsInFlight !== undefined) return partsInFlight;
    const isWorthwhile = pace === undefined || pace.isNetworkBound() || this.isLongest(layer);
    return isWorthwhile ? layer.depth : 1;
  }

  /** Whether it is the one of several layers that the push would wait for: the one with most left for each of its lines. */
  isLongest(layer: LayerLines): boolean {
    const others = [...this.#layers].filter((other) => other !== layer);
    return others.length > 0 && others.every((other) => other.share <= layer.share);
  }

  /** Whether a layer waits for its first line, or one that is short of lines has more left for each of its own. */
  isNeededElsewhere(layer: LayerLines): boolean {
    if (this.#room.isWanted) return true;
    return [...this.#layers].some((other) => other.isShort && other.shareWithOneMore > layer.share);
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

/** Where a layer has its lines from. */
interface Source {
  readonly run: Lines;
  readonly spare: () => Permit | undefined;
  readonly close: () => void;
}

/** The lines of one layer: released at the end of its scope. */
export class LayerLines implements Disposable {
  readonly #source: Source;
  readonly #lines: Permit[];
  #bytesLeft: number;
  #depth = PARTS_IN_FLIGHT_AT_FIRST;
  #isShort = false;
  #answeredAt: number | undefined;

  constructor(size: number, line: Permit, source: Source) {
    this.#bytesLeft = size;
    this.#lines = [line];
    this.#source = source;
  }

  /** So many parts on the wire at once would hide the transfer of each behind answers. */
  get depth(): number {
    return this.#depth;
  }

  /** It would use another line. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Bytes left for each of its lines. */
  get share(): number {
    return this.#bytesLeft / this.#lines.length;
  }

  get shareWithOneMore(): number {
    return this.#bytesLeft / (this.#lines.length + 1);
  }

  get isLongest(): boolean {
    return this.#source.run.isLongest(this);
  }

  /**
   * Whether another part may set out while `inFlight` are under way and `bytesLeft` bytes of the layer are not yet
   * confirmed. The first always may.
   */
  hasRoomFor(inFlight: number, bytesLeft: number): boolean {
    this.#bytesLeft = bytesLeft;
    this.#isShort = false;
    if (inFlight === 0) return true;
    if (inFlight >= this.#source.run.depthOf(this)) return false;
    this.#isShort = !this.#hasLine(inFlight);
    return !this.#isShort;
  }

  /** Gives back the lines that `inFlight` parts do not need. */
  giveBack(inFlight: number): void {
    for (const line of this.#lines.splice(Math.max(1, inFlight))) line.release();
  }

  /**
   * After each answer: the more parts are in flight, the longer the next is held. Held for a part of the time between
   * two answers is enough.
   */
  noteAnswer(turn: Pick<Turn, 'held' | 'transfer'> | undefined): void {
    const now = performance.now();
    const gap = this.#answeredAt === undefined ? undefined : now - this.#answeredAt;
    this.#answeredAt = now;
    if (turn === undefined) return;
    const { held, transfer = 0 } = turn;
    if (held > 0) this.#source.run.noteHeld();
    if (gap === undefined) return;
    if (held < HELD_SHARE * gap) this.#depth += 1;
    else if (this.#depth > transfer / gap + PARTS_TO_SPARE) this.#depth -= 1;
    // The last of them waits for all others.
    const longest = Math.floor(((HELD_BYTES / TRICKLE_BYTES) * TRICKLE_INTERVAL) / gap);
    this.#depth = Math.max(1, Math.min(this.#depth, longest, MAX_PARTS_IN_FLIGHT));
  }

  [Symbol.dispose](): void {
    this.#source.close();
    for (const line of this.#lines) line.release();
  }

  /** One that it has, or a spare one, unless another layer needs it more. */
  #hasLine(inFlight: number): boolean {
    if (this.#source.run.isNeededElsewhere(this)) return false;
    if (inFlight < this.#lines.length) return true;
    const line = this.#source.spare();
    if (line !== undefined) this.#lines.push(line);
    return line !== undefined;
  }
}
