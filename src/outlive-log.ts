/** What of Node's `process` is used here. */
interface LoggingProcess {
  readonly stdout: Output;
  readonly stderr: Output;
}

interface Output {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Lets a push outlive its log: without a listener, a reader who has gone or a disk that is full would end it at the next
 * line. The exit code still tells how it ended.
 * @returns a function for why the step failed, which is then said on standard error
 */
export function outliveLog(process: LoggingProcess): (failure: string) => void {
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
