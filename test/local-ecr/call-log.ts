import type { Service } from './rules.ts';

/** Which bytes of which layer a call of UploadLayerPart carries; both ends inclusive. */
export interface PartRange {
  readonly uploadId: string;
  readonly firstByte: number;
  readonly lastByte: number;
}

/**
 * One API call. `startedAt` and `endedAt` count events of this server, so that order and overlap can be told; the other
 * times are milliseconds, all of one clock.
 */
export interface Call {
  readonly service: Service;
  readonly operation: string;
  region: string;
  accountId: string;
  /** Without the bytes of `layerPartBlob`. */
  input: Readonly<Record<string, unknown>>;
  /** Bytes of the request's body, as many as came: also where it broke off, or was refused before its end. */
  requestBytes: number;
  /** Decoded bytes of `layerPartBlob`. */
  partBytes: number;
  /** Of UploadLayerPart, from the first bytes of its body on. */
  part: PartRange | undefined;
  readonly startedAt: number;
  endedAt: number | undefined;
  readonly headAt: number;
  bodyBeganAt: number | undefined;
  /** When the last byte was in: never, where it broke off or was refused before. */
  bodyEndedAt: number | undefined;
  /** When the answer was handed to the connection. */
  answeredAt: number | undefined;
  /** When it ended without an answer. */
  lostAt: number | undefined;
  /** The last byte of the layer that the answer said to be there, be it a success or a refusal. */
  confirmed: number | undefined;
  /** `ok`, the error's name, `HTTP` and a status, `timeout`, `refused` or `reset`; undefined until then. */
  outcome: string | undefined;
}

export class CallLog {
  readonly #now: () => number;
  readonly #calls: Call[] = [];
  #events = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  start(service: Service, operation: string): Call {
    const call: Call = {
      service,
      operation,
      region: '',
      accountId: '',
      input: {},
      requestBytes: 0,
      partBytes: 0,
      part: undefined,
      startedAt: (this.#events += 1),
      endedAt: undefined,
      headAt: this.#now(),
      bodyBeganAt: undefined,
      bodyEndedAt: undefined,
      answeredAt: undefined,
      lostAt: undefined,
      confirmed: undefined,
      outcome: undefined,
    };
    this.#calls.push(call);
    return call;
  }

  /** So many bytes of the body came. */
  took(call: Call, bytes: number): void {
    call.bodyBeganAt ??= this.#now();
    call.requestBytes += bytes;
  }

  bodyEnded(call: Call): void {
    call.bodyEndedAt = this.#now();
  }

  setInput(call: Call, { layerPartBlob, ...input }: Readonly<Record<string, unknown>>): void {
    call.input = input;
    call.partBytes = layerPartBlob instanceof Uint8Array ? layerPartBlob.byteLength : 0;
    call.part ??= rangeIn(input);
  }

  /** @param confirmed the last byte of the layer that the answer says to be there */
  answered(call: Call, outcome: string, confirmed?: unknown): void {
    call.answeredAt = this.#now();
    call.confirmed = typeof confirmed === 'number' ? confirmed : undefined;
    this.#end(call, outcome);
  }

  lost(call: Call, outcome: string): void {
    call.lostAt = this.#now();
    this.#end(call, outcome);
  }

