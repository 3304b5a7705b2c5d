import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  type ActionOptions,
  type ActionRun,
  runAction,
  startAction,
  type StartedAction,
} from '../support/run-action.ts';
import type { Image } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { REPOSITORY_NAME, type Step } from './step.ts';

export const PART = 5 * 1024 * 1024;

/** Of a part on the wire. */
const BODY = (PART * 4) / 3 + 1000;

/** A machine that jobs run on: its workspace with a layout in it, and its temporary folder. */
export interface Runner extends AsyncDisposable {
  /** What is kept of uploads. */
  readonly journal: string;
  run(options?: ActionOptions): Promise<ActionRun>;
  started(): Promise<StartedAction>;
  /** Sends a signal once ECR is about to handle part number `part`, and so many milliseconds later. */
  killed(signal: NodeJS.Signals, part: number, wait?: number): Promise<ActionRun>;
  /** Names of the files in the journal. */
  kept(): Promise<readonly string[]>;
}

/** `env` and `inputs`: of every run, besides what the local ECR needs. */
export async function prepareRunner(
  { ecr }: Step,
  image: Image,
  { env = {}, inputs = {} }: Pick<ActionOptions, 'env' | 'inputs'> = {},
): Promise<Runner> {
  const resources = new AsyncDisposableStack();
  const { path: workspace } = resources.use(await temporaryDirectory());
  const { path: temporary } = resources.use(await temporaryDirectory());
  await writeLayoutDirectory(join(workspace, 'layout'), [image]);
  const journal = join(temporary, 'ecr-layer-push-uploads');
  const options = {
    workspace,
    inputs: { layout: 'layout', repository: REPOSITORY_NAME, 'part-size': '5', ...inputs },
    env: { ...ecr.env, RUNNER_TEMP: temporary, ...env },
  };
  return {
    journal,
    run: (more = {}) =>
      runAction({
        ...options,
        ...more,
        inputs: { ...options.inputs, ...more.inputs },
        env: { ...options.env, ...more.env },
      }),
    started: () => startAction(options),
    killed: async (signal, part, wait = 0) => {
      const { process, finished } = await startAction(options);
      ecr.fault({
        kind: 'before',
        operation: 'UploadLayerPart',
        when: ({ input }) => input['partFirstByte'] === (part - 1) * PART,
        run: () => void setTimeout(wait).then(() => process.kill(signal)),
      });
      return finished;
    },
    kept: () => readdir(journal).catch(() => []),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Bytes of parts that came to ECR, as a number of parts. */
export function partsSent({ ecr }: Step): number {
  const sent = ecr.calls('UploadLayerPart').reduce((sum, call) => sum + call.requestBytes, 0);
  return sent / BODY;
}

/** The step succeeded, and ECR holds the image. */
export function assertComplete({ repository }: Step, image: Image, run: ActionRun): void {
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.equal(repository.tags.get('latest'), image.descriptor.digest);
  for (const { digest, size } of image.layers)
    assert.equal(repository.layers.get(digest)?.size, size);
}

/** What a step shows to those who have not asked for debug lines. */
export function shown({ stdout }: ActionRun): string {
  return stdout.replaceAll(/^::(?:debug|add-mask)::.*\n/gm, '');
}
