import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import type { Call } from '../local-ecr/call-log.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { uploadElsewhere } from '../support/other-job.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import type { ActionRun } from '../support/run-action.ts';
import { prepareStep, REPOSITORY_NAME, type Step } from './step.ts';

/** More come from the environment: forty, where the machine bears them. */
const JOBS = Number(process.env['CONCURRENT_JOBS'] ?? 20);

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

test(`${JOBS} runs push one image to one repository at once, and each layer is stored once`, async () => {
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

test(`${JOBS} runs create a repository whose tags are immutable at once, and all succeed`, async () => {
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

/** How often each layer was sent in all, by digest: its bytes, those of layers that were not completed, too. */
function timesSent({ ecr }: Step): Record<string, number> {
  const layerOf = new Map<unknown, string>();
  for (const { input, outcome } of ecr.calls('CompleteLayerUpload')) {
    assert.ok(outcome === 'ok' || outcome === 'LayerAlreadyExistsException', outcome);
    layerOf.set(input['uploadId'], String(input['layerDigests']));
  }
  const sent: Record<string, number> = {};
  for (const { input } of ecr.calls('UploadLayerPart')) {
    const layer = layerOf.get(input['uploadId']) ?? 'an upload that was given up';
    sent[layer] = (sent[layer] ?? 0) + 1;
  }
  return sent;
}

test('a run that waits for its turn sends nothing that another completes meanwhile', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [index]);
  const [isSecondThere, isFirstDone] = [
    Promise.withResolvers<undefined>(),
    Promise.withResolvers<undefined>(),
  ];
  const operation = 'UploadLayerPart';
  // Both stand at their first layer: the first until the second is there, and the second until the first is done.
  step.ecr.fault({ kind: 'before', operation, run: () => isSecondThere.promise });
  step.ecr.fault({
    kind: 'before',
    operation,
    nth: 2,
    run: () => {
      isSecondThere.resolve(undefined);
      return isFirstDone.promise;
    },
  });
  // What ECR said of the layers at first holds for two seconds.
  step.ecr.fault({ kind: 'delay', operation, nth: 2, milliseconds: 2500 });
  const run = () => step.push({ concurrency: '1' });
  const runs = [run(), run()];
  await Promise.race(runs).finally(() => isFirstDone.resolve(undefined));
  for (const one of await Promise.all(runs)) assertNamed(one, REPOSITORY_NAME, 'latest');
  assertWhole(step);
  const sent = Object.values(timesSent(step)).sort();
  assert.deepEqual(sent, [1, 1, 1, 1, 2]);
});

test('a layer under way is given up once another job has completed it', async () => {
  await using step = await prepareStep();
  const content = index.blobs.get(image.layers[0]?.digest ?? image.descriptor.digest);
  assert.ok(content instanceof Uint8Array);
  await writeLayoutDirectory(step.path('layout'), [index]);
  const stuck = {
    operation: 'UploadLayerPart',
    when: ({ input }: { input: Call['input'] }) => input['partLastByte'] === content.length - 1,
  };
  step.ecr.fault({ ...stuck, kind: 'before', run: () => uploadElsewhere(step.ecr, content) });
  step.ecr.fault({ ...stuck, kind: 'hang', times: Infinity });
  const { stdout, outputs } = await step.push();
  assert.match(
    stdout,
    new RegExp(`^Another job completed ${digestOf(content).slice(0, 19)}, `, 'm'),
  );
  assert.equal(outputs['layers-uploaded'], '4');
  assertWhole(step);
});

test(`${JOBS} runs that start apart send each layer once`, async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [index]);
  const runs: Promise<ActionRun>[] = [];
  // Each begins when the one before has sent its layers, and has not put its image.
  const isGoneOn = Array.from({ length: JOBS }, () => Promise.withResolvers<undefined>());
  step.ecr.fault({
    kind: 'before',
    operation: 'PutImage',
    when: ({ input }) => input['imageTag'] !== undefined,
    times: Infinity,
    run: ({ input }) => {
      const job = Number(/\d+$/.exec(String(input['imageTag']))?.[0]);
      isGoneOn[job]?.resolve(undefined);
    },
  });
  for (let job = 0; job < JOBS; job++) {
    const run = step.push({ tags: `job-${job}` });
    runs.push(run);
    await Promise.race([run, isGoneOn[job]?.promise]);
  }
  for (const [job, one] of (await Promise.all(runs)).entries())
    assertNamed(one, REPOSITORY_NAME, `job-${job}`);
  assertWhole(step);
  assert.deepEqual([...new Set(Object.values(timesSent(step)))], [1]);
});
