import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Runs a program and gives what it printed; one that is missing or fails throws with its own words. */
export async function execute(command: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await execFileAsync(command, args, { maxBuffer: 1 << 26 })).stdout;
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    throw new Error(`${[command, ...args].join(' ')}\n${said}`, { cause });
  }
}
