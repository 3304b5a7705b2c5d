import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of this process's is passed on. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Measured {
  /** From start to exit (s). */
  readonly wall: number;
  /** User and system, of the process and all that it waited for (s). */
  readonly cpu: number;
  /** The most memory resident at once (bytes). */
  readonly peakMemory: number;
  /** When it was started (ms since the epoch). */
  readonly startedAt: number;
  readonly output: string;
}

/** GNU time: Node tells no resource usage of a child, and the kernel tells it only to the parent that waits. */
const GNU_TIME = '/usr/bin/time';
const TIMEOUT = 15 * 60_000;

/** Runs a command to its end; `directory` is for the notes. @throws Error when it fails or takes too long */
export async function measure(command: Command, directory: string): Promise<Measured> {
  const notes = join(directory, 'usage');
  const args = ['-q', '-f', '%U %S %M', '-o', notes, command.program, ...command.args];
  const startedAt = performance.timeOrigin + performance.now();
  const child = spawn(GNU_TIME, args, {
    env: command.env,
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a timeout ends time's child as well.
    detached: true,
  });
  const { exitCode, output } = await finish(child);
  const wall = (performance.timeOrigin + performance.now() - startedAt) / 1000;
  if (exitCode !== 0) {
    throw new Error(`${command.program} ${command.args.join(' ')}: exit ${exitCode}\n${output}`);
  }
  const [user = 0, system = 0, peak = 0] = (await readFile(notes, 'utf8')).split(' ').map(Number);
  return { wall, cpu: user + system, peakMemory: peak * 1024, startedAt, output };
}

async function finish(child: ChildProcess): Promise<{ exitCode: number | null; output: string }> {
  const { stdout, stderr, pid } = child;
  if (!stdout || !stderr || pid === undefined) throw new Error(`${GNU_TIME} is needed`);
  const timer = setTimeout(() => process.kill(-pid), TIMEOUT);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [exitCode]] = await Promise.all([text(stdout), text(stderr), exited]);
  clearTimeout(timer);
  return { exitCode, output: (out + err).slice(-4000) };
}
