import { PushError } from './errors.ts';

/** What of Node's `process` is used here. */
interface EndingProcess {
  readonly exitCode?: number | string | null | undefined;
  on(event: 'exit', listener: () => void): unknown;
}

/** What Node exits with if nothing is left to wait for, but the main module has not ended. */
const UNSETTLED = 13;

/** Calls `report` if the process ends with its work undone, because there is nothing left that it waits for. */
export function reportStall(process: EndingProcess, report: (error: PushError) => void): void {
  process.on('exit', () => {
    if (process.exitCode !== UNSETTLED) return;
    report(
      new PushError('STALLED', 'The step stopped before its end, with nothing left to wait for'),
    );
  });
}
