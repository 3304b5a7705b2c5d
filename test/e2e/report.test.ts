import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReportFile } from '../../src/report/report-format.ts';
import { buildImage } from '../support/image.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, type Step } from './step.ts';

/** The report file, its outputs and the job summary. `runAction` checks every report against the schema. */

const platform = { os: 'linux', architecture: 'amd64' };
const image = buildImage({ seed: 'report', layers: [{ size: 2000 }, { size: 1000 }], platform });
const { digest } = image.descriptor;

async function prepare(): Promise<Step> {
  const step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  return step;
}

function reportOf({ report, stdout }: ActionRun): ReportFile {
  assert.ok(report !== undefined, stdout);
  return report as ReportFile;
}

test('a push leaves a report of what it did, the descriptor, and a summary', async () => {
  await using step = await prepare();
  const run = await step.push({ tags: 'v1' });
  const report = reportOf(run);
  assert.deepEqual([report.mode, report.status, report.changed], ['push', 'complete', true]);
  assert.equal(report.targets[0]?.totals.sent.layers, 3);
  assert.deepEqual(report.targets[0].tags, [{ tag: 'v1', outcome: 'created' }]);
  const { mediaType, size } = image.descriptor;
  const descriptor: unknown = JSON.parse(run.outputs['descriptor'] ?? '');
  assert.deepEqual(descriptor, { mediaType, digest, size, platform });
  assert.equal(run.outputs['changed'], 'true');
  assert.match(run.summary, /^## Pushed: `team\/app:v1`\n/);
  assert.ok(run.summary.includes(digest));
});

test('each step has a report file of its own, which only its user may read', async () => {
  await using step = await prepare();
  await using temporary = await temporaryDirectory();
  const env = { RUNNER_TEMP: temporary.path };
  const runs = [await step.push({}, { env }), await step.push({ tags: 'v2' }, { env })];
  const names = (await readdir(temporary.path)).filter((name) => name.includes('-report-'));
  const paths = names.map((name) => join(temporary.path, name)).toSorted();
  assert.deepEqual(runs.map(({ outputs }) => outputs['report']).toSorted(), paths);
  assert.equal(paths.length, 2);
  for (const path of paths) assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('the summaries of two steps in one job stand one below the other', async () => {
  await using step = await prepare();
  const GITHUB_STEP_SUMMARY = step.path('summary.md');
  for (const tags of ['v1', 'v2']) await step.push({ tags }, { env: { GITHUB_STEP_SUMMARY } });
  const headings = (await readFile(GITHUB_STEP_SUMMARY, 'utf8')).match(/(?<=^|\n\n)## .*/g);
  assert.deepEqual(headings, ['## Pushed: `team/app:v1`', '## Pushed: `team/app:v2`']);
});

test('without a summary, the report is there all the same', async () => {
  await using step = await prepare();
  const run = await step.push({ summary: 'false' });
  assert.equal(run.summary, '');
  assert.equal(reportOf(run).status, 'complete');
});

test('a push that fails tells why in its report and its summary', async () => {
  await using step = await prepare();
  const run = await step.run({ repository: 'team/none' });
  assert.equal(run.exitCode, 1);
  assert.equal(reportOf(run).targets[0]?.error?.code, 'REPOSITORY_NOT_FOUND');
  assert.equal(run.outputs['changed'], 'false');
  assert.match(run.summary, /^## Push failed: .*\n\n\*\*Error\*\* `REPOSITORY_NOT_FOUND`/);
});

test('a hint of where a missing repository is stands in the report, too', async () => {
  await using step = await prepare();
  const env = { AWS_REGION: 'us-east-1' };
  const run = await step.run({ 'aws-region': 'eu-west-1' }, { env });
  const { error } = reportOf(run).targets[0] ?? {};
  assert.ok(error !== undefined && run.stdout.includes(error.hint), run.stdout);
});

test('a step that ends before there is a push leaves a report and a summary', async () => {
  const run = await runAction({ inputs: { layout: 'none', repository: 'team/app' } });
  const report = reportOf(run);
  assert.equal(report.error?.code, 'LAYOUT_NOT_FOUND');
  assert.deepEqual(report.targets, []);
  assert.deepEqual([run.outputs['changed'], run.outputs['descriptor']], ['false', '']);
  assert.match(run.summary, /^## Push failed\n/);
});

test('inputs that are wrong leave a report and a summary', async () => {
  const run = await runAction({ inputs: { layout: 'none', repository: 'team/app', tags: 'a b' } });
  assert.equal(reportOf(run).error?.code, 'INVALID_INPUT');
  assert.match(run.summary, /INVALID_INPUT/);
});

test('a summary that cannot be written is a warning, and the push is complete', async () => {
  await using step = await prepare();
  await using folder = await temporaryDirectory();
  // A folder cannot be appended to.
  const run = await step.push({ tags: 'v1' }, { env: { GITHUB_STEP_SUMMARY: folder.path } });
  assert.match(run.stdout, /^::warning::The job summary could not be written \(EISDIR/m);
  assert.equal(step.repository.tags.get('v1'), digest);
});
