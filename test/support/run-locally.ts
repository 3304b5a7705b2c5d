import { readFile } from 'node:fs/promises';
import { parseInputs } from '../../src/inputs/inputs.ts';
import type { PushReport } from '../../src/push/report.ts';
import { logHowFar } from '../../src/report/how-far.ts';
import type { Outputs } from '../../src/report/outputs.ts';
import { RunLog } from '../../src/report/run-log.ts';
import { run } from '../../src/run.ts';
import { Ecr } from '../../src/ecr/ecr.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import { readActionMetadata } from './action-metadata.ts';

export interface LocalRun {
  /** What the run threw. */
  readonly error: unknown;
  readonly outputs: Outputs | undefined;
  readonly infos: readonly string[];
  readonly warnings: readonly string[];
  readonly debugs: readonly string[];
  /** How far each target came that is not complete, as the last lines of a failed step say it. */
  readonly howFar: readonly string[];
  /** What the run's last report says; undefined if it ended before the push began. */
  readonly report: PushReport | undefined;
}

export interface LocalRunOptions {
  /** Besides those of the local ECR. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Runs the action in this process, from inputs to outputs: for tables of many runs. As its environment becomes this
 * process's own, a test file must not have two under way at once.
 */
export async function runLocally(
  ecr: LocalEcr,
  inputs: Readonly<Record<string, string>>,
  { env = {}, signal = new AbortController().signal }: LocalRunOptions = {},
): Promise<LocalRun> {
  const known = (await readActionMetadata()).inputs;
  const read = (name: string) => inputs[name] ?? known.get(name)?.default ?? '';
  const infos: string[] = [];
  const warnings: string[] = [];
  const debugs: string[] = [];
  let outputs: Outputs | undefined;
  let error: unknown;
  let soFar: (() => PushReport) | undefined;
  using scope = new DisposableStack();
  scope.use(withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env, ...env }));
  try {
    const parsed = await parseInputs(read, (path) => readFile(path, 'utf8'));
    const debug = (line: string): void => void debugs.push(line);
    using log = new RunLog({
      info: (line) => void infos.push(line),
      warning: (line) => void warnings.push(line),
      debug,
      group: (_name, work) => work(),
    });
    await using aws = new Ecr({ ...parsed, signal, debug });
    await run(parsed, {
      ecr: aws,
      log,
      onReport: (report) => (soFar = report),
      setOutputs: (set) => (outputs = set),
    });
  } catch (thrown) {
    error = thrown;
  }
  const howFar: string[] = [];
  const report = soFar?.();
  if (report !== undefined)
    logHowFar(report, { info: (line) => void howFar.push(line), isKept: true });
  return { error, outputs, infos, warnings, debugs, howFar, report };
}

/** Sets variables of this process until the end of the scope. */
export function withEnvironment(variables: Readonly<Record<string, string>>): Disposable {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  return {
    [Symbol.dispose]: () => {
      for (const name of Object.keys(variables)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    },
  };
}
