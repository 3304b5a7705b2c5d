import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runJob } from '../../src/job/run-job.ts';
import type { ReportFile } from '../../src/report/report-format.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { fakeHost } from './fake-host.ts';

/** What does not get as far as ECR; test/e2e runs the rest, by both ways in. */

const inputs = { layout: 'none', repository: 'team/app', tags: 'v1', 'aws-region': 'eu-west-1' };

for (const [what, more, code] of [
  ['inputs that are wrong', { attestations: 'some' }, 'INVALID_INPUT'],
  ['a layout that is not there', {}, 'LAYOUT_NOT_FOUND'],
] as const) {
  test(`${what}: the host is told why, and gets the report`, async () => {
    await using directory = await temporaryDirectory();
    const layout = join(directory.path, 'none');
    const { host, told, reports } = fakeHost({ ...inputs, layout, ...more });
    await runJob(host);
    assert.equal(told.length, 1, told.join('\n'));
    assert.ok(told[0]?.startsWith(`failed ${code}: ${code}: `), told[0]);
    const [report, ...others] = reports as ReportFile[];
    assert.equal(report?.error?.code, code);
    assert.equal(report.mode, 'push');
    assert.deepEqual(others, []);
  });
}

test('the report of a dry run is that of a plan', async () => {
  await using directory = await temporaryDirectory();
  const layout = join(directory.path, 'none');
  const { host, reports } = fakeHost({ ...inputs, layout, 'dry-run': 'true' });
  await runJob(host);
  assert.deepEqual(
    (reports as ReportFile[]).map(({ mode }) => mode),
    ['plan'],
  );
});
