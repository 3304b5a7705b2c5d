import { elapse } from './async/sleep.ts';
import { PushError } from './errors.ts';

/** A runner that cancels a job sends SIGINT, 7.5 s later SIGTERM, and 2.5 s later ends what is left. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Milliseconds after the first of them: whatever still waits then, for a connection that hangs, is left. */
const LONGEST_END = 1500;

interface Options {
  /** Called at once. `reason`: why the run ends. */
  readonly onSignal: (reason: PushError) => void;
  /** Called if the process has not ended by itself in time: to end it. */
  readonly onOverdue: (reason: PushError) => void;
}

/** Ends the process well when the runner asks for it. */
export function heedSignals({ onSignal, onOverdue }: Options): void {
  for (const name of SIGNALS) {
    process.once(name, () => {
      const reason = new PushError('CANCELLED', `The step was cancelled (${name})`);
      onSignal(reason);
      void elapse(LONGEST_END).then(() => onOverdue(reason));
    });
  }
}
