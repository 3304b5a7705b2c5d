import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatPercent,
  formatRate,
  plural,
} from './format.ts';
import type { UploadState } from './upload-progress.ts';

/** How far a run is. */
export interface ProgressState {
  /** The name of its phase; undefined between phases. */
  readonly phase: string | undefined;
  /** Milliseconds since the phase began, or the run. */
  readonly elapsed: number;
  readonly uploads: UploadState;
  /** Bytes a second that arrive; undefined if that is not known yet. */
  readonly rate: number | undefined;
}

/** Shows how far a run is in place, where a log would get a line every few seconds. */
export interface LiveDisplay {
  show(state: ProgressState): void;
  /** Takes it off the screen: before a line of the log is written, and at the end. */
  clear(): void;
}

/** Whether blobs are still to arrive. */
export function isUploading({ uploads: { blobs, finished } }: ProgressState): boolean {
  return finished < blobs;
}

/** One line for the log. */
export function progressLine(state: ProgressState): string {
  if (!isUploading(state)) return stillLine(state);
  const { bytes, total } = state.uploads;
  const [amount, ...others] = uploadPieces(state);
  return `Uploading: ${formatPercent(bytes, total)}, ${[amount, ...others].join(', ')}`;
}

/** What there is to say of the uploads, in pieces of which a line may hold as many as fit. */
export function uploadPieces({ uploads, rate }: ProgressState): readonly string[] {
  const { bytes, total, blobs, finished, retries } = uploads;
  const left = rate === undefined ? undefined : ((total - bytes) / rate) * 1000;
  return [
    `${formatBytes(bytes)} of ${formatBytes(total)}`,
    ...(rate === undefined ? [] : [formatRate(rate)]),
    ...(left === undefined ? [] : [`about ${formatEstimate(left)} left`]),
    `${finished} of ${plural(blobs, 'blob')} done`,
    ...(retries === 0 ? [] : [retriesText(retries)]),
  ];
}

function stillLine({ phase, elapsed, uploads: { retries } }: ProgressState): string {
  const often = retries === 0 ? '' : `, ${retriesText(retries)}`;
  const where = phase === undefined ? '' : `${phase}: `;
  return `${where}still at work after ${formatDuration(elapsed)}${often}`;
}

function retriesText(retries: number): string {
  return retries === 1 ? '1 retry' : `${retries} retries`;
}
