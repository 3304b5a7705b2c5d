import type { ReadInput } from '../inputs/read-input.ts';
import type { Failure } from '../report/failure.ts';
import type { Log } from '../report/log.ts';
import type { Outputs, ReportOutputs } from '../report/outputs.ts';
import type { TerminalStream } from '../report/terminal.ts';
import type { ActionsCache } from '../resume/actions-cache.ts';

/** What a job needs of what started it: a runner, for a step of a workflow, or a shell. */
export interface Host {
  readonly readInput: ReadInput;
  readonly log: Log;
  /** Where the log goes, if it may be a terminal. */
  readonly screen: TerminalStream | undefined;
  /** Whether debug lines are shown to anybody. */
  readonly isDebug: boolean;
  /** Says why the job failed, and leaves it to the exit status as well. */
  setFailed(failure: Failure): void;
  /** For the steps that follow. @throws what keeps it from that */
  setOutputs(outputs: Outputs | ReportOutputs): void;
  /**
   * Puts the report, whole, where its reader finds it.
   * @returns its path; '' if it is not in a file
   * @throws what keeps it from that
   */
  saveReport(json: string): string;
  /** Markdown is appended to it; undefined if nobody asks for a summary. */
  readonly summaryFile: string | undefined;
  /** The folder for temporary files; undefined for the system's. */
  readonly temporary: string | undefined;
  /** Where links may lead with `follow-links: workspace`; undefined for the working directory. */
  readonly workspace: string | undefined;
  readonly memory: Memory;
}

/** Where a job leaves for the next what it has learnt. */
interface Memory {
  /** Undefined if there is none. */
  readonly folder: string | undefined;
  /** Undefined outside GitHub Actions. */
  readonly cache: ActionsCache | undefined;
  /** Leaves a value for the post step. */
  saveState(name: string, value: string): void;
}
