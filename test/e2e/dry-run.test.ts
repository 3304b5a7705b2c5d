import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { ReportFile } from '../../src/report/report-format.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { writeDockerArchive } from '../support/docker-archive.ts';
import { buildImage } from '../support/image.ts';
import type { ActionRun } from '../support/run-action.ts';
import { startKnowingSts } from '../support/sts.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, shownError, type Step, withoutReports } from './step.ts';

/** `dry-run: true`: everything but writes. */

const [image, other] = ['one', 'two'].map((seed) =>
  buildImage({ seed, layers: [{ size: 2000 }, { size: 1000 }] }),
) as [ReturnType<typeof buildImage>, ReturnType<typeof buildImage>];
const { digest } = image.descriptor;
const bytes = [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0);

async function prepare(...options: Parameters<typeof prepareStep>): Promise<Step> {
  const step = await prepareStep(...options);
  await writeLayoutDirectory(step.path('layout'), [image]);
  await writeLayoutDirectory(step.path('other'), [other]);
  return step;
}

/** What a dry run of the step said: that it wrote nothing is checked for each. */
async function plan(
  step: Step,
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<{ run: ActionRun; report: ReportFile }> {
  step.ecr.log.clear();
  const run = await step.run({ 'dry-run': 'true', ...inputs }, { env });
  assert.ok(step.ecr.calls().length > 0, run.stdout);
  assert.deepEqual(changes(step.ecr), []);
  assert.ok(run.report !== undefined, run.stdout);
  const report = run.report as ReportFile;
  assert.equal(report.mode, 'plan');
  return { run, report };
}

test('a dry run says what a push would do, and writes nothing', async () => {
  await using step = await prepare();
  const { run, report } = await plan(step, { tags: 'v1' });
  assert.equal(run.exitCode, 0, run.stdout);
  const [target] = report.targets;
  assert.deepEqual(target?.tags, [{ tag: 'v1', outcome: 'created' }]);
  assert.deepEqual(target.totals.missing, { layers: 3, bytes });
  assert.deepEqual([target.exists, target.created], [true, false]);
  assert.equal(target.manifests.length, 1);
  assert.equal(step.repository.images.size + step.repository.layers.size, 0);
  assert.match(run.summary, /^## Plan of a push: `team\/app:v1`\n/);
  assert.match(run.stdout, new RegExp(`: v1 would be created, for ${digest}$`, 'm'));
});

test('its outputs are those of the push that follows', async () => {
  await using step = await prepare();
  const { run } = await plan(step, { tags: 'v1' });
  const pushed = await step.push({ tags: 'v1' });
  const shown = ({ outputs }: ActionRun) => ({ ...outputs, report: '' });
  assert.deepEqual(shown(run), shown(pushed));
  assert.equal(run.outputs['changed'], 'true');
});

test('where nothing would change, it says so', async () => {
  await using step = await prepare();
  await step.push({ tags: 'v1' });
  const { run, report } = await plan(step, { tags: 'v1' });
  assert.deepEqual([report.changed, run.outputs['changed']], [false, 'false']);
  assert.equal(report.targets[0]?.totals.present.layers, 3);
});

test('a tag that would move is shown with what it points to', async () => {
  await using step = await prepare();
  await step.push({ tags: 'v1', layout: 'other' });
  const { report } = await plan(step, { tags: 'v1' });
  const from = other.descriptor.digest;
  assert.deepEqual(report.targets[0]?.tags, [{ tag: 'v1', outcome: 'moved', from }]);
  assert.equal(step.repository.tags.get('v1'), from);
});

test('a tag that would be refused is what the push would fail for', async () => {
  await using step = await prepare();
  const held = { repository: 'team/held', tags: 'v1' };
  step.ecr.createRepository('team/held', { imageTagMutability: 'IMMUTABLE' });
  await step.push({ ...held, layout: 'other' });
  const { run, report } = await plan(step, held);
  assert.equal(run.exitCode, 1);
  assert.equal(shownError(run).code, 'TAG_IS_IMMUTABLE');
  const holder = other.descriptor.digest;
  assert.deepEqual(report.targets[0]?.tags, [{ tag: 'v1', outcome: 'refused', holder }]);
  assert.equal(report.changed, false);
  assert.match(
    run.summary,
    /^## The push would fail: .*\n(?:.*\n)*\*\*Error\*\* `TAG_IS_IMMUTABLE`/,
  );
});

for (const [create, created] of [
  ['true', true],
  ['false', false],
] as const) {
  test(`a repository that is not there can be planned for, with create-repository: ${create}`, async () => {
    // ECR does not tell whose a repository is that is not there.
    await using sts = await startKnowingSts('012345678901');
    await using step = await prepare();
    const inputs = { repository: 'team/new', tags: 'v1', 'create-repository': create };
    const { run, report } = await plan(step, inputs, { AWS_ENDPOINT_URL_STS: sts.url });
    assert.equal(run.exitCode, 0, run.stdout);
    const [target] = report.targets;
    assert.deepEqual([target?.exists, target?.created], [false, created]);
    assert.equal(target?.totals.missing.layers, 3);
    assert.match(run.outputs['repository-uri'] ?? '', /\/team\/new$/);
  });
}

test('the permissions to read are enough', async () => {
  const actions = ['BatchCheckLayerAvailability', 'BatchGetImage', 'DescribeRepositories'];
  const policy = [{ actions: actions.map((action) => `ecr:${action}`) }];
  await using step = await prepare({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  const { run } = await plan(step, { tags: 'v1' });
  assert.equal(run.exitCode, 0, run.stdout);
  assert.doesNotMatch(run.stdout, /^::(?:warning|error)/m);
});

test('a plan of a push that would fail in part speaks of no push', async () => {
  await using step = await prepare();
  const host = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
  step.ecr.createRepository('team/held', { imageTagMutability: 'IMMUTABLE' });
  await step.push({ repository: 'team/held', tags: 'v1', layout: 'other' });
  const { run } = await plan(step, { tags: `${host}/team/held:v1,${host}/team/app:v1` });
  const { code, message, hint } = shownError(run);
  assert.equal(code, 'TARGETS_FAILED');
  assert.match(message, /^A push to 1 of 2 repositories would fail\./);
  assert.match(hint, /^Nothing was pushed\. Nothing is in the way of: .*team\/app/);
});

test('a plan whose outputs are lost says so, and speaks of no push', async () => {
  await using step = await prepare();
  const { stdout, summary, exitCode } = await step.run(
    { 'dry-run': 'true' },
    { env: { GITHUB_OUTPUT: step.path('none/output') } },
  );
  assert.equal(exitCode, 1);
  assert.match(stdout, /^::error title=[^:]*::OUTPUTS_LOST: The plan is complete/m);
  assert.doesNotMatch(stdout, /The image is pushed/);
  assert.match(summary, /^## Planned, but the outputs are lost: `team\/app:latest`\n/);
});

test('a plan of an archive whose layers are not compressed keeps nothing of them', async () => {
  await using step = await prepare();
  const plain = buildImage({ seed: 'plain', layers: [{ files: { a: 'a' }, compression: 'none' }] });
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  const env = { RUNNER_TEMP: step.workspace };
  await plan(step, { layout: 'app.tar' }, env);
  const left = withoutReports(await readdir(step.workspace));
  assert.deepEqual(left.toSorted(), ['app.tar', 'layout', 'other']);
});

test('a dry run leaves nothing for a later push to go on from', async () => {
  await using step = await prepare();
  const { run } = await plan(step);
  assert.deepEqual(run.state, {});
});
