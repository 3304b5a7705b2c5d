import { PushError } from '../errors.ts';

interface FailureLog {
  setFailed(message: string): void;
  error(message: string): void;
  debug(message: string): void;
}

/** Shows why the step failed: code, what happened and what to do; the stack only where it is a bug or in debug logs. */
export function reportFailure(error: unknown, log: FailureLog): void {
  if (error instanceof PushError) {
    const hint = error.hint === undefined ? '' : `\n${error.hint}`;
    log.setFailed(`${error.code}: ${error.message}${hint}`);
    log.debug(stackOf(error));
    return;
  }
  log.setFailed(`INTERNAL: ${stackOf(error)}\nThis is a bug: please open an issue with this log.`);
}

/** With the stacks of what it came from. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
