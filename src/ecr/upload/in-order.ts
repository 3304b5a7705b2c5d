import type { LayerBlob, UploadPosition } from '../registry.ts';
import type { Allowance } from './allowance.ts';
import type { EncodedBody, LayerPart } from './body.ts';
import { deliver, type Delivered } from './deliver.ts';
import type { LayerLines, Lines } from './lines.ts';
import type { PartCalls } from './part-calls.ts';
import type { RetryOptions } from './part-retry.ts';
import { endOf, type Lost, Position } from './position.ts';
import { HELD_BYTES, PARTS_AHEAD } from './tuning.ts';
import { Turn } from './turn.ts';

/** The lines of the run, and those of the layer. */
export interface SendOptions extends RetryOptions {
  readonly blob: LayerBlob;
  readonly signal: AbortSignal;
  readonly onProgress: (position: UploadPosition) => void;
  readonly run: Pick<Lines, 'isSingle' | 'noteEarlyEnd'>;
  readonly lines: Pick<LayerLines, 'hasRoomFor' | 'giveBack' | 'noteAnswer' | 'isLongest'>;
  /** Bytes of a part on a link that does not let larger ones through. */
  readonly leastPart: number;
  readonly allowance: Allowance;
  /** Somebody else began the upload: what ECR has of it is asked first. */
  readonly isResumed: boolean;
}

/**
 * Sends a layer's parts from a position on. ECR refuses a part that does not follow the last one: several may be on the
 * wire, but none ends before the one before it was answered as expected. After any other answer, those on the wire are
 * given up, and it continues from the byte that ECR names, whatever was sent.
 */
export async function sendInOrder(
  from: UploadPosition,
  calls: PartCalls,
  options: SendOptions,
): Promise<'done' | Lost> {
  const { blob, allowance, leastPart, onProgress } = options;
  await using parts = new Parts(from, calls, options);
  const position = new Position(from, calls, options);
  let next = await position.first();
  if (typeof next === 'number' && next !== from.nextByte) onProgress({ ...from, nextByte: next });
  while (typeof next === 'number' && next < blob.size) {
    const { part, outcome } = await parts.next(next);
    if (outcome.kind === 'too-large') parts.partSize = leastPart;
    else if (!allowance.spend(part.size, parts.upload.partSize)) return 'too-many-bytes';
    else {
      next = await position.after(part, outcome);
      if (typeof next === 'number') onProgress({ ...parts.upload, nextByte: next });
    }
  }
  return typeof next === 'number' ? 'done' : next;
}

/** A part that was taken; `outcome` once it is on the wire. */
interface Taken {
  readonly part: LayerPart;
  readonly body: Promise<EncodedBody>;
  readonly turn: Turn;
  outcome?: Promise<Delivered>;
}

/** The parts of an upload that are on the wire, and those that are being prepared, in order. */
class Parts implements AsyncDisposable {
  #upload: UploadPosition;
  readonly #calls: PartCalls;
  readonly #options: SendOptions;
  #taken: Taken[] = [];
  #abandoned = new AbortController();
  #both: AbortSignal | undefined;

  constructor(upload: UploadPosition, calls: PartCalls, options: SendOptions) {
    this.#upload = upload;
    this.#calls = calls;
    this.#options = options;
  }

  get upload(): UploadPosition {
    return this.#upload;
  }

  /** Of the parts that are not taken yet. */
  set partSize(partSize: number) {
    this.#upload = { ...this.#upload, partSize };
  }

  /** Sends the part that starts at `firstByte`, and some of those behind it, and waits for the answer to it. */
  async next(firstByte: number): Promise<{ part: LayerPart; outcome: Delivered }> {
    const head = await this.#head(firstByte);
    const wasAhead = head.outcome !== undefined;
    this.#takeAhead();
    // A part that could not be prepared fails here, and not before.
    if (!wasAhead) await head.body;
    this.#send();
    const outcome = await (head.outcome ?? this.#start(head));
    this.#taken.shift();
    if (endOf(outcome) === head.part.firstByte + head.part.size) this.#taken[0]?.turn.come();
    else await this.#abandon();
    this.#options.lines.noteAnswer(wasAhead ? head.turn : undefined);
    return { part: head.part, outcome };
  }

  /** Waits until all reads and requests have ended, so that the blob can be closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#abandon();
  }

  /** Of the push, and of what is ahead of its turn. */
  get #signal(): AbortSignal {
    this.#both ??= AbortSignal.any([this.#options.signal, this.#abandoned.signal]);
    return this.#both;
  }

