import { formatBytes, formatDuration, formatPercent, shortDigest } from './format.ts';
import { isUploading, type LiveDisplay, type ProgressState, uploadPieces } from './progress.ts';

/** The parts of Node's `tty.WriteStream` that are used here. */
export interface TerminalStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Characters in a line where the terminal does not tell. */
const USUAL_COLUMNS = 80;

/** A bar gains nothing from being longer. */
const MAX_BAR = 40;

/** The most blobs that are shown one by one. */
const MAX_BLOBS = 6;

/** Whether a person watches who sees lines change: not in a job of GitHub Actions or another CI, nor in a file. */
export function isTerminal(
  { isTTY }: Pick<TerminalStream, 'isTTY'>,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const isJob = [environment['GITHUB_ACTIONS'], environment['CI']].some((value) => value);
  return isTTY === true && !isJob && environment['TERM'] !== 'dumb';
}

/** A display at the end of what is written to a terminal. Its package is loaded only here. */
export async function openTerminal(stream: TerminalStream): Promise<LiveDisplay> {
  const { createLogUpdate } = await import('log-update');
  // The cursor stays: what brings it back after a signal would stand beside the run's own handling of signals.
  const update = createLogUpdate(stream, { showCursor: true });
  return {
    show: (state) => update(drawn(state, stream.columns ?? USUAL_COLUMNS)),
    clear: () => update.clear(),
  };
}

/** Lines of at most so many columns. */
export function drawn(state: ProgressState, columns: number): string {
  const lines = isUploading(state) ? uploadLines(state, columns) : [phaseLine(state)];
  return lines.map((line) => (line.length > columns ? line.slice(0, columns) : line)).join('\n');
}

function phaseLine({ phase = 'At work', elapsed }: ProgressState): string {
  return `${phase}: ${formatDuration(elapsed)}`;
}

function uploadLines(state: ProgressState, columns: number): readonly string[] {
  const { bytes, total, underWay } = state.uploads;
  const percent = formatPercent(bytes, total).padStart('100 %'.length);
  const width = Math.max(0, Math.min(MAX_BAR, columns - percent.length - '[] '.length));
  const more = underWay.length - MAX_BLOBS;
  return [
    `[${bar(bytes, total, width)}] ${percent}`,
    ...filled(uploadPieces(state), columns),
    ...underWay.slice(0, MAX_BLOBS).map((blob) => {
      const share = formatPercent(blob.bytes, blob.size).padStart('100 %'.length);
      return `  ${shortDigest(blob.digest)} ${share} of ${formatBytes(blob.size)}`;
    }),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function bar(part: number, whole: number, width: number): string {
  const done = whole === 0 ? width : Math.floor((part / whole) * width);
  return '='.repeat(done).padEnd(width, ' ');
}

/** Pieces side by side, as many on a line as fit. */
function filled(pieces: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const longer = last === undefined ? piece : `${last}, ${piece}`;
    if (last === undefined || longer.length > columns) lines.push(piece);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
