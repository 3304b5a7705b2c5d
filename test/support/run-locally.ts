import { readFile } from 'node:fs/promises';
import { parseInputs } from '../../src/inputs/inputs.ts';
import type { PushReport } from '../../src/push/report.ts';
import { logHowFar } from '../../src/report/how-far.ts';
import type { Outputs } from '../../src/report/outputs.ts';
import { RunLog } from '../../src/report/run-log.ts';
import { toReportFile } from '../../src/report/report-file.ts';
import { toSummary } from '../../src/report/summary.ts';
import { VERSION } from '../../src/report/version.ts';
import { run } from '../../src/run.ts';
import { Ecr } from '../../src/ecr/ecr.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import { nobodyOutside } from './sts.ts';
import { readActionMetadata } from './action-metadata.ts';
import { assertNothingSecret, parseReport } from './left-behind.ts';

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

type Texts = Readonly<Record<string, string>>;

export interface LocalRunOptions {
  /** Besides those of the local ECR. */
  readonly env?: Texts;
  readonly signal?: AbortSignal;
}

/**
 * Runs the action in this process, from inputs to outputs: for tables of many runs. As its environment becomes this
 * process's own, a test file must not have two under way at once.
 */
export async function runLocally(
  ecr: LocalEcr,
  inputs: Texts,
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
  scope.use(withEnvironment({ ...(await nobodyOutside()), ...ecr.env, ...env }));
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
  const ended = { error, outputs, infos, warnings, debugs, howFar, report };
  assertTold(ended, inputs, { ...ecr.env, ...env });
  return ended;
}

/** As of the built action: a report that is as its schema says, and no credential anywhere. */
function assertTold(ended: LocalRun, inputs: Texts, env: Texts): void {
  const { report, error, warnings } = ended;
  const mode = inputs['dry-run'] === 'true' ? 'plan' : 'push';
  const times = { startedAt: 0, finishedAt: Date.now() };
  const how = { mode, version: VERSION, report, error, warnings } as const;
  const file = toReportFile({ ...how, isKept: true, ...times });
  const json = JSON.stringify(file);
  parseReport(json);
  const { infos, debugs, howFar, outputs } = ended;
  const said = [...infos, ...warnings, ...debugs, ...howFar, String(error)].join('\n');
  const texts = { said, outputs: JSON.stringify(outputs ?? {}), json, summary: toSummary(file) };
  assertNothingSecret(texts, { env, inputs });
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