  /** Its turn has come. Discards what was prepared if ECR expects another byte. */
  async #head(firstByte: number): Promise<Taken> {
    const [head] = this.#taken;
    if (head?.part.firstByte === firstByte) return head;
    await this.#abandon();
    const part = this.#part(firstByte);
    const { blob, signal } = this.#options;
    const body = await this.#calls.take(part, blob, signal);
    return this.#add(part, Promise.resolve(body));
  }

  /**
   * Prepares the parts that come next if all goes well. Of the layer that the push would wait for, the very next one
   * stands in line for memory; all others only take what is to spare.
   */
  #takeAhead(): void {
    const { blob, signal, lines } = this.#options;
    for (let last = this.#taken.at(-1)?.part; last !== undefined;) {
      const next = last.firstByte + last.size;
      const waiting = this.#taken.slice(1).filter(({ outcome }) => outcome === undefined);
      if (waiting.length >= PARTS_AHEAD || next >= blob.size) return;
      const part = this.#part(next);
      const body =
        waiting.length === 0 && lines.isLongest
          ? this.#calls.take(part, blob, this.#signal)
          : this.#calls.takeAhead(part, blob, signal);
      if (body === undefined) return;
      last = this.#add(part, body).part;
    }
  }

  /** Sends the first part, and those behind it as far as lines allow. */
  #send(): void {
    const { lines, blob } = this.#options;
    const left = blob.size - (this.#taken[0]?.part.firstByte ?? blob.size);
    let inFlight = 0;
    for (const taken of this.#taken) {
      if (taken.outcome === undefined) {
        // Of a small one, nothing could go early.
        if (inFlight > 0 && taken.part.size <= HELD_BYTES) break;
        if (!lines.hasRoomFor(inFlight, left)) break;
        void this.#start(taken);
        if (inFlight > 0) this.#takeAhead();
      }
      inFlight += 1;
    }
    lines.giveBack(inFlight);
  }

  #add(part: LayerPart, body: Promise<EncodedBody>): Taken {
    const taken: Taken = { part, body, turn: new Turn() };
    // A failure surfaces when the part is sent.
    body.catch(() => undefined);
    if (this.#taken.length === 0) taken.turn.come();
    this.#taken.push(taken);
    return taken;
  }

  #start(taken: Taken): Promise<Delivered> {
    taken.outcome = this.#deliver(taken);
    // A failure surfaces when its turn has come.
    taken.outcome.catch(() => undefined);
    return taken.outcome;
  }

  async #deliver({ part, body, turn }: Taken): Promise<Delivered> {
    const { blob, leastPart, ...options } = this.#options;
    const signal = turn.hasCome ? options.signal : this.#signal;
    const isDivisible = part.size > leastPart;
    using sent = ending(await body);
    return await deliver(sent.body, turn, this.#calls, {
      ...options,
      signal,
      size: blob.size,
      isDivisible,
    });
  }

  /** Closes the requests on the wire before their ends. */
  async #abandon(): Promise<void> {
    const taken = this.#taken;
    this.#taken = [];
    for (const { turn } of taken) turn.giveUp();
    this.#abandoned.abort(new Error('the part before was not received as expected'));
    this.#abandoned = new AbortController();
    this.#both = undefined;
    for (const { body, outcome } of taken) {
      if (outcome === undefined) await body.then((made) => made.end(), ignore);
      else await outcome.catch(ignore);
    }
  }

  #part(firstByte: number): LayerPart {
    const { uploadId, partSize } = this.#upload;
    return { uploadId, firstByte, size: Math.min(partSize, this.#options.blob.size - firstByte) };
  }
}

function ending(body: EncodedBody): Disposable & { readonly body: EncodedBody } {
  return { body, [Symbol.dispose]: () => body.end() };
}

function ignore(): void {
  // Given up: nobody needs it.
}
