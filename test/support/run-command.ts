import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from './action-metadata.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';
import { nobodyOutside } from './sts.ts';

export interface CommandOptions {
  /** Nothing else of this process's environment but PATH is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it starts. */
  readonly cwd?: string;
  /** What bash does in the process before the command begins in it, such as `exec > /dev/full`. */
  readonly setUp?: string;
}

interface CommandRun {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface StartedCommand {
  readonly process: ChildProcess;
  readonly finished: Promise<CommandRun>;
}

/** The built command line, as package.json names it. */
async function program(): Promise<string> {
  const { bin } = JSON.parse(await readFile(new URL('package.json', REPOSITORY), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  return fileURLToPath(new URL(bin['ecr-layer-push'] ?? '', REPOSITORY));
}

/** Runs the built command line to its end, in a shell of nobody: with an empty home, and no AWS configuration. */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandRun> {
  const { finished } = await startCommand(args, options);
  return finished;
}

/** Starts it, for a test that wants to signal it on its way. */
export async function startCommand(
  args: readonly string[],
  { env = {}, cwd, setUp = ':' }: CommandOptions = {},
): Promise<StartedCommand> {
  const home = await temporaryDirectory();
  const command = [process.execPath, await program(), ...args];
  const child = spawn('bash', ['-c', `${setUp}; exec "$@"`, 'bash', ...command], {
    cwd: cwd ?? home.path,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home.path,
      ...(await nobodyOutside()),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { process: child, finished: collect(child, home) };
}

async function collect(child: ChildProcess, home: TemporaryDirectory): Promise<CommandRun> {
  await using _ = home;
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the command was started without pipes');
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [out, err, [exitCode]] = await Promise.all([text(stdout), text(stderr), closed]);
  return { exitCode, stdout: out, stderr: err };
}
