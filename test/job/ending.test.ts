import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { Ending } from '../../src/job/ending.ts';
import type { Host } from '../../src/job/host.ts';
import { RunLog } from '../../src/report/run-log.ts';
import { pushReport } from '../report/sample-report.ts';
import { flawsOfReport } from '../support/report-schema.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { fakeHost } from './fake-host.ts';

function endingOf(host: Host): Ending {
  return new Ending(host, new RunLog(host.log));
}

const lost = new PushError('CONNECTION_LOST', 'it broke', { hint: 'Run it again.' });

test('a job that succeeds leaves a report, and its outputs', () => {
  const { host, told, reports, outputs } = fakeHost();
  const ending = endingOf(host);
  ending.soFar = () => pushReport({});
  ending.succeed();
  assert.deepEqual(told, []);
  assert.deepEqual(reports.flatMap(flawsOfReport), []);
  assert.equal(outputs['report'], 'report.json');
});

test('the first reason is the one that counts', () => {
  const { host, told, reports } = fakeHost();
  const ending = endingOf(host);
  ending.fail(lost);
  ending.fail(new PushError('CANCELLED', 'cancelled'));
  ending.succeed();
  assert.deepEqual(told, ['failed CONNECTION_LOST: CONNECTION_LOST: it broke\nRun it again.']);
  assert.equal(reports.length, 1);
});

test('a job that fails without a reason fails', () => {
  const { host, told } = fakeHost();
  endingOf(host).fail(undefined);
  assert.match(told.join(), /^failed INTERNAL: INTERNAL: Error: failed without a reason/);
});

for (const [isKept, next] of [
  [true, 'goes on from there'],
  [false, 'sends the layers whole that are not there'],
] as const) {
  test(`a push that fails says how far it came, and that another run ${next}`, () => {
    const { host, told } = fakeHost();
    const ending = endingOf(host);
    ending.isKept = isKept;
    ending.soFar = () => pushReport({ error: lost, bytesUnfinished: 5 });
    ending.fail(lost);
    const [, line = '', ...others] = told;
    assert.ok(line.startsWith('info How far it came: '), line);
    assert.ok(line.endsWith(`Another run ${next}`), line);
    assert.deepEqual(others, []);
  });
}

for (const isSummaryWanted of [true, false]) {
  test(`where a summary is ${isSummaryWanted ? '' : 'not '}wanted, ${isSummaryWanted ? 'it is appended to the file' : 'nothing is'}`, async () => {
    await using directory = await temporaryDirectory();
    const summaryFile = join(directory.path, 'summary.md');
    const ending = endingOf(fakeHost({}, { summaryFile }).host);
    ending.isSummaryWanted = isSummaryWanted;
    ending.fail(lost);
    const summary = await readFile(summaryFile, 'utf8').catch(() => undefined);
    if (isSummaryWanted) assert.match(summary ?? '', /^## Push failed\n/);
    else assert.equal(summary, undefined);
  });
}
