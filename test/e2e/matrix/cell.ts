import { setTimeout } from 'node:timers/promises';
import type { Repository } from '../../local-ecr/repository.ts';
import type { LocalEcr } from '../../local-ecr/server.ts';
import { incompleteImages } from '../../support/complete-images.ts';
import { type ActionRun, startAction } from '../../support/run-action.ts';
import { writeLayoutDirectory } from '../../support/write-layout.ts';
import { prepareStep, REPOSITORY_NAME, shownError, type Step } from '../step.ts';
import { aimed, CREDENTIAL, type MatrixCall, PART, type Scenario } from './calls.ts';
import { MARK, type MatrixFault, type Mode } from './faults.ts';
import type { Cell } from './table.ts';

/** What became of one push. */
export interface CellResult {
  /** `success`, an error code, or `hang`. */
  readonly outcome: string;
  /** What must never be, in words; empty where all is well. */
  readonly problems: readonly string[];
  /** Seconds. */
  readonly took: number;
  readonly log: string;
  /** Whether the fault struck at all. */
  readonly struck: boolean;
}

/** No push of these takes longer, whatever befalls it (s). */
const LONGEST = Number(process.env['MATRIX_LONGEST'] ?? 100);
const LONGEST_LOG = 60_000;
const MOST_CALLS = 80;
/** Bytes: twice what a push of these takes where nothing fails. */
const MOST_MEMORY = 300_000_000;

/** Runs the built action once, with one fault at one of its calls. */
export async function runCell({ call, fault, mode }: Cell): Promise<CellResult> {
  const { scenario } = call;
  await using step = await prepareStep({ credentials: [CREDENTIAL] });
  await writeLayoutDirectory(step.path('layout'), [scenario.root]);
  scenario.prepare(step);
  const scripted = step.ecr.fault(aimed(call, fault.fault, mode));
  const started = performance.now();
  const run = await runFor(step, scenario.inputs, fault.attempts ?? 3);
  const took = (performance.now() - started) / 1000;
  const struck = scripted.hits > 0;
  if (run === undefined) return { outcome: 'hang', problems: ['hang'], took, log: '', struck };
  const log = run.stdout + run.stderr;
  const { outcome, problem } = outcomeOf(run);
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...(outcome === 'INTERNAL' ? ['INTERNAL'] : []),
    ...problemsOfLog(run),
    ...problemsOfContent(step.ecr),
    ...(outcome === 'success' ? problemsOfSuccess(call, step.ecr, run) : []),
    ...problemsOfCalls(call, step.ecr, layersSent(fault, mode)),
  ];
  return { outcome, problems, took, log, struck };
}

/** Undefined if it does not end. */
async function runFor(
  { workspace, ecr }: Step,
  inputs: Readonly<Record<string, string>>,
  attempts: number,
): Promise<ActionRun | undefined> {
  const { process: child, finished } = await startAction({
    workspace,
    inputs: { layout: 'layout', repository: inputs['tags'] ? '' : REPOSITORY_NAME, ...inputs },
    measureMemory: true,
    env: { ...ecr.env, AWS_MAX_ATTEMPTS: String(attempts) },
  });
  const timer = new AbortController();
  const late = setTimeout(LONGEST * 1000, undefined, { signal: timer.signal }).catch(
    () => undefined,
  );
  const run = await Promise.race([finished, late]);
  timer.abort();
  if (run !== undefined) return run;
  child.kill('SIGKILL');
  await finished;
  return undefined;
}

function outcomeOf(run: ActionRun): { outcome: string; problem?: string } {
  if (run.exitCode === 0) return { outcome: 'success' };
  try {
    return { outcome: shownError(run).code };
  } catch {
    return {
      outcome: 'crash',
      problem: `exit ${String(run.exitCode ?? run.signal)} without one error`,
    };
  }
}

/** A command that the runner would obey, at the beginning of a line, from a server's mouth. */
const FORGED = new RegExp(`^\\s*(?:::[\\w-]+[^:]*::|##\\[\\w+\\])?\\s*${MARK}`);

/** The commands of the runner that the action itself prints. */
const OWN = /^::(?:group|endgroup|error|warning|notice|debug)\b/;

