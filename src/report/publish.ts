import { messageOf } from '../errors.ts';
import { type ReportOutputs, toReportOutputs } from './outputs.ts';
import { type Run, toReportFile } from './report-file.ts';
import { toSummary } from './summary.ts';

/** Where the report goes. Each function may throw what keeps it from that. None waits: the process may be about to end. */
export interface Publisher {
  /** Writes a new file that later steps may read, and returns its path. */
  saveReport(json: string): string;
  setOutputs(outputs: ReportOutputs): void;
  /** Undefined if no summary is wanted, or there is no place for one. */
  readonly appendSummary: ((markdown: string) => void) | undefined;
  warning(message: string): void;
}

/**
 * Writes the report file, its outputs and the job summary. What cannot be written is a warning: the push is what it is
 * without it.
 */
export function publish(run: Run, publisher: Publisher): void {
  const { appendSummary } = publisher;
  const attempt = <T>(what: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      publisher.warning(`${what} could not be written (${messageOf(error)})`);
      return undefined;
    }
  };
  const report = attempt('The report', () => toReportFile(run));
  if (report === undefined) return;
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  const path = attempt('The report file', () => publisher.saveReport(json)) ?? '';
  attempt('The outputs report, changed and descriptor', () => {
    publisher.setOutputs(toReportOutputs(report, path));
  });
  if (appendSummary !== undefined) {
    // With an empty line at its end: what follows HTML would else be a part of it.
    attempt('The job summary', () => appendSummary(`${toSummary(report)}\n`));
  }
}
