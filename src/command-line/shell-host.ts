import { homedir } from 'node:os';
import type { Host } from '../job/host.ts';
import type { TerminalStream } from '../report/terminal.ts';
import { cacheFolder } from './cache-folder.ts';
import { PROGRAM } from './commands.ts';
import { LineLog } from './line-log.ts';
import type { AskedRun } from './parse-arguments.ts';

/** What of Node's `process` is used here. */
export interface Shell {
  exitCode?: number | string | null | undefined;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: TerminalStream & { hasColors?(): boolean };
}

interface Output {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

const FAILED = 1;
/** The exit status for a mistake on the command line. */
export const MISUSED = 2;

/** A shell as the host of a job: flags are its inputs, the log goes to standard error, and the report to standard output. */
export function shellHost({ command, inputs, json, verbose }: AskedRun, shell: Shell): Host {
  const { env, platform, stdout, stderr } = shell;
  // It says no to NO_COLOR, and to terminals without colours.
  const isTerminal = stderr.isTTY === true && stderr.hasColors?.() === true;
  const log = new LineLog({ write: (text) => stderr.write(text), isTerminal, isVerbose: verbose });
  // Who reads the log may go: the push goes on.
  stderr.on('error', () => undefined);
  stdout.on('error', ({ message }) => {
    log.error(`The report could not be written (${message})`);
    shell.exitCode ??= FAILED;
  });
  return {
    log,
    screen: stderr,
    isDebug: verbose,
    readInput: (name) => (inputs[name] ?? '').trim(),
    setOutputs: () => undefined,
    saveReport: (report) => {
      if (json) stdout.write(report);
      return '';
    },
    setFailed: ({ code, message }) => {
      log.error(message);
      const isMisused = code === 'INVALID_INPUT';
      if (isMisused) log.info(`Each input is a flag: see ${PROGRAM} ${command} --help`);
      shell.exitCode = isMisused ? MISUSED : FAILED;
    },
    summaryFile: env['GITHUB_STEP_SUMMARY'],
    temporary: undefined,
    workspace: undefined,
    memory: {
      folder: cacheFolder({ platform, env, homedir }),
      cache: undefined,
      saveState: () => undefined,
    },
  };
}
