import { appendFileSync } from 'node:fs';
import type { PushReport } from '../push/report.ts';
import { reportFailure } from '../report/failure.ts';
import { logHowFar } from '../report/how-far.ts';
import { publish } from '../report/publish.ts';
import type { Run } from '../report/report-file.ts';
import type { RunLog } from '../report/run-log.ts';
import { VERSION } from '../report/version.ts';
import type { Host } from './host.ts';

/** How a job ends: once, by what comes first. Nothing of it waits, as the process may be about to end. */
export class Ending {
  readonly #host: Host;
  readonly #log: RunLog;
  readonly #startedAt = Date.now();
  #isOver = false;
  /** What tells how far the push has come; undefined before it began. */
  soFar: (() => PushReport) | undefined;
  /** Whether the next run knows where uploads ended. */
  isKept = false;
  isSummaryWanted = true;
  mode: Run['mode'] = 'push';

  constructor(host: Host, log: RunLog) {
    this.#host = host;
    this.#log = log;
  }

  succeed(): void {
    this.#end(undefined);
  }

  fail(error: unknown): void {
    this.#end(error ?? new Error('failed without a reason'));
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#log[Symbol.dispose]();
    const { mode, isKept } = this;
    const report = this.soFar?.();
    if (error !== undefined) this.#tellWhy(error, report);
    const times = { startedAt: this.#startedAt, finishedAt: Date.now() };
    const { warnings } = this.#log;
    const run = { mode, version: VERSION, report, error, warnings, isKept, ...times };
    publish(run, {
      saveReport: (json) => this.#host.saveReport(json),
      setOutputs: (outputs) => this.#host.setOutputs(outputs),
      appendSummary: this.#summaryWriter(),
      warning: this.#log.warning,
    });
  }

  #tellWhy(error: unknown, report: PushReport | undefined): void {
    const { info, debug } = this.#log;
    reportFailure(error, {
      debug,
      setFailed: (failure) => this.#host.setFailed(failure),
    });
    const { mode, isKept } = this;
    if (mode === 'push' && report !== undefined) logHowFar(report, { info, isKept });
  }

  #summaryWriter(): ((markdown: string) => void) | undefined {
    const { summaryFile } = this.#host;
    if (!summaryFile || !this.isSummaryWanted) return undefined;
    return (markdown) => appendFileSync(summaryFile, markdown);
  }
}
