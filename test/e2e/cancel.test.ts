import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildImage } from '../support/image.ts';
import { startAction } from '../support/run-action.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, REPOSITORY_NAME, shownError } from './step.ts';

/** At which call the signal comes, and which calls must not follow. */
const cases = [
  { signal: 'SIGINT', during: 'BatchCheckLayerAvailability', never: 'InitiateLayerUpload' },
  { signal: 'SIGTERM', during: 'UploadLayerPart', never: 'CompleteLayerUpload' },
  { signal: 'SIGTERM', during: 'CompleteLayerUpload', never: 'PutImage' },
] as const;

for (const { signal, during, never } of cases) {
  test(`${signal} during ${during} ends the step, and no tag moves`, async () => {
    await using step = await prepareStep();
    const layers = [{ size: 2000 }, { size: 1000 }];
    await writeLayoutDirectory(step.path('layout'), [buildImage({ seed: 'a', layers })]);
    const reached = Promise.withResolvers<undefined>();
    const all = { operation: during, times: 100 };
    step.ecr.fault({ ...all, kind: 'before', run: () => reached.resolve(undefined) });
    step.ecr.fault({ ...all, kind: 'hang' });
    const { process, finished } = await startAction({
      workspace: step.workspace,
      inputs: { layout: 'layout', repository: REPOSITORY_NAME },
      env: step.ecr.env,
    });
    await reached.promise;
    process.kill(signal);
    const run = await finished;
    const { code, message } = shownError(run);
    assert.equal(code, 'CANCELLED');
    assert.ok(message.includes(signal), message);
    assert.equal(run.exitCode, 1);
    assert.deepEqual(step.ecr.calls(never), []);
    assert.equal(step.repository.tags.size, 0);
    assert.equal(run.outputs['digest'] ?? '', '');
  });
}