function problemsOfLog({ stdout, stderr, outputs, peakMemory = 0 }: ActionRun): string[] {
  const lines = `${stdout}\n${stderr}`.split(/\r\n|\n|\r/);
  // An output's JSON may repeat an error's message: on one line.
  const { metadata = '', ...named } = outputs;
  const said = JSON.stringify(named);
  return [
    ...(lines.some((line) => FORGED.test(line)) ? ['text of the server begins a line'] : []),
    ...(lines.some((line) => line.startsWith('::') && !OWN.test(line)) ? ['another command'] : []),
    ...(peakMemory > MOST_MEMORY ? [`${peakMemory} bytes of memory`] : []),
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    ...(/[\0-\x08\x0b-\x1f\x7f]/.test(stdout.replaceAll('\r', ''))
      ? ['control characters in the log']
      : []),
    ...(/\\[nrbtf]|\\u00[01]/.test(JSON.stringify(parsedTexts(metadata)))
      ? ['control characters in the metadata']
      : []),
    ...(said.includes(MARK) || said.includes('evil') ? ['text of the server in an output'] : []),
    ...(stderr === '' ? [] : [`stderr: ${stderr.slice(0, 200)}`]),
    ...(stdout.length > LONGEST_LOG ? [`a log of ${stdout.length} characters`] : []),
    ...(/TypeError|should not happen|Cannot read/.test(stdout) ? ['TypeError in the log'] : []),
  ];
}

/** The texts in a JSON text; none if it is empty. */
function parsedTexts(json: string): string[] {
  const texts: string[] = [];
  const note = (_key: string, value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
  };
  if (json !== '') JSON.parse(json, note);
  return texts;
}

function problemsOfContent({ world }: LocalEcr): string[] {
  return world.registries
    .flatMap(({ repositories }) => [...repositories.values()])
    .flatMap(incompleteImages);
}

function problemsOfSuccess(
  { scenario }: MatrixCall,
  ecr: LocalEcr,
  { outputs, stdout }: ActionRun,
): string[] {
  const { service, repository: name, root, tag } = scenario;
  const repository: Repository = ecr.repository(name, { service });
  const { digest } = root.descriptor;
  const empty = Object.entries(outputs).flatMap(([key, value]) =>
    value === '' && !['imageid'].includes(key) ? [key] : [],
  );
  return [
    ...(repository.tags.get(tag) === digest ? [] : ['success, and the tag is not on the image']),
    ...(outputs['digest'] === digest
      ? []
      : [`success, and the output digest is ${outputs['digest'] ?? ''}`]),
    ...(isSetUp(repository, scenario) || stdout.includes('::warning::Could not check')
      ? []
      : ['success, and the repository lacks a policy']),
    ...(empty.length === 0 ? [] : [`success with empty outputs: ${empty.join(' ')}`]),
  ];
}

/** As the inputs ask for. */
function isSetUp({ lifecyclePolicy, policy }: Repository, { inputs }: Scenario): boolean {
  if (inputs['repository-settings'] === undefined) return true;
  return lifecyclePolicy !== undefined && policy !== undefined;
}

/** How often a layer may be sent, all in all. */
function layersSent({ restarts = false }: MatrixFault, mode: Mode): number {
  if (!restarts) return 1;
  return mode === 'once' ? 2 : 3;
}

/** A second full upload of a layer, or calls without end. */
function problemsOfCalls({ scenario }: MatrixCall, ecr: LocalEcr, times: number): string[] {
  const calls = ecr.calls();
  const received = ecr.calls('UploadLayerPart').reduce((sum, { partBytes }) => sum + partBytes, 0);
  const once = [scenario.image.config, ...scenario.image.layers].reduce(
    (sum, { size }) => sum + size,
    0,
  );
  // What a layer may cost, two parts more to waste, and those that were on the wire when it was enough.
  const most = times * once + 4 * PART;
  return [
    ...(received > most ? [`${(received / once).toFixed(2)} times the bytes of the layers`] : []),
    ...(calls.length > MOST_CALLS ? [`${calls.length} calls`] : []),
  ];
}
