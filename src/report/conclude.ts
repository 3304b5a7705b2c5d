import { messageOf, PushError } from '../errors.ts';
import type { PushReport } from '../push/report.ts';
import { asIfPushed } from './as-if-pushed.ts';
import { throwFailures } from './failure.ts';
import { type Outputs, toOutputs } from './outputs.ts';
import type { ReportMode } from './report-format.ts';

interface Step {
  readonly mode: ReportMode;
  /** @throws what keeps it from writing them */
  setOutputs(outputs: Outputs): void;
  warning(message: string): void;
}

/** Of a plan, which has pushed nothing. */
const CHECK_OUTPUTS =
  'Check that the step may write to the file that GITHUB_OUTPUT names, and that its disk has room.';

/**
 * Hands the outputs to later steps, then throws what failed. Those of a plan are of the push that it plans.
 * @throws what `throwFailures` throws; PushError OUTPUTS_LOST if that is all that failed
 */
export function conclude(report: PushReport, step: Step): void {
  const { mode } = step;
  const outputs = toOutputs(mode === 'plan' ? asIfPushed(report) : report);
  try {
    step.setOutputs(outputs);
  } catch (cause) {
    const why = `the outputs of the step could not be written (${messageOf(cause)})`;
    const hasFailed = report.targets.some(({ error }) => error !== undefined);
    if (!hasFailed) throw lost(outputs, mode, why, cause);
    step.warning(`Besides, ${why}`);
  }
  throwFailures(report, mode);
}

function lost({ digest }: Outputs, mode: ReportMode, why: string, cause: unknown): PushError {
  if (mode === 'push') {
    const message = `The push is complete, and its digest is ${digest}, but ${why}`;
    return new PushError('OUTPUTS_LOST', message, { cause });
  }
  const message = `The plan is complete, and nothing is in the way of the push, but ${why}`;
  return new PushError('OUTPUTS_LOST', message, { hint: CHECK_OUTPUTS, cause });
}
