import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ReportFile } from '../../src/report/report-format.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, shownError, type Step } from './step.ts';

/** Images pushed by digest by the jobs of a matrix, joined into one index by another. */

const imageFor = (architecture: string, variant?: string) =>
  buildImage({
    seed: `${architecture}${variant ?? ''}`,
    platform: { os: 'linux', architecture, ...(variant !== undefined && { variant }) },
  });
const [amd, arm] = [imageFor('amd64'), imageFor('arm64')];
const attested = buildIndex([amd, buildAttestation(amd)]);

/** A workspace with a layout for each job of the matrix. */
async function prepare(...options: Parameters<typeof prepareStep>): Promise<Step> {
  const step = await prepareStep(...options);
  for (const [name, graph] of Object.entries({ amd, arm, attested }))
    await writeLayoutDirectory(step.path(name), [graph]);
  return step;
}

/** One job of the matrix: its output `descriptor`. */
async function pushed(
  step: Step,
  layout: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const run = await step.push({ layout, 'push-by-digest': 'true', ...inputs });
  return run.outputs['descriptor'] ?? '';
}

const join = (...descriptors: readonly string[]) => ({
  layout: '',
  'index-of': descriptors.join('\n'),
});

interface Listed {
  readonly mediaType: string;
  readonly manifests: readonly {
    readonly digest: string;
    readonly platform?: object;
    readonly annotations?: object;
  }[];
}

/** What the index lists that a tag points to. */
function listedBy({ tags, images }: Repository, tag: string): Listed {
  const image = images.get(tags.get(tag) ?? '');
  assert.ok(image, `${tag} points to an image`);
  return JSON.parse(image.manifest.toString()) as Listed;
}

const digestOf = ({ descriptor }: Graph) => descriptor.digest;

test('two images that were pushed by digest are joined, and the tags are put on the index', async () => {
  await using step = await prepare();
  const both = [await pushed(step, 'amd'), await pushed(step, 'arm')];
  assert.equal(step.repository.tags.size, 0);
  step.ecr.log.clear();
  const { outputs, stdout, report, summary } = await step.push({
    ...join(...both),
    tags: 'v1, latest',
  });
  const { manifests, mediaType } = listedBy(step.repository, 'v1');
  assert.equal(mediaType, 'application/vnd.oci.image.index.v1+json');
  assert.deepEqual(
    manifests.map(({ digest, platform }) => ({ digest, platform })),
    [amd, arm].map(({ descriptor: { digest, platform } }) => ({ digest, platform })),
  );
  assert.equal(step.repository.tags.get('latest'), outputs['digest']);
  assert.equal(outputs['changed'], 'true');
  assert.equal(outputs['imageid'], '');
  assert.deepEqual(changes(step.ecr), ['PutImage', 'PutImage'], stdout);
  assert.match(stdout, new RegExp(`^ {2}${digestOf(arm)} linux/arm64$`, 'm'));
  const { image } = report as ReportFile;
  assert.deepEqual(
    image?.joined?.map(({ digest }) => digest),
    [digestOf(amd), digestOf(arm)],
  );
  assert.match(summary, /\n### Joined from 2 manifests\n/);
});

test('joined again, in any order and from files, it is the same index, and nothing is put', async () => {
  await using step = await prepare();
  const [one, two] = [await pushed(step, 'amd'), await pushed(step, 'arm')];
  const { outputs } = await step.push({ ...join(one, two), tags: 'v1' });
  await writeFile(step.path('b.json'), one);
  await writeFile(step.path('a.json'), `[${two}, ${one}]`);
  for (const given of [
    join(two, one),
    join(one, two, one),
    join('*.json'),
    join(`[${two},${one}]`),
  ]) {
    step.ecr.log.clear();
    const again = await step.push({ ...given, tags: 'v1' });
    assert.equal(again.outputs['digest'], outputs['digest']);
    assert.equal(again.outputs['changed'], 'false');
    assert.deepEqual(changes(step.ecr), []);
  }
});

test('twenty platforms take three calls, and one more to ask whether a tag may move', async () => {
  await using step = await prepare();
  const images = Array.from({ length: 20 }, (_, at) => imageFor('arm', `v${at + 1}`));
  await writeLayoutDirectory(step.path('all'), [buildIndex(images)]);
  await step.push({ layout: 'all', tags: 'v1' });
  const given = join(...images.map(({ descriptor }) => JSON.stringify(descriptor)));
  for (const [tags, expected] of [
    ['v2', ['BatchGetImage', 'BatchGetImage', 'PutImage']],
    ['v1', ['BatchGetImage', 'BatchGetImage', 'DescribeRepositories', 'PutImage']],
  ] as const) {
    step.ecr.log.clear();
    await step.push({ ...given, tags });
    assert.deepEqual(
      step.ecr.calls().map(({ operation }) => operation),
      expected,
    );
  }
});

test('an index is dissolved, and its attestations come along, or stay away', async () => {
  await using step = await prepare();
  const both = [await pushed(step, 'attested'), await pushed(step, 'arm')];
  await step.push({ ...join(...both), tags: 'v1' });
  const [, , attestation] = listedBy(step.repository, 'v1').manifests;
  assert.deepEqual(attestation?.annotations, buildAttestation(amd).descriptor.annotations);
  await step.push({ ...join(...both), tags: 'v2', attestations: 'drop' });
  assert.equal(listedBy(step.repository, 'v2').manifests.length, 2);
});

test('a dry run says what would be put, reads alone, and fails where an image is missing', async () => {
  await using step = await prepare();
  const one = await pushed(step, 'amd');
  step.ecr.log.clear();
  const planned = await step.push({ ...join(one), tags: 'v1', 'dry-run': 'true' });
  assert.deepEqual(changes(step.ecr), []);
  const { targets, image, mode } = planned.report as ReportFile;
  assert.equal(mode, 'plan');
  assert.deepEqual(targets[0]?.tags, [{ tag: 'v1', outcome: 'created' }]);
  assert.equal(targets[0].manifests.length, 1);
  const done = await step.push({ ...join(one), tags: 'v1' });
  assert.equal(done.outputs['digest'], image?.descriptor.digest);
  assert.deepEqual({ ...planned.outputs, report: '' }, { ...done.outputs, report: '' });
  const absent = JSON.stringify(arm.descriptor);
  const failed = await step.run({ ...join(absent), tags: 'v1', 'dry-run': 'true' });
  assert.equal(shownError(failed).code, 'IMAGE_NOT_IN_REPOSITORY');
});

for (const publicNeedsTag of [false, true]) {
  test(`in ECR Public${publicNeedsTag ? ' that takes no image without a tag' : ''}, an index with attestations is joined from its descriptor`, async () => {
    await using step = await prepare({ behaviours: { publicNeedsTag } });
    const repository = step.ecr.createRepository('app', { service: 'ecr-public' });
    const inputs = { repository: 'app', 'registry-type': 'public' };
    const both = [await pushed(step, 'attested', inputs), await pushed(step, 'arm', inputs)];
    step.ecr.log.clear();
    const run = await step.push({ ...join(...both), ...inputs, tags: 'v1' });
    const digests = listedBy(repository, 'v1').manifests.map(({ digest }) => digest);
    assert.deepEqual(digests, [amd, arm, buildAttestation(amd)].map(digestOf));
    assert.doesNotMatch(run.stdout, /^::warning/m);
    const calls = step.ecr.calls().map(({ operation }) => operation);
    assert.ok(calls.length <= 5, calls.join());
    const again = await step.push({ ...join(...both), ...inputs, tags: 'v1' });
    assert.equal(again.outputs['changed'], 'false');
  });
}
