import type { Service } from './rules.ts';

/** One API call. `startedAt` and `endedAt` count events of this server, so that order and overlap can be told. */
export interface Call {
  readonly service: Service;
  readonly operation: string;
  region: string;
  accountId: string;
  /** Without the bytes of `layerPartBlob`. */
  input: Readonly<Record<string, unknown>>;
  /** Bytes of the request's body. */
  requestBytes: number;
  /** Decoded bytes of `layerPartBlob`. */
  partBytes: number;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** `ok`, the error's name, or `reset`; undefined until then. */
  outcome: string | undefined;
}

export class CallLog {
  readonly #calls: Call[] = [];
  #events = 0;

  start(service: Service, operation: string): Call {
    const call: Call = {
      service,
      operation,
      region: '',
      accountId: '',
      input: {},
      requestBytes: 0,
      partBytes: 0,
      startedAt: (this.#events += 1),
      endedAt: undefined,
      outcome: undefined,
    };
    this.#calls.push(call);
    return call;
  }

  setInput(call: Call, { layerPartBlob, ...input }: Readonly<Record<string, unknown>>): void {
    call.input = input;
    call.partBytes = layerPartBlob instanceof Uint8Array ? layerPartBlob.byteLength : 0;
  }

  end(call: Call, outcome: string): void {
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

  /**
   * Pairs of parts of one upload that were under way at once: a pusher must leave none. Which upload a part was for is
   * not known where its request broke off.
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
}

function isUnderWay({ startedAt, endedAt = Infinity }: Call, event: number): boolean {
  return startedAt <= event && event < endedAt;
}
