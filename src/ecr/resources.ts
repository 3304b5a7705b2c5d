import type { Semaphore } from '../async/semaphore.ts';
import type { LookTimes } from './other-jobs.ts';
import type { Lines } from './upload/lines.ts';
import type { PartTaker } from './upload/take-part.ts';
import type { PartSizes } from './upload/upload-layer.ts';

/** What went over the wire for one registry. */
export interface Counts {
  retries: number;
  /** Of the retries: those after ECR asked for a lower rate. */
  throttles: number;
  bytesOnWire: number;
}

/** What a registry works with. `sizes` and `counts` are its own; the run shares the rest. */
export interface Resources {
  readonly parts: PartTaker;
  /** Limits the layers in flight. */
  readonly layers: Semaphore;
  /** The connections that carry their parts. */
  readonly lines: Lines;
  readonly sizes: PartSizes;
  /** At each part, including the first; undefined for the table's limits. */
  readonly attempts: number | undefined;
  /** Updated by its client. */
  readonly counts: Counts;
  /** The usual ones, except in tests. */
  readonly lookTimes?: LookTimes | undefined;
  readonly debug: (message: string) => void;
}
