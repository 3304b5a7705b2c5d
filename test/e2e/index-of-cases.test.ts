import assert from 'node:assert/strict';
import { join as pathTo } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildAttestation, buildImage, buildIndex } from '../support/image.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/** Images pushed by digest are joined as tags, repositories and permissions have it. */

const platform = (architecture: string) => ({ os: 'linux', architecture });
const amd = buildImage({ seed: 'amd', platform: platform('amd64') });
const arm = buildImage({ seed: 'arm', platform: platform('arm64') });
const attested = buildIndex([amd, buildAttestation(amd)]);
const IMAGES = { amd, arm, attested };
const EU = `012345678901.dkr.ecr.eu-west-1.amazonaws.com/${REPOSITORY_NAME}`;
const UPLOADING = ['Initiate', 'Complete']
  .map((name) => `ecr:${name}LayerUpload`)
  .concat('ecr:UploadLayerPart');

type Inputs = Readonly<Record<string, string>>;

interface Step extends AsyncDisposable {
  readonly ecr: LocalEcr;
  readonly repository: Repository;
  path(name: string): string;
  run(inputs: Inputs): Promise<LocalRun>;
  /** Fails the test if the run does. */
  push(inputs: Inputs): Promise<LocalRun>;
}

async function prepare(options: LocalEcrOptions = {}): Promise<Step> {
  const resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryDirectory());
  const ecr = resources.use(await startLocalEcr(options));
  for (const [name, graph] of Object.entries(IMAGES))
    await writeLayoutDirectory(pathTo(folder, name), [graph]);
  const run: Step['run'] = (inputs) => runLocally(ecr, { repository: REPOSITORY_NAME, ...inputs });
  return {
    ecr,
    repository: ecr.createRepository(REPOSITORY_NAME),
    path: (name) => pathTo(folder, name),
    run,
    push: async (inputs) => {
      const ran = await run(inputs);
      assert.equal(ran.error, undefined);
      return ran;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** One job of the matrix: its descriptor, with the bytes of an index for ECR Public. */
async function pushed(step: Step, name: keyof typeof IMAGES, inputs: Inputs = {}): Promise<string> {
  const { report } = await step.push({
    layout: step.path(name),
    'push-by-digest': 'true',
    ...inputs,
  });
  const { descriptor, inline } = report?.image ?? {};
  const data = inline && Buffer.from(inline).toString('base64');
  return JSON.stringify({ ...descriptor, platform: IMAGES[name].descriptor.platform, data });
}

const join = (...descriptors: readonly string[]) => ({ 'index-of': descriptors.join('\n') });

function listedBy({ tags, images }: Repository, tag: string) {
  const image = images.get(tags.get(tag) ?? '');
  assert.ok(image, `${tag} points to an image`);
  return JSON.parse(image.manifest.toString()) as { readonly manifests: readonly unknown[] };
}

const digestOf = ({ descriptor }: typeof attested) => descriptor.digest;

function shownError({ error }: LocalRun): PushError {
  assert.ok(error instanceof PushError, 'the step failed');
  return error;
}

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
  assert.equal(eu.tags.get('v2'), outputs?.digest);
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
  assert.equal(skipped.outputs?.digest, outputs?.digest);
  assert.equal(repository.tags.get('v1'), outputs?.digest);
  await step.push({ ...both, tags: 'v1, v2', 'if-tag-exists': 'skip' });
  assert.equal(listedBy(repository, 'v2').manifests.length, 2);
});

test('a join by digest puts an index that no tag points to', async () => {
  await using step = await prepare();
  const both = [await pushed(step, 'amd'), await pushed(step, 'arm')];
  const { outputs } = await step.push({ ...join(...both), 'push-by-digest': 'true' });
  assert.ok(step.repository.images.has(String(outputs?.digest)));
  assert.equal(step.repository.tags.size, 0);
});

test('in ECR Public by an alias, what is there cannot be looked up: ECR has the last word', async () => {
  await using step = await prepare();
  const repository = step.ecr.createRepository('app', { service: 'ecr-public' });
  const inputs = { repository: 'public.ecr.aws/local/app' };
  const both = [await pushed(step, 'attested', inputs), await pushed(step, 'arm', inputs)];
  const tags = { repository: '', tags: 'public.ecr.aws/local/app:v1' };
  const { warnings } = await step.push({ ...join(...both), ...tags });
  assert.match(warnings.join('\n'), /^Could not check whether the images to join are there/m);
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
  const { warnings } = await step.push({ ...join(flat), tags: 'v1' });
  assert.match(warnings.join('\n'), /^Could not check whether the images to join are there/m);
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
  const { warnings } = await step.push({ ...join(...both), tags: 'v1' });
  assert.deepEqual(warnings, []);
});
