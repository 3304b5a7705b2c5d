import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildImage, buildIndex } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import type { ActionRun } from '../support/run-action.ts';
import { prepareStep, REPOSITORY_NAME, type Step } from './step.ts';

const JOBS = 20;

const image = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2000 }] });
const index = buildIndex([image, buildImage({ seed: 'other', layers: [{ size: 1000 }] })]);
const blobs = [...index.blobs.keys()];

/** The jobs of a matrix that all push the same, at once. */
function pushAtOnce(step: Step, inputs: (job: number) => Readonly<Record<string, string>>) {
  return Promise.all(Array.from({ length: JOBS }, (_, job) => step.push(inputs(job))));
}

/** How many layers were stored, by digest: what ECR had already it answers with LayerAlreadyExistsException. */
function stored({ ecr }: Step): Record<string, number> {
  const completed = ecr.calls('CompleteLayerUpload').filter(({ outcome }) => outcome === 'ok');
  const digests = completed.flatMap(({ input }) => input['layerDigests'] as string[]);
  return digests.reduce<Record<string, number>>(
    (counts, digest) => ({ ...counts, [digest]: (counts[digest] ?? 0) + 1 }),
    {},
  );
}

function assertWhole({ ecr, repository }: Step): void {
  const found = [...repository.layers.keys(), ...repository.images.keys()];
  assert.deepEqual(found.sort(), blobs.toSorted());
  assert.deepEqual(ecr.log.partsOutOfOrder(), []);
}

/** Also of a run that had nothing to send, as another was faster. */
function assertNamed(
  { outputs, stdout }: ActionRun,
  name: string,
  ...tags: readonly string[]
): void {
  const host = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
  const paths = tags.map((tag) => `${host}/${name}:${tag}`).join();
  assert.equal(outputs['digest'], index.descriptor.digest);
  assert.equal(outputs['registry'], host);
  assert.equal(outputs['repository-uri'], `${host}/${name}`);
  assert.equal(outputs['registry-paths'], paths);
  const metadata = JSON.parse(outputs['metadata'] ?? '') as Record<string, unknown>;
  assert.equal(metadata['image.name'], paths);
  assert.doesNotMatch(stdout, /^::warning/m);
}

test('twenty runs push one image to one repository at once, and each layer is stored once', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [index]);
  const runs = await pushAtOnce(step, () => ({}));
  assertWhole(step);
  assert.deepEqual([...new Set(Object.values(stored(step)))], [1]);
  assert.equal(Object.keys(stored(step)).length, step.repository.layers.size);
  for (const run of runs) assertNamed(run, REPOSITORY_NAME, 'latest');
  const uploaded = runs.map(({ outputs }) => Number(outputs['layers-uploaded']));
  assert.equal(
    uploaded.reduce((sum, count) => sum + count, 0),
    step.repository.layers.size,
    'each layer counts as uploaded for one run',
  );
});

test('twenty runs create a repository whose tags are immutable at once, and all succeed', async () => {
  await using step = await prepareStep({
    behaviours: { sameImmutableTag: 'ImageTagAlreadyExistsException' },
  });
  await writeLayoutDirectory(step.path('layout'), [index]);
  const runs = await pushAtOnce(step, (job) => ({
    repository: 'team/new',
    tags: `shared, job-${job}`,
    'create-repository': 'true',
    'repository-settings': 'tag-mutability: IMMUTABLE',
  }));
  runs.forEach((run, job) => assertNamed(run, 'team/new', 'shared', `job-${job}`));
  const repository = step.ecr.repository('team/new');
  assertWhole({ ...step, repository });
  assert.equal(repository.settings.imageTagMutability, 'IMMUTABLE');
  assert.equal(repository.tags.size, JOBS + 1);
  assert.deepEqual([...new Set(repository.tags.values())], [index.descriptor.digest]);
  const created = step.ecr.calls('CreateRepository').filter(({ outcome }) => outcome === 'ok');
  assert.equal(created.length, 1);
});
