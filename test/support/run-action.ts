import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readActionMetadata, REPOSITORY } from './action-metadata.ts';
import { assertNothingSecret, isReport, leftBehind, parseReport } from './left-behind.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';
import { nobodyOutside } from './sts.ts';

export interface ActionOptions {
  /** As under `with:`. Inputs that are left out get the defaults of action.yml. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** As under `env:`. Nothing else of this process's environment but PATH is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** The workspace, and the folder that the action starts in. */
  readonly workspace?: string;
  /** What bash does in the process before the action begins in it, such as `ulimit -n 64`. */
  readonly setUp?: string;
  /** What is run; `main` if it is not given. */
  readonly entry?: 'main' | 'post';
  /** What the main entry saved for the post entry. */
  readonly state?: Readonly<Record<string, string>>;
  /** Measure `peakMemory`. */
  readonly measureMemory?: boolean;
}

export interface ActionRun {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the action wrote to GITHUB_OUTPUT. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What it wrote to GITHUB_STATE. */
  readonly state: Readonly<Record<string, string>>;
  /** The report file that the outputs name, parsed and checked against its schema; undefined if they name none. */
  readonly report: unknown;
  /** What it wrote to GITHUB_STEP_SUMMARY: Markdown. */
  readonly summary: string;
  /** The most memory it held at any one time, in bytes; only where `measureMemory` asked for it. */
  readonly peakMemory: number | undefined;
}

export interface StartedAction {
  readonly process: ChildProcess;
  readonly finished: Promise<ActionRun>;
}

const FILE_COMMANDS = ['OUTPUT', 'STEP_SUMMARY', 'ENV', 'PATH', 'STATE'] as const;

/**
 * Runs an entry of the built action as a runner would, to its end. Whatever a test is about, a report must be as its schema
 * says, and nothing that the run leaves may tell a credential.
 */
export async function runAction(options: ActionOptions = {}): Promise<ActionRun> {
  const { finished } = await startAction(options);
  return finished;
}

/** Starts it, for a test that wants to signal it on its way. */
export async function startAction(options: ActionOptions = {}): Promise<StartedAction> {
  const directory = await temporaryDirectory();
  const workspace = options.workspace ?? join(directory.path, 'workspace');
  const env = { ...(await runnerEnvironment(directory.path, workspace)), ...options.env };
  const inputs = inputVariables(await withDefaults(options.inputs ?? {}));
  const probe = options.measureMemory ? ['--import', import.meta.resolve('./peak-memory.ts')] : [];
  const { main, post } = (await readActionMetadata()).entries;
  const entry = fileURLToPath(new URL(options.entry === 'post' ? post : main, REPOSITORY));
  const command: [string, ...string[]] = [process.execPath, ...probe, entry];
  const [program, ...args] = options.setUp === undefined ? command : within(options.setUp, command);
  const child = spawn(program, args, {
    cwd: workspace,
    env: { ...env, ...inputs, ...stateVariables(options.state ?? {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const given = { env, inputs: options.inputs ?? {} };
  return { process: child, finished: collect(child, directory, given) };
}

/** Not in `sh`, which may drop variables that have a hyphen in their names, as those of inputs do. */
function within(setUp: string, command: readonly string[]): [string, ...string[]] {
  return ['bash', '-c', `${setUp}; exec "$@"`, 'bash', ...command];
}

async function collect(
  child: ChildProcess,
  directory: TemporaryDirectory,
  given: Parameters<typeof assertNothingSecret>[1],
): Promise<ActionRun> {
  await using scope = directory;
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the action was started without pipes');
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [out, err, [exitCode, signal]] = await Promise.all([text(stdout), text(stderr), closed]);
  const file = (name: string) => readFile(join(scope.path, name), 'utf8');
  const outputs = parseFileCommand(await file('OUTPUT'));
  const [summary, states] = [await file('STEP_SUMMARY'), await file('STATE')];
  const left = await leftBehind(given.env['RUNNER_TEMP'] ?? '');
  const texts = { stdout: out, stderr: err, summary, outputs: JSON.stringify(outputs), states };
  assertNothingSecret({ ...texts, ...left }, given);
  return {
    exitCode,
    signal,
    stdout: out,
    stderr: err,
    outputs,
    report: await readReport(outputs['report'], scope.path, left),
    state: parseFileCommand(states),
    summary,
    peakMemory: await file('PEAK_MEMORY').then(Number, () => undefined),
  };
}

/** The one that the outputs name. Where they could not be written, the report is checked all the same. */
async function readReport(
  path: string | undefined,
  ownFolder: string,
  left: Awaited<ReturnType<typeof leftBehind>>,
): Promise<unknown> {
  for (const [name, json] of Object.entries(left))
    if (isReport(name) && name.startsWith(ownFolder)) parseReport(json);
  return path ? parseReport(left[path] ?? (await readFile(path, 'utf8'))) : undefined;
}

/** The runner makes the files that the action writes its answers to. */
async function runnerEnvironment(
  directory: string,
  workspace: string,
): Promise<Record<string, string>> {
  await mkdir(workspace, { recursive: true });
  await mkdir(join(directory, 'temp'));
  await mkdir(join(directory, 'home'));
  for (const name of FILE_COMMANDS) await writeFile(join(directory, name), '');
  const files = FILE_COMMANDS.map((name) => [`GITHUB_${name}`, join(directory, name)] as const);
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(directory, 'home'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: join(directory, 'temp'),
    PEAK_MEMORY_FILE: join(directory, 'PEAK_MEMORY'),
    ...(await nobodyOutside()),
    ...Object.fromEntries(files),
  };
}

async function withDefaults(
  inputs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const known = (await readActionMetadata()).inputs;
  const unknown = Object.keys(inputs).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const defaults = [...known].map(([name, input]) => [name, input.default ?? ''] as const);
  return { ...Object.fromEntries(defaults), ...inputs };
}

/** `aws-region` → `INPUT_AWS-REGION`: the runner changes nothing but case and spaces. */
function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const variable = (name: string) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [variable(name), value]));
}

/** https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#sending-values-to-the-pre-and-post-actions */
function stateVariables(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

/** https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#multiline-strings */
export function parseFileCommand(written: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = written.split(/\r?\n/);
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter);
      if (end < 0) throw new Error(`no end of ${name}: ${delimiter}`);
      values[name] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n');
    } else if (line !== '') {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined) throw new Error(`not understood: ${line}`);
      values[key] = value;
    }
  }
  return values;
}
