import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { toReportFile } from '../../src/report/report-file.ts';
import { flawsOfReport } from '../support/report-schema.ts';
import { config, mine, pushReport, theirs } from './sample-report.ts';
import { SAMPLES, sampleRun } from './sample-runs.ts';

for (const [what, run] of Object.entries(SAMPLES)) {
  test(`the report of ${what} keeps to its schema, and is plain JSON`, () => {
    const report = toReportFile(run);
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
    assert.deepEqual(flawsOfReport(report), []);
  });
}

test('it begins with what a program asks first', () => {
  const report = toReportFile(sampleRun({ report: pushReport({}) }));
  assert.deepEqual(Object.keys(report), [
    ...['schemaVersion', 'mode', 'version', 'status', 'changed'],
    ...['startedAt', 'finishedAt', 'image', 'targets'],
  ]);
  assert.equal(report.status, 'complete');
  assert.equal(report.changed, true);
});

test('warnings are in it as they are, and left out where there are none', () => {
  const warnings = ['one', 'two'];
  const report = toReportFile(sampleRun({ warnings }));
  assert.deepEqual(report.warnings, warnings);
  assert.deepEqual(flawsOfReport(report), []);
  assert.ok(!('warnings' in toReportFile(sampleRun({}))));
});

test('the image has the platform as an index of OCI writes it', () => {
  const pushed = pushReport({});
  const platform = {
    ...{ os: 'windows', architecture: 'amd64', variant: 'v2' },
    ...{ osVersion: '10.0.1', osFeatures: ['win32k'] },
  };
  const { image } = toReportFile(
    sampleRun({ report: { ...pushed, image: { ...pushed.image, platform } } }),
  );
  assert.deepEqual(image?.descriptor.platform, {
    ...{ os: 'windows', architecture: 'amd64', variant: 'v2' },
    ...{ 'os.version': '10.0.1', 'os.features': ['win32k'] },
  });
  assert.equal(image.configDigest, config);
});

test('one target that failed makes the run one that failed', () => {
  const error = new PushError('ACCESS_DENIED', 'no');
  const joint = new PushError('TARGETS_FAILED', '1 of 2 repositories failed.');
  const report = toReportFile(sampleRun({ report: pushReport({}, { error }), error: joint }));
  assert.equal(report.status, 'failed');
  assert.equal(report.error, undefined, 'it says no more');
  assert.deepEqual(
    report.targets.map(({ status }) => status),
    ['complete', 'failed'],
  );
});

test('a run that ended before the push has its error, and neither image nor targets', () => {
  const error = new PushError('LAYOUT_NOT_FOUND', 'image.tar does not exist');
  const report = toReportFile(sampleRun({ report: undefined, error }));
  assert.equal(report.error?.code, 'LAYOUT_NOT_FOUND');
  assert.deepEqual([report.image, report.targets, report.changed], [undefined, [], false]);
  assert.equal(report.status, 'failed');
});

test('a run may fail though every target is complete', () => {
  const error = new PushError('OUTPUTS_LOST', 'the disk is full');
  const report = toReportFile(sampleRun({ report: pushReport({}), error }));
  assert.deepEqual([report.status, report.error?.code], ['failed', 'OUTPUTS_LOST']);
  assert.equal(report.targets[0]?.status, 'complete');
});

test('the schema refuses what is no report', () => {
  const report = toReportFile(sampleRun({ report: pushReport({}) }));
  const [target] = report.targets;
  for (const [broken, says] of [
    [{ ...report, schemaVersion: 2 }, /schemaVersion/],
    [{ ...report, other: 1 }, /additional/],
    [{ ...report, mode: 'dry' }, /mode/],
    [{ ...report, startedAt: 'today' }, /startedAt/],
    [{ ...report, targets: [{ ...target, tags: [{ tag: 'a' }] }] }, /outcome/],
    [{ ...report, targets: [{ ...target, digest: mine.slice(1) }] }, /digest/],
    [{ ...report, targets: [{ ...target, retries: -1 }] }, /retries/],
    [{ ...report, image: { descriptor: { digest: theirs } } }, /mediaType/],
    [[], /object/],
  ] as const)
    assert.match(flawsOfReport(broken).join('\n'), says);
});

test('what was joined is listed, and what could not be read back has its bytes', () => {
  const { image } = toReportFile(SAMPLES['images that were joined']);
  assert.equal(image?.joined?.length, 4);
  assert.equal(JSON.stringify(image).includes('annotations'), false);
  const pushed = pushReport({});
  const inline = Buffer.from('{}');
  const run = sampleRun({ report: { ...pushed, image: { ...pushed.image, inline } } });
  assert.equal(toReportFile(run).image?.descriptor.data, 'e30=');
  assert.deepEqual(flawsOfReport(toReportFile(run)), []);
});
