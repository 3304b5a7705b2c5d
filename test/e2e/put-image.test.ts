import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../local-ecr/faults.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { buildImage } from '../support/image.ts';
import { startAction } from '../support/run-action.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, REPOSITORY_NAME, shownError, type Step } from './step.ts';

const image = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2000 }] });
const { digest } = image.descriptor;
const HOST = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
const REQUIRED = ['*Layer*', 'PutImage', 'BatchGetImage'].map((call) => `ecr:${call}`);

async function prepare(options: LocalEcrOptions = {}): Promise<Step> {
  const step = await prepareStep(options);
  await writeLayoutDirectory(step.path('layout'), [image]);
  return step;
}

const operation = 'PutImage';
/** What the server throws with this status looks like an answer. */
const empty: Fault = { kind: 'error', operation, name: 'Ok', status: 200 };

const answers: Readonly<Record<string, Fault>> = {
  'is 200 with nothing in it, and nothing was done': empty,
  'is 200 with nothing in it, though it was done': {
    kind: 'answer',
    operation,
    change: () => ({}),
  },
  'is no JSON': { kind: 'http', operation, status: 200 },
  'is lost, though it was done': { kind: 'answer-lost', operation },
  'is an error, though it was done': {
    kind: 'error-after-effect',
    operation,
    name: 'ServerException',
    status: 500,
  },
};

for (const [what, fault] of Object.entries(answers)) {
  test(`a PutImage whose answer ${what}: the image is there in the end, and the outputs are whole`, async () => {
    const policy = [{ actions: REQUIRED }];
    await using step = await prepare({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
    await step.push({ tags: '1.0' });
    // All layers are there, and no image: no answer but that of PutImage would name the registry.
    step.repository.images.clear();
    step.repository.tags.clear();
    step.ecr.log.clear();
    step.ecr.fault(fault);
    const { outputs, stdout } = await step.push({ tags: '1.0' });
    assert.equal(step.repository.tags.get('1.0'), digest, stdout);
    assert.deepEqual(step.ecr.calls('InitiateLayerUpload'), []);
    assert.equal(outputs['digest'], digest);
    assert.equal(outputs['registry'], HOST);
    assert.equal(outputs['repository-uri'], `${HOST}/${REPOSITORY_NAME}`);
    assert.equal(outputs['registry-paths'], `${HOST}/${REPOSITORY_NAME}:1.0`);
  });
}

test('a PutImage that is always answered, and never done, is no success', async () => {
  await using step = await prepare();
  step.ecr.fault({ ...empty, times: Infinity });
  const run = await step.run({ tags: '1.0' });
  assert.equal(run.exitCode, 1);
  const { code, message } = shownError(run);
  assert.equal(code, 'UNEXPECTED_RESPONSE');
  assert.ok(message.includes(`${digest} as 1.0`), message);
  assert.equal(run.outputs['digest'], '');
  assert.equal(run.outputs['registry-paths'], '');
  assert.equal(step.ecr.calls('PutImage').length, 4);
  assert.match(
    run.stdout,
    /^How far it came: 3 of 3 blobs .* no tag has moved, but 1\.0 may have/m,
  );
});

test('a push that fails says how far it came, and the next goes on from there', async () => {
  await using step = await prepare();
  step.ecr.fault({
    kind: 'error',
    operation: 'CompleteLayerUpload',
    name: 'LimitExceededException',
    nth: 2,
  });
  const { exitCode, stdout } = await step.run({ tags: '1.0', concurrency: '1' });
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    /^How far it came: 1 of 3 blobs \(2\.9 KiB of 5\.\d KiB\) are there, and 2\.0 KiB of unfinished ones; no tag has moved\. Another run goes on from there$/m,
  );
  step.ecr.log.clear();
  await step.push({ tags: '1.0' });
  assert.equal(step.ecr.calls('InitiateLayerUpload').length, 2);
});

test('so does one that is cancelled, between two tags', async () => {
  await using step = await prepare();
  const reached = Promise.withResolvers<undefined>();
  const second = { operation, nth: 2 };
  step.ecr.fault({ ...second, kind: 'before', run: () => reached.resolve(undefined) });
  step.ecr.fault({ ...second, kind: 'hang' });
  const { process, finished } = await startAction({
    workspace: step.workspace,
    inputs: { layout: 'layout', repository: REPOSITORY_NAME, tags: '1.0, 1.1, 1.2' },
    env: step.ecr.env,
  });
  await reached.promise;
  process.kill('SIGTERM');
  const { stdout } = await finished;
  assert.match(
    stdout,
    /^How far it came: 3 of 3 blobs .*; manifests put: 1; tags that moved: 1\.0, but 1\.1 may have\. Another run/m,
  );
  assert.deepEqual(Object.fromEntries(step.repository.tags), { '1.0': digest });
});

test('a repository that is deleted midway is named', async () => {
  await using step = await prepare();
  const where = { operation, kind: 'error', name: 'RepositoryNotFoundException' } as const;
  step.ecr.fault({ ...where, times: Infinity });
  const run = await step.run({ tags: '1.0', 'create-repository': 'true' });
  const { code, message } = shownError(run);
  assert.equal(code, 'REPOSITORY_NOT_FOUND');
  assert.ok(message.includes(REPOSITORY_NAME), message);
  assert.match(run.stdout, /no tag has moved\. Another run goes on from there/);
});
