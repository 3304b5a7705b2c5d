import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportFile } from '../../src/report/report-format.ts';
import { buildAttestation, buildImage, buildIndex, named } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, REPOSITORY_NAME, shownError, type Step } from './step.ts';

/** `push-by-digest: true`: the image arrives whole, and no tag is put. */

const image = buildImage({ seed: 'one', layers: [{ size: 2000 }, { size: 1000 }] });
const index = buildIndex([image, buildAttestation(image)]);
const { digest } = image.descriptor;
const HOST = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
const BY_DIGEST = { 'push-by-digest': 'true' };

async function prepare(...options: Parameters<typeof prepareStep>): Promise<Step> {
  const step = await prepareStep(...options);
  await writeLayoutDirectory(step.path('layout'), [image]);
  await writeLayoutDirectory(step.path('attested'), [index]);
  return step;
}

test('an image is pushed by digest, and the outputs say what it is', async () => {
  await using step = await prepare();
  const { outputs, summary, report } = await step.push(BY_DIGEST);
  assert.deepEqual([...step.repository.images.keys()], [digest]);
  assert.equal(step.repository.tags.size, 0);
  assert.equal(outputs['digest'], digest);
  const { mediaType, size } = image.descriptor;
  const platform = { os: 'linux', architecture: 'amd64' };
  assert.deepEqual(JSON.parse(outputs['descriptor'] ?? ''), { mediaType, digest, size, platform });
  assert.equal(outputs['registry-paths'], `${HOST}/${REPOSITORY_NAME}@${digest}`);
  assert.equal(outputs['changed'], 'true');
  assert.match(summary, /^## Pushed: `team\/app`\n/);
  const [target] = (report as ReportFile).targets;
  assert.deepEqual([target?.tags, target?.digest], [[], digest]);
});

test('the same again puts nothing', async () => {
  await using step = await prepare();
  await step.push(BY_DIGEST);
  step.ecr.log.clear();
  const { outputs } = await step.push(BY_DIGEST);
  assert.deepEqual(changes(step.ecr), []);
  assert.equal(outputs['changed'], 'false');
});

test('an index arrives whole, children first, and a signature keeps the tag that it is found by', async () => {
  await using step = await prepare();
  const tag = `${index.descriptor.digest.replace(':', '-')}.sig`;
  const signature = named(buildImage({ seed: 'signature' }), tag);
  await writeLayoutDirectory(step.path('signed'), [index, signature]);
  await step.push({ ...BY_DIGEST, layout: 'signed' });
  const put = [...step.repository.images.keys()];
  assert.equal(put.length, 4);
  assert.equal(put.indexOf(index.descriptor.digest), 2, 'after its children');
  assert.deepEqual([...step.repository.tags.keys()], [tag]);
});

test('a dry run says what would be put, and that it is there afterwards', async () => {
  await using step = await prepare();
  const planned = await step.push({ ...BY_DIGEST, 'dry-run': 'true' });
  assert.deepEqual(changes(step.ecr), []);
  assert.match(planned.stdout, new RegExp(`: would hold ${digest}$`, 'm'));
  assert.equal(planned.outputs['changed'], 'true');
  await step.push(BY_DIGEST);
  const again = await step.push({ ...BY_DIGEST, 'dry-run': 'true' });
  assert.match(again.stdout, new RegExp(`: holds ${digest}$`, 'm'));
  assert.equal(again.outputs['changed'], 'false');
});

test('tags beside it are refused before anything is asked', async () => {
  await using step = await prepare();
  const run = await step.run({ ...BY_DIGEST, tags: 'latest' });
  const { code, message, hint } = shownError(run);
  assert.equal(code, 'INVALID_INPUT');
  assert.equal(message, 'The input tags has latest, but push-by-digest: true puts no tag');
  assert.match(hint, /^Leave tags out here/);
  assert.equal(step.ecr.calls().length, 0);
});

test('several repositories get the image, and one that is not there fails alone', async () => {
  await using step = await prepare();
  const eu = step.ecr.createRepository('team/app', { region: 'eu-west-1' });
  const host = HOST.replace('us-east-1', 'eu-west-1');
  const both = `team/app\n${host}/team/app`;
  const { outputs } = await step.push({ ...BY_DIGEST, repository: both });
  assert.ok(step.repository.images.has(digest) && eu.images.has(digest));
  assert.equal(outputs['registry-paths'], `${HOST}/team/app@${digest},${host}/team/app@${digest}`);
  const run = await step.run({ ...BY_DIGEST, repository: `team/none\n${host}/team/app` });
  assert.equal(shownError(run).code, 'TARGETS_FAILED');
  assert.equal(run.outputs['registry-paths'], `${host}/team/app@${digest}`);
});

for (const publicNeedsTag of [false, true]) {
  test(`ECR Public ${publicNeedsTag ? 'that wants a tag gets one of its own for the digest' : 'takes it without a tag'}`, async () => {
    await using step = await prepare({ behaviours: { publicNeedsTag } });
    const repository = step.ecr.createRepository('app', { service: 'ecr-public' });
    const inputs = { ...BY_DIGEST, repository: 'app', 'registry-type': 'public' };
    const { outputs, stdout } = await step.push(inputs);
    assert.ok(repository.images.has(digest));
    const tag = digest.replace('sha256:', 'digest-');
    assert.deepEqual([...repository.tags.keys()], publicNeedsTag ? [tag] : []);
    assert.equal(outputs['registry-paths'], `public.ecr.aws/local/app@${digest}`);
    assert.equal(stdout.includes(`as ${tag}`), publicNeedsTag, stdout);
  });
}
