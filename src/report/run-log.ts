import { everySoOften } from '../async/ticks.ts';
import type { PushListener } from '../push/events.ts';
import { type Detail, Details, finishedBlob, resumedBlob } from './details.ts';
import { plural } from './format.ts';
import { type Log, logPush, type PushLog } from './log.ts';
import { isUploading, type LiveDisplay, progressLine, type ProgressState } from './progress.ts';
import { Rate } from './rate.ts';
import type { ReportMode } from './report-format.ts';
import { UploadProgress } from './upload-progress.ts';

/** So often (ms), the log says how far the uploads are. */
const INTERVAL = 5000;

/** Where nothing is uploaded, a line that is older than this (ms) is followed by another. */
const QUIET = INTERVAL - 1000;

/** So often (ms), a live display is drawn. */
const LIVE_INTERVAL = 100;

/** GitHub shows no more of one step. */
const MAX_ANNOTATIONS = 10;

interface Clock {
  /** Milliseconds. */
  readonly now: () => number;
  readonly every: (milliseconds: number, work: () => void) => Disposable;
}

const CLOCK: Clock = { now: () => performance.now(), every: everySoOften };

/**
 * The log of a run, with its progress: while it works there is a line every few seconds, what happens often has only as
 * many lines as a reader follows, and no more warnings are annotations than GitHub shows.
 */
export class RunLog implements Log, PushLog, Disposable {
  readonly #sink: Log;
  readonly #clock: Clock;
  readonly #timers = new DisposableStack();
  readonly #uploads: UploadProgress;
  readonly #rate = new Rate();
  readonly #details = new Details((line) => this.info(line));
  readonly #warnings: string[] = [];
  #live: LiveDisplay | undefined;
  #phase: { readonly name: string | undefined; readonly startedAt: number };
  #lineAt: number;

  constructor(sink: Log, clock: Clock = CLOCK) {
    const { now, every } = clock;
    this.#sink = sink;
    this.#clock = clock;
    this.#uploads = new UploadProgress(now);
    this.#lineAt = now();
    this.#phase = { name: undefined, startedAt: now() };
    this.#timers.use(every(INTERVAL, () => this.#tick()));
  }

  /** All so far. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  readonly info = (message: string): void => {
    this.#write(() => this.#sink.info(message));
    this.#lineAt = this.#clock.now();
  };

  readonly warning = (message: string): void => {
    this.#warnings.push(message);
    if (this.#warnings.length > MAX_ANNOTATIONS) this.info(`Warning: ${message}`);
    else this.#write(() => this.#sink.warning(message));
  };

  readonly debug = (message: string): void => {
    this.#write(() => this.#sink.debug(message));
  };

  readonly detail = (detail: Detail): void => this.#details.tell(detail);

  /** A call is made again, and `line` says so. */
  readonly retried = (line: string): void => {
    this.#uploads.noteRetry();
    this.detail({ kind: 'retry', line });
  };

  /** A phase of the run. */
  readonly group = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    this.#begin(name);
    this.#live?.clear();
    try {
      return await this.#sink.group(name, async () => {
        try {
          return await work();
        } finally {
          this.#details.flush();
          this.#live?.clear();
        }
      });
    } finally {
      this.#begin(undefined);
    }
  };

  /** Tells what happens to one repository. `name` precedes each line if there are several. */
  listen(name: string, mode: ReportMode): PushListener {
    const tell = logPush(this, name, mode);
    return (event) => {
      const finished = mode === 'push' ? this.#uploads.note(name, event) : undefined;
      tell(event);
      if (finished !== undefined) this.detail(finishedBlob(finished, name));
      if (event.kind !== 'layer-started') return;
      if (this.#rate.isEmpty) this.#noteRate();
      if (event.from > 0) this.detail(resumedBlob(event.layer, event.from, name));
    };
  }

  /** From now on, progress is shown there, and not line by line. */
  showOn(live: LiveDisplay): void {
    this.#live = live;
    this.#timers.use(this.#clock.every(LIVE_INTERVAL, () => this.#draw()));
  }

  /** Before the run's last words. What is logged later is logged as it comes. */
  [Symbol.dispose](): void {
    if (this.#timers.disposed) return;
    this.#timers.dispose();
    this.#details.flush();
    this.#live?.clear();
    this.#live = undefined;
    const more = this.#warnings.length - MAX_ANNOTATIONS;
    if (more > 0) this.info(`${plural(more, 'more warning')} above, and in the report`);
  }

  get #state(): ProgressState {
    const { name, startedAt } = this.#phase;
    return {
      phase: name,
      elapsed: this.#clock.now() - startedAt,
      uploads: this.#uploads.state,
      rate: this.#rate.perSecond,
    };
  }

  #tick(): void {
    this.#details.tick();
    if (!this.#rate.isEmpty) this.#noteRate();
    if (this.#live !== undefined) return;
    const state = this.#state;
    if (isUploading(state) || this.#clock.now() - this.#lineAt >= QUIET)
      this.info(progressLine(state));
  }

  #noteRate(): void {
    this.#rate.note(this.#clock.now(), this.#uploads.state.sent);
  }

  #begin(name: string | undefined): void {
    this.#phase = { name, startedAt: this.#clock.now() };
  }

  /** Above a live display. */
  #write(write: () => void): void {
    this.#live?.clear();
    write();
    this.#draw();
  }

  /** Between phases, others write as well. */
  #draw(): void {
    if (this.#phase.name !== undefined) this.#live?.show(this.#state);
  }
}
