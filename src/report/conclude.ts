import { messageOf, PushError } from '../errors.ts';
import type { PushReport } from '../push/report.ts';
import { throwFailures } from './failure.ts';
import { type Outputs, toOutputs } from './outputs.ts';

interface Step {
  /** @throws what keeps it from writing them */
  setOutputs(outputs: Outputs): void;
  warning(message: string): void;
}

/**
 * Hands the outputs to later steps, then throws what failed.
 * @throws what `throwFailures` throws; PushError OUTPUTS_LOST if that is all that failed
 */
export function conclude(report: PushReport, step: Step): void {
  const outputs = toOutputs(report);
  try {
    step.setOutputs(outputs);
  } catch (cause) {
    const why = `the outputs of the step could not be written (${messageOf(cause)})`;
    const hasFailed = report.targets.some(({ error }) => error !== undefined);
    if (!hasFailed) throw lost(outputs, why, cause);
    step.warning(`Besides, ${why}`);
  }
  throwFailures(report);
}

function lost({ digest }: Outputs, why: string, cause: unknown): PushError {
  const message = `The push is complete, and its digest is ${digest}, but ${why}`;
  return new PushError('OUTPUTS_LOST', message, { cause });
}
