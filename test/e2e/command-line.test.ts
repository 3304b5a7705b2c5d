import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ReportFile } from '../../src/report/report-format.ts';
import { VERSION } from '../../src/report/version.ts';
import { MIN_PART_SIZE } from '../../src/ecr/upload/tuning.ts';
import { buildImage } from '../support/image.ts';
import { flawsOfReport } from '../support/report-schema.ts';
import { type CommandOptions, runCommand, startCommand } from '../support/run-command.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { changes, prepareStep, REPOSITORY_NAME, type Step } from './step.ts';

/** The built command line, against the local ECR. */

const image = buildImage({ seed: 'shell', layers: [{ size: 2000 }, { size: 1000 }] });
const { digest } = image.descriptor;
const TO = ['--repository', REPOSITORY_NAME, '--tag', 'v1'];

async function prepare(): Promise<Step> {
  const step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  return step;
}

function run(step: Step, args: readonly string[], options: CommandOptions = {}) {
  const env = { ...step.ecr.env, ...options.env };
  return runCommand(args, { cwd: step.workspace, ...options, env });
}

/** What stands on standard output, which must be a report and nothing else. */
function reportIn(stdout: string): ReportFile {
  const report: unknown = JSON.parse(stdout);
  assert.deepEqual(flawsOfReport(report), []);
  return report as ReportFile;
}

test('push pushes, logs on standard error, and says nothing on standard output', async () => {
  await using step = await prepare();
  const { exitCode, stdout, stderr } = await run(step, ['push', 'layout', ...TO, '--tag', 'v2']);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /^Read the layout\n {2}Image sha256:/);
  assert.match(stderr, new RegExp(`: v1, v2 now point to ${digest}$`, 'm'));
  assert.doesNotMatch(stderr, /^::/m);
  for (const tag of ['v1', 'v2']) assert.equal(step.repository.tags.get(tag), digest);
});

test('with --json, standard output is the report, and nothing else', async () => {
  await using step = await prepare();
  const { exitCode, stdout, stderr } = await run(step, ['push', 'layout', ...TO, '--json']);
  assert.equal(exitCode, 0, stderr);
  const report = reportIn(stdout);
  assert.deepEqual([report.mode, report.status, report.changed], ['push', 'complete', true]);
  assert.equal(report.image?.descriptor.digest, digest);
  assert.match(stderr, /^Push$/m);
});

test('several layouts, by a glob that the shell leaves alone, become one index', async () => {
  await using step = await prepareStep();
  for (const architecture of ['amd64', 'arm64']) {
    const platform = { os: 'linux', architecture };
    const one = buildImage({ seed: architecture, layers: [{ size: 100 }], platform });
    await writeLayoutTar(step.path(`${architecture}.tar`), [one]);
  }
  const { exitCode, stdout, stderr } = await run(step, ['push', '*.tar', ...TO, '--json']);
  assert.equal(exitCode, 0, stderr);
  const { image: pushed } = reportIn(stdout);
  assert.equal(pushed?.descriptor.mediaType, 'application/vnd.oci.image.index.v1+json');
  assert.equal(step.repository.tags.get('v1'), pushed.descriptor.digest);
});

test('plan says what a push would do, and writes nothing', async () => {
  await using step = await prepare();
  const { exitCode, stdout, stderr } = await run(step, ['plan', 'layout', ...TO, '--json']);
  assert.equal(exitCode, 0, stderr);
  const report = reportIn(stdout);
  assert.deepEqual([report.mode, report.changed], ['plan', true]);
  assert.deepEqual(report.targets[0]?.tags, [{ tag: 'v1', outcome: 'created' }]);
  assert.deepEqual(changes(step.ecr), []);
});

test('index joins what is in the repository', async () => {
  await using step = await prepareStep();
  const descriptors: string[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const platform = { os: 'linux', architecture };
    const one = buildImage({ seed: architecture, layers: [{ size: 100 }], platform });
    await writeLayoutDirectory(step.path(architecture), [one]);
    const pushed = await run(step, ['push', architecture, ...TO, '--json']);
    const { image: root } = reportIn(pushed.stdout);
    descriptors.push(JSON.stringify(root?.descriptor));
  }
  const { exitCode, stdout, stderr } = await run(step, ['index', ...descriptors, ...TO, '--json']);
  assert.equal(exitCode, 0, stderr);
  const { image: joined } = reportIn(stdout);
  assert.equal(joined?.descriptor.mediaType, 'application/vnd.oci.image.index.v1+json');
  assert.equal(step.repository.tags.get('v1'), joined.descriptor.digest);
});

test('a push that fails says why in its last lines, in its report, and by exit status 1', async () => {
  await using step = await prepare();
  const args = ['push', 'layout', '--repository', 'team/none', '--json'];
  const { exitCode, stdout, stderr } = await run(step, args);
  assert.equal(exitCode, 1);
  const report = reportIn(stdout);
  assert.equal(report.status, 'failed');
  const { code, message, hint } = report.targets[0]?.error ?? {};
  assert.equal(code, 'REPOSITORY_NOT_FOUND');
  assert.ok(stderr.includes(`Error: ${code}: ${message ?? ''}\n${hint ?? ''}\n`), stderr);
  assert.doesNotMatch(stderr, / at .*:\d+:\d+/);
});

test('--verbose shows where an error comes from', async () => {
  const { stderr } = await runCommand(['push', 'none', ...TO, '--verbose']);
  assert.match(stderr, /^Debug: PushError: none does not exist.*\n {4}at /m);
});