  #end(call: Call, outcome: string): void {
    call.outcome = outcome;
    call.endedAt = this.#events += 1;
  }

  calls(operation?: string): readonly Call[] {
    return this.#calls.filter((call) => operation === undefined || call.operation === operation);
  }

  clear(): void {
    this.#calls.length = 0;
  }

  /** The largest number of such calls that were under way at once. */
  peak(operation: string): number {
    const calls = this.calls(operation);
    const underWay = calls.map(
      ({ startedAt }) => calls.filter((other) => isUnderWay(other, startedAt)).length,
    );
    return Math.max(0, ...underWay);
  }

  /** The parts that were answered or lost, in that order: of those that are side by side, any may begin first. */
  endedParts(): readonly Call[] {
    return this.calls('UploadLayerPart')
      .filter(({ endedAt }) => endedAt !== undefined)
      .toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  }

  /**
   * Pairs of parts of one upload that were under way at once: who sends a layer over one connection leaves none. Which
   * upload a part was for is not asked where its request broke off.
   */
  overlappingParts(): readonly (readonly [Call, Call])[] {
    const parts = this.calls('UploadLayerPart').filter(({ input }) => 'uploadId' in input);
    return parts.flatMap((part) =>
      parts
        .filter((other) => other !== part && other.input['uploadId'] === part.input['uploadId'])
        .filter((other) => isUnderWay(other, part.startedAt))
        .map((other) => [other, part] as const),
    );
  }

  /**
   * Parts whose last byte came before an answer had gone out that said that all before them is there: a pusher must
   * leave none, however many of them are on the wire side by side. Each attempt of a part is judged by itself.
   */
  partsOutOfOrder(): readonly Call[] {
    return [...this.#uploads().values()].flatMap((parts) =>
      parts.filter((part) => isOutOfOrder(part, parts)),
    );
  }

  /** By upload, how many bodies of its parts were open at once: begun, and neither whole nor given up. */
  openParts(): ReadonlyMap<string, number> {
    return new Map([...this.#uploads()].map(([id, parts]) => [id, peakOf(parts.map(bodyTime))]));
  }

  #uploads(): ReadonlyMap<string, readonly Call[]> {
    const known = this.calls('UploadLayerPart').filter(({ part }) => part !== undefined);
    return Map.groupBy(known, ({ part }) => part?.uploadId ?? '');
  }
}

function rangeIn(input: Readonly<Record<string, unknown>>): PartRange | undefined {
  const { uploadId, partFirstByte: firstByte, partLastByte: lastByte } = input;
  if (typeof firstByte !== 'number' || typeof lastByte !== 'number') return undefined;
  return typeof uploadId === 'string' ? { uploadId, firstByte, lastByte } : undefined;
}

function isUnderWay({ startedAt, endedAt = Infinity }: Call, event: number): boolean {
  return startedAt <= event && event < endedAt;
}

/** @param upload all calls for the upload of this part */
function isOutOfOrder(call: Call, upload: readonly Call[]): boolean {
  const { part, bodyEndedAt, outcome } = call;
  if (part === undefined || bodyEndedAt === undefined || part.firstByte === 0) return false;
  if (isQuestion(call, upload)) return false;
  const before = part.firstByte - 1;
  const confirming = upload.filter(({ confirmed }) => confirmed === before);
  if (confirming.some(({ answeredAt = Infinity }) => answeredAt <= bodyEndedAt)) return false;
  // What came before this log began is told by nothing but that the part was taken.
  const isBeforeLog = confirming.length === 0 && upload.every((c) => c.part?.lastByte !== before);
  return !(isBeforeLog && outcome === 'ok');
}

/** One byte beyond all parts, with a gap before it: nobody wants it to be taken, but to be told where the upload stands. */
function isQuestion({ part, partBytes }: Call, upload: readonly Call[]): boolean {
  if (part === undefined || partBytes !== 1) return false;
  const others = upload.filter((call) => call.part?.firstByte !== part.firstByte);
  return others.every((call) => (call.part?.lastByte ?? 0) < part.firstByte - 1);
}

type Interval = readonly [from: number, to: number];

function bodyTime({ bodyBeganAt, bodyEndedAt, answeredAt, lostAt }: Call): Interval {
  return [bodyBeganAt ?? Infinity, bodyEndedAt ?? answeredAt ?? lostAt ?? Infinity];
}

function peakOf(intervals: readonly Interval[]): number {
  const at = intervals.map(
    ([start]) => intervals.filter(([from, to]) => from <= start && start < to).length,
  );
  return Math.max(0, ...at);
}
