import { createHash } from 'node:crypto';
import type { Fault, FaultyCall } from './faults.ts';

type Kind = Fault & { readonly weight: number };

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';
const html = { headers: { 'content-type': 'text/html' }, body: HTML };
const whole = (answer: string): string => answer;
const half = (answer: string): string => answer.slice(0, answer.length / 2);
const failed = { name: 'ServerException', status: 500 } as const;

/** What befalls calls now and then, and how often among all faults. Each is over with one more attempt, or with a few. */
const KINDS: readonly Kind[] = [
  { weight: 4, kind: 'throttle' },
  { weight: 4, kind: 'error', ...failed },
  { weight: 3, kind: 'error-after-effect', ...failed },
  { weight: 2, kind: 'http', status: 502, ...html },
  { weight: 3, kind: 'http', status: 503 },
  { weight: 1, kind: 'http', status: 504, ...html },
  { weight: 1, kind: 'http', status: 408 },
  { weight: 1, kind: 'http', ...html },
  { weight: 1, kind: 'http', body: '' },
  { weight: 1, kind: 'http', body: '{}' },
  { weight: 1, kind: 'http-after-effect', status: 504, ...html },
  { weight: 1, kind: 'http-after-effect', body: '' },
  { weight: 2, kind: 'http-after-effect', body: half },
  { weight: 2, kind: 'http-after-effect', body: whole, cutAfter: 10 },
  { weight: 2, kind: 'http-after-effect', body: whole, drip: { bytes: 20, milliseconds: 5 } },
  { weight: 4, kind: 'reset' },
  { weight: 4, kind: 'answer-lost' },
  { weight: 2, kind: 'delay', milliseconds: 50 },
  { weight: 2, operation: 'UploadLayerPart', kind: 'expire-upload' },
  { weight: 2, operation: 'UploadLayerPart', kind: 'take-half' },
  { weight: 2, operation: 'UploadLayerPart', kind: 'answer', change: behind },
  { weight: 2, operation: 'UploadLayerPart', kind: 'answer', change: withoutPosition },
  { weight: 2, operation: 'CompleteLayerUpload', kind: 'expire-upload' },
  { weight: 3, operation: 'PutImage', kind: 'hide-layers' },
];

function behind(output: Record<string, unknown>): object {
  return { ...output, lastByteReceived: Math.floor(Number(output['lastByteReceived']) / 2) };
}

function withoutPosition(output: Record<string, unknown>): object {
  return { ...output, lastByteReceived: undefined };
}

/** Of the struck calls, those whose connection is reset in the body. */
const IN_BODY = 0.1;

/**
 * Faults drawn from a seed. Whether and how the n-th call of an operation is struck depends on nothing else, so that a
 * run with the same calls meets the same faults, in whatever order calls of different operations arrive.
 */
export class RandomFaults {
  /** What struck, in order: the operation and the kind. */
  readonly struck: string[] = [];
  readonly #seed: string;
  readonly #share: number;
  readonly #counts = new Map<string, number>();

  /** `share`: of calls, from 0 to 1. */
  constructor(seed: string, share: number) {
    this.#seed = seed;
    this.#share = share;
  }

  /** Asked once for each call, as its head is there. */
  bytesBeforeReset({ service, operation }: Pick<FaultyCall, 'service' | 'operation'>): number {
    const [chance, place] = this.#next(`body ${service} ${operation}`);
    if (chance >= this.#share * IN_BODY) return Infinity;
    this.struck.push(`${operation} reset-in-body`);
    return 1 + Math.floor(place * 20);
  }

  /** What befalls the call, once its body is whole. */
  draw({ service, operation }: Pick<FaultyCall, 'service' | 'operation'>): Fault | undefined {
    const [chance, choice] = this.#next(`${service} ${operation}`);
    if (chance >= this.#share * (1 - IN_BODY)) return undefined;
    const fitting = KINDS.filter(
      (kind) => kind.operation === undefined || kind.operation === operation,
    );
    let left = choice * fitting.reduce((sum, { weight }) => sum + weight, 0);
    const fault = fitting.find(({ weight }) => (left -= weight) < 0);
    if (fault !== undefined) this.struck.push(`${operation} ${fault.kind}`);
    return fault;
  }

  /** Two numbers from 0 to 1 for the next call of this key. */
  #next(key: string): readonly [number, number] {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const hash = createHash('sha256').update(`${this.#seed} ${key} ${count}`).digest();
    return [hash.readUInt32BE(0) / 2 ** 32, hash.readUInt32BE(4) / 2 ** 32];
  }
}
