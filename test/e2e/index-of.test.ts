import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ReportFile } from '../../src/report/report-format.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, REPOSITORY_NAME, shownError, type Step } from './step.ts';

/** Images pushed by digest by the jobs of a matrix, joined into one index by another. */

const imageFor = (architecture: string, variant?: string) =>
  buildImage({
    seed: `${architecture}${variant ?? ''}`,
    platform: { os: 'linux', architecture, ...(variant !== undefined && { variant }) },
  });
const [amd, arm] = [imageFor('amd64'), imageFor('arm64')];
const attested = buildIndex([amd, buildAttestation(amd)]);
const HOST = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
const EU = `${HOST.replace('us-east-1', 'eu-west-1')}/${REPOSITORY_NAME}`;

const UPLOADING = ['Initiate', 'Complete']
  .map((name) => `ecr:${name}LayerUpload`)
  .concat('ecr:UploadLayerPart');

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

test('the index goes to several repositories and under several tags', async () => {
  await using step = await prepare();
  const eu = step.ecr.createRepository(REPOSITORY_NAME, { region: 'eu-west-1' });
  const repository = `${REPOSITORY_NAME}\n${EU}`;
  const both = [
    await pushed(step, 'amd', { repository }),
    await pushed(step, 'arm', { repository }),
  ];
  const { outputs } = await step.push({ ...join(...both), tags: `v1, ${EU}:v1, ${EU}:v2` });
  assert.deepEqual([...step.repository.tags.keys()], ['v1']);
  assert.deepEqual([...eu.tags.keys()], ['v1', 'v2']);
  assert.equal(eu.tags.get('v2'), outputs['digest']);
});

test('a repository that lacks an image fails, says which, and gets no tag; others are complete', async () => {
  await using step = await prepare();
  const eu = step.ecr.createRepository(REPOSITORY_NAME, { region: 'eu-west-1' });
  const repository = `${REPOSITORY_NAME}\n${EU}`;
  const both = [await pushed(step, 'amd', { repository }), await pushed(step, 'arm')];
  const run = await step.run({ ...join(...both), tags: `v1, ${EU}:v1` });
  const { code, message } = shownError(run);
  assert.equal(code, 'TARGETS_FAILED');
  const where = 'repository team/app of registry 012345678901 in eu-west-1';
  assert.ok(message.includes(`IMAGE_NOT_IN_REPOSITORY: an image is not in ${where}`), message);
  assert.ok(message.includes(`${digestOf(arm)} (linux/arm64)`), message);
  assert.deepEqual([[...step.repository.tags.keys()], [...eu.tags.keys()]], [['v1'], []]);
});

test('with fail-fast, no repository gets a tag where one lacks an image', async () => {
  await using step = await prepare();
  const eu = step.ecr.createRepository(REPOSITORY_NAME, { region: 'eu-west-1' });
  const one = await pushed(step, 'amd');
  const run = await step.run({ ...join(one), tags: `v1, ${EU}:v1`, 'fail-fast': 'true' });
  assert.match(shownError(run).message, /IMAGE_NOT_IN_REPOSITORY/);
  assert.deepEqual([step.repository.tags.size, eu.tags.size], [0, 0]);
});

test('a tag that cannot move fails the join, or is skipped, as with layouts', async () => {
  await using step = await prepare();
  const name = 'team/immutable';
  const repository = step.ecr.createRepository(name, { imageTagMutability: 'IMMUTABLE' });
  const inputs = { repository: name };
  const one = await pushed(step, 'amd', inputs);
  const { outputs } = await step.push({ ...join(one), ...inputs, tags: 'v1' });
  const both = { ...join(one, await pushed(step, 'arm', inputs)), ...inputs };
  const refused = await step.run({ ...both, tags: 'v1' });
  assert.equal(shownError(refused).code, 'TAG_IS_IMMUTABLE');
  const skipped = await step.push({ ...both, tags: 'v1', 'if-tag-exists': 'skip' });
  assert.equal(skipped.outputs['digest'], outputs['digest']);
  assert.equal(repository.tags.get('v1'), outputs['digest']);
  await step.push({ ...both, tags: 'v1, v2', 'if-tag-exists': 'skip' });
  assert.equal(listedBy(repository, 'v2').manifests.length, 2);
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

test('a join by digest puts an index that no tag points to', async () => {
  await using step = await prepare();
  const both = [await pushed(step, 'amd'), await pushed(step, 'arm')];
  const { outputs } = await step.push({ ...join(...both), 'push-by-digest': 'true' });
  assert.ok(step.repository.images.has(outputs['digest'] ?? ''));
  assert.equal(step.repository.tags.size, 0);
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

test('in ECR Public by an alias, what is there cannot be looked up: ECR has the last word', async () => {
  await using step = await prepare();
  const repository = step.ecr.createRepository('app', { service: 'ecr-public' });
  const inputs = { repository: 'public.ecr.aws/local/app' };
  const both = [await pushed(step, 'attested', inputs), await pushed(step, 'arm', inputs)];
  const tags = { repository: '', tags: 'public.ecr.aws/local/app:v1' };
  const { stdout } = await step.push({ ...join(...both), ...tags });
  assert.match(stdout, /^::warning::Could not check whether the images to join are there/m);
  assert.equal(listedBy(repository, 'v1').manifests.length, 3);
  repository.images.delete(digestOf(arm));
  const failed = await step.run({ ...join(both[1] ?? ''), ...tags });
  assert.equal(shownError(failed).code, 'IMAGE_NOT_IN_REPOSITORY');
});

test('without the right to look up images, they are joined all the same, and an index is not', async () => {
  const policy = [
    { actions: ['ecr:PutImage', 'ecr:BatchCheckLayerAvailability'].concat(UPLOADING) },
  ];
  await using step = await prepare({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  const [whole, flat] = [await pushed(step, 'attested'), await pushed(step, 'arm')];
  const { stdout } = await step.push({ ...join(flat), tags: 'v1' });
  assert.match(stdout, /^::warning::Could not check whether the images to join are there/m);
  assert.equal(listedBy(step.repository, 'v1').manifests.length, 1);
  const { code, hint } = shownError(await step.run({ ...join(whole), tags: 'v2' }));
  assert.equal(code, 'ACCESS_DENIED');
  assert.match(hint, /^Allow ecr:BatchGetImage/);
});

test('two permissions are enough', async () => {
  const policy = [{ actions: ['ecr:*'] }];
  await using step = await prepare({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  const both = [await pushed(step, 'attested'), await pushed(step, 'arm')];
  policy.splice(0, 1, { actions: ['ecr:BatchGetImage', 'ecr:PutImage'] });
  const { stdout } = await step.push({ ...join(...both), tags: 'v1' });
  assert.doesNotMatch(stdout, /^::(?:warning|error)/m);
});