test('a wrong flag is named with the nearest one, by exit status 2, before anything is done', async () => {
  await using step = await prepare();
  const { exitCode, stdout, stderr } = await run(step, ['push', 'layout', '--repositry', 'a/b']);
  const said = 'Error: There is no flag --repositry\nDid you mean --repository? See ';
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.ok(stderr.startsWith(said), stderr);
  assert.deepEqual(step.ecr.calls(), []);
});

test('a wrong value is exit status 2, and a report if one is asked for', async () => {
  const args = ['push', 'layout', ...TO, '--attestations', 'kep', '--json'];
  const { exitCode, stdout, stderr } = await runCommand(args);
  assert.equal(exitCode, 2);
  assert.equal(reportIn(stdout).error?.code, 'INVALID_INPUT');
  assert.match(
    stderr,
    /^Error: INVALID_INPUT: The input attestations cannot be "kep"\nDid you mean keep\? /,
  );
});

for (const args of [['--help'], ['-h'], ['push', '--help'], ['plan', '-h'], ['index', '--help']]) {
  test(`${args.join(' ')} shows examples on standard output`, async () => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^Examples:\n {2}# .*\n(?: {2}# .*\n)*? {2}ecr-layer-push /m);
  });
}

test('--version shows the version alone', async () => {
  const { exitCode, stdout } = await runCommand(['--version']);
  assert.deepEqual([exitCode, stdout], [0, `${VERSION}\n`]);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a push in order: why, how far it came, a report, and no tag`, async () => {
    await using step = await prepare();
    const reached = Promise.withResolvers<undefined>();
    const all = { operation: 'CompleteLayerUpload', times: 100 } as const;
    step.ecr.fault({ ...all, kind: 'before', run: () => reached.resolve(undefined) });
    step.ecr.fault({ ...all, kind: 'hang' });
    const started = await startCommand(['push', 'layout', ...TO, '--json'], {
      cwd: step.workspace,
      env: step.ecr.env,
    });
    await reached.promise;
    started.process.kill(signal);
    const { exitCode, stdout, stderr } = await started.finished;
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(`^Error: CANCELLED: .*\\(${signal}\\)\n.*\nHow far it came: `, 'm'),
    );
    assert.equal(reportIn(stdout).targets[0]?.error?.code, 'CANCELLED');
    assert.equal(step.repository.tags.size, 0);
  });
}

test('a push that was killed goes on where it was, from the cache folder of the user', async () => {
  await using step = await prepareStep();
  const size = 2 * MIN_PART_SIZE + 1;
  const large = buildImage({ seed: 'large', layers: [{ size }] });
  await writeLayoutDirectory(step.path('layout'), [large]);
  const env = { ...step.ecr.env, XDG_CACHE_HOME: step.path('cache') };
  const args = ['push', 'layout', ...TO, '--part-size', '5', '--parts-in-flight', '1', '--json'];
  const reached = Promise.withResolvers<undefined>();
  const second = { operation: 'UploadLayerPart', nth: 3 } as const;
  step.ecr.fault({ ...second, kind: 'before', run: () => reached.resolve(undefined) });
  step.ecr.fault({ ...second, kind: 'hang' });
  const started = await startCommand(args, { cwd: step.workspace, env });
  await reached.promise;
  started.process.kill('SIGKILL');
  await started.finished;
  const folder = step.path('cache/ecr-layer-push/ecr-layer-push-uploads');
  assert.equal((await readdir(folder)).length, 1);
  const { exitCode, stderr } = await run(step, args, { env });
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /^ {2}Going on with /m);
  assert.deepEqual(await readdir(folder), []);
  assert.equal(step.repository.tags.get('v1'), large.descriptor.digest);
});

const skip = process.platform !== 'linux' && 'there is no /dev/full';

test(
  'a report that cannot be written is exit status 1, though the push is complete',
  { skip },
  async () => {
    await using step = await prepare();
    const setUp = 'exec > /dev/full';
    const { exitCode, stderr } = await run(step, ['push', 'layout', ...TO, '--json'], { setUp });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Error: The report could not be written \(ENOSPC/m);
    assert.equal(step.repository.tags.get('v1'), digest);
  },
);

test('a log that nobody reads does not end the push', async () => {
  await using step = await prepare();
  const setUp = 'exec 2> >(exec true); sleep 0.2';
  const { exitCode } = await run(step, ['push', 'layout', ...TO], { setUp });
  assert.equal(exitCode, 0);
  assert.equal(step.repository.tags.get('v1'), digest);
});

test('the summary goes to the file that GITHUB_STEP_SUMMARY names, unless it is turned off', async () => {
  await using step = await prepare();
  const env = { GITHUB_STEP_SUMMARY: step.path('summary.md') };
  await run(step, ['push', 'layout', ...TO], { env });
  const summary = await readFile(env.GITHUB_STEP_SUMMARY, 'utf8');
  assert.match(summary, /^## Pushed: `team\/app:v1`\n/);
  await run(step, ['push', 'layout', ...TO, '--no-summary'], { env });
  assert.equal(await readFile(env.GITHUB_STEP_SUMMARY, 'utf8'), summary);
});

test('variables of a workflow are no flags', async () => {
  await using step = await prepare();
  const env = {
    INPUT_TAGS: 'v9',
    'INPUT_DRY-RUN': 'true',
    GITHUB_OUTPUT: step.path('none/output'),
  };
  const { exitCode, stderr } = await run(step, ['push', 'layout', ...TO], { env });
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual([...step.repository.tags.keys()], ['v1']);
});
