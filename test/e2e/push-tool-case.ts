import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import type { Repository } from '../local-ecr/repository.ts';
import type { LocalEcr } from '../local-ecr/server.ts';
import type { ActionRun } from '../support/run-action.ts';
import type { ToolCase } from '../support/tool-cases.ts';
import { prepareStep, type Step } from './step.ts';

/** What one push came to. */
export interface Pushed {
  readonly step: Step;
  readonly repository: Repository;
  readonly run: ActionRun;
  /** Tags that the inputs name. */
  readonly tags: readonly string[];
  /** Pushes a fresh copy of the input to another registry, and gives the digest. */
  readonly again: () => Promise<string | undefined>;
}

/** Pushes an input in the shape that a tool writes, with the built action. */
export async function pushToolCase(
  toolCase: ToolCase,
  resources: AsyncDisposableStack,
): Promise<Pushed> {
  const step = resources.use(await prepareStep());
  await cp(toolCase.folder, step.workspace, { recursive: true, verbatimSymlinks: true });
  const { inputs, before } = toolCase;
  const name = inputs.repository.toLowerCase();
  const repository = step.ecr.createRepository(name);
  if (before !== undefined) {
    const first = await step.run(before.inputs, { workspace: step.path('before') });
    assert.equal(first.exitCode, 0, first.stdout);
  }
  refuse(toolCase, step.ecr);
  step.ecr.log.clear();
  const run = await step.run(inputs);
  const tags = (inputs['tags'] ?? 'latest').split(/[\n,]/).map((tag) => tag.trim());
  const again = async (): Promise<string | undefined> => {
    const second = resources.use(await prepareStep());
    await cp(toolCase.folder, second.workspace, { recursive: true, verbatimSymlinks: true });
    second.ecr.createRepository(name);
    return (await second.push(inputs)).outputs['digest'];
  };
  return { step, repository, run, tags, again };
}

function refuse({ refuse: refused }: ToolCase, ecr: LocalEcr): void {
  for (const [digest, message] of Object.entries(refused)) {
    ecr.fault({
      kind: 'error',
      operation: 'PutImage',
      name: 'InvalidParameterException',
      message,
      times: Infinity,
      when: ({ input }) =>
        input['imageDigest'] === digest || sha256(String(input['imageManifest'])) === digest,
    });
  }
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
