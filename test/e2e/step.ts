import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { isReport } from '../support/left-behind.ts';
import { type ActionOptions, type ActionRun, runAction } from '../support/run-action.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

export const REPOSITORY_NAME = 'team/app';

/** A local ECR with one repository, and a workspace that a build left its layouts in. */
export interface Step extends AsyncDisposable {
  readonly ecr: LocalEcr;
  readonly repository: Repository;
  readonly workspace: string;
  /** A path in the workspace. */
  path(name: string): string;
  /** Runs the action on `layout` of the workspace, unless `inputs` say other things. */
  run(inputs?: Readonly<Record<string, string>>, options?: ActionOptions): Promise<ActionRun>;
  /** Runs it, and fails the test if the step fails. */
  push(inputs?: Readonly<Record<string, string>>, options?: ActionOptions): Promise<ActionRun>;
}

export async function prepareStep(options: LocalEcrOptions = {}): Promise<Step> {
  const resources = new AsyncDisposableStack();
  const { path: workspace } = resources.use(await temporaryDirectory());
  const ecr = resources.use(await startLocalEcr(options));
  const repository = ecr.createRepository(REPOSITORY_NAME);
  const run: Step['run'] = (inputs = {}, more = {}) =>
    runAction({
      workspace,
      ...more,
      inputs: { layout: 'layout', repository: REPOSITORY_NAME, ...inputs },
      env: { ...ecr.env, ...more.env },
    });
  return {
    ecr,
    repository,
    workspace,
    path: (name) => join(workspace, name),
    run,
    push: async (inputs, more) => {
      const ran = await run(inputs, more);
      assert.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
      // '' where there is no place for the file; `runAction` checks those that there are.
      assert.ok(ran.outputs['report'] !== undefined, 'the step says where its report is');
      return ran;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** What an annotation shows above the message. */
  readonly title: string;
}

/** The one error that the step shows: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
export function shownError({ stdout, stderr }: ActionRun): ShownError {
  const errors = [...stdout.matchAll(/^::error(?: title=([^:]+))?::(.*)$/gm)].map(
    ([, title = '', text = '']) => [unescaped(title), unescaped(text)] as const,
  );
  assert.equal(errors.length, 1, stdout + stderr);
  const [[title, text] = ['', '']] = errors;
  const [, code = '', message = '', hint = ''] =
    /^([A-Z_0-9]+): (.*?)(?:\n([^\n]*))?$/s.exec(text) ?? [];
  assert.ok(code !== '' && title !== '', stdout);
  return { code, message, hint, title };
}

function unescaped(text: string): string {
  const characters = { '%0A': '\n', '%0D': '\r', '%3A': ':', '%2C': ',', '%25': '%' };
  return Object.entries(characters).reduce((all, [from, to]) => all.replaceAll(from, to), text);
}

/** Files in RUNNER_TEMP or elsewhere, but for the reports that steps leave. */
export function withoutReports(names: readonly string[]): string[] {
  return names.filter((name) => !isReport(name));
}

const CHANGING = /^(?:Initiate|Upload|Complete|Put|Create|Set|Delete|Tag)/;

/** The calls that change a registry. */
export function changes(ecr: LocalEcr): string[] {
  return ecr
    .calls()
    .map(({ operation }) => operation)
    .filter((operation) => CHANGING.test(operation));
}
