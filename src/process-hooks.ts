import { PushError } from './errors.ts';

/** What of Node's `process` is used here. */
export interface HookedProcess {
  exitCode?: number | string | null | undefined;
  readonly stdout: HookedOutput;
  readonly stderr: HookedOutput;
  on(event: 'exit', listener: () => void): unknown;
}

interface HookedOutput {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What Node exits with if nothing is left to wait for, but the main module has not ended. */
const UNSETTLED = 13;

/**
 * Lets a push outlive its log: without a listener, a reader who has gone or a disk that is full would end it at the next
 * line. The exit code still tells how it ended.
 * @returns a function for why the step failed, which is then said on standard error
 */
export function outliveLog(process: HookedProcess): (failure: string) => void {
  const { stdout, stderr } = process;
  let isLost = false;
  let failed = '';
  stdout.on('error', ({ message }) => {
    if (!isLost) stderr.write(`The log is lost (${message}), and the step goes on\n${failed}`);
    isLost = true;
  });
  // There is nowhere left to say it.
  stderr.on('error', () => undefined);
  return (failure) => {
    // Whether the log is lost may not be known yet.
    failed = `${failure}\n`;
    if (isLost) stderr.write(failed);
  };
}

/** Calls `report` if the process ends with its work undone, because there is nothing left that it waits for. */
export function reportStall(process: HookedProcess, report: (error: PushError) => void): void {
  process.on('exit', () => {
    if (process.exitCode !== UNSETTLED) return;
    report(
      new PushError('STALLED', 'The step stopped before its end, with nothing left to wait for'),
    );
  });
}
