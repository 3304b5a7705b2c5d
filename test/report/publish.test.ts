import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { ReportOutputs } from '../../src/report/outputs.ts';
import { type Publisher, publish } from '../../src/report/publish.ts';
import { toReportFile } from '../../src/report/report-file.ts';
import { toSummary } from '../../src/report/summary.ts';
import { flawsOfReport } from '../support/report-schema.ts';
import { mine, pushReport } from './sample-report.ts';
import { sampleRun } from './sample-runs.ts';

const PATH = '/temp/report.json';
const complete = sampleRun({ report: pushReport({}) });

/** A step that takes everything, but for what is said. */
function step(given: Partial<Publisher> = {}) {
  const files: string[] = [];
  const outputs: ReportOutputs[] = [];
  const summaries: string[] = [];
  const warnings: string[] = [];
  const publisher: Publisher = {
    saveReport: (json) => {
      files.push(json);
      return PATH;
    },
    setOutputs: (set) => void outputs.push(set),
    appendSummary: (markdown) => void summaries.push(markdown),
    warning: (message) => void warnings.push(message),
    ...given,
  };
  return { files, outputs, summaries, warnings, publisher };
}

function denied(): never {
  throw new Error('EACCES: permission denied');
}

test('a run leaves its report, the outputs made of it, and a summary that the next one may follow', () => {
  const { files, outputs, summaries, warnings, publisher } = step();
  publish(complete, publisher);
  const report = toReportFile(complete);
  assert.deepEqual(
    files.map((json): unknown => JSON.parse(json)),
    [report],
  );
  assert.deepEqual(flawsOfReport(report), []);
  assert.deepEqual(summaries, [`${toSummary(report)}\n`]);
  assert.match(summaries.join(), /\n\n$/);
  const [set] = outputs;
  assert.deepEqual([set?.report, set?.changed], [PATH, 'true']);
  const descriptor = JSON.parse(set?.descriptor ?? '') as Record<string, unknown>;
  assert.equal(descriptor['digest'], mine);
  assert.deepEqual(descriptor['platform'], { os: 'linux', architecture: 'amd64' });
  assert.deepEqual(warnings, []);
});

test('a run that ended before the push leaves a report and a summary, too', () => {
  const { files, outputs, summaries, publisher } = step();
  const error = new PushError('LAYOUT_NOT_FOUND', 'layout: not there');
  publish(sampleRun({ error }), publisher);
  assert.deepEqual(outputs, [{ report: PATH, changed: 'false', descriptor: '' }]);
  for (const text of [...files, ...summaries]) assert.match(text, /LAYOUT_NOT_FOUND/);
});

test('without a place for a summary, or where none is wanted, there is none', () => {
  const { outputs, warnings, publisher } = step({ appendSummary: undefined });
  publish(complete, publisher);
  assert.equal(outputs.length, 1);
  assert.deepEqual(warnings, []);
});

test('what cannot be written is a warning, and the rest is written', () => {
  const file = step({ saveReport: denied });
  publish(complete, file.publisher);
  assert.deepEqual(file.warnings, [
    'The report file could not be written (EACCES: permission denied)',
  ]);
  assert.deepEqual([file.outputs[0]?.report, file.outputs[0]?.changed], ['', 'true']);
  assert.equal(file.summaries.length, 1);

  const outputs = step({ setOutputs: denied });
  publish(complete, outputs.publisher);
  assert.match(outputs.warnings.join(), /^The outputs report, changed and descriptor could not/);
  assert.deepEqual([outputs.files.length, outputs.summaries.length], [1, 1]);

  const summary = step({ appendSummary: denied });
  publish(complete, summary.publisher);
  assert.match(summary.warnings.join(), /^The job summary could not be written/);
  assert.deepEqual([summary.files.length, summary.outputs.length], [1, 1]);
});

test('a report that cannot be made is a warning', () => {
  const { files, outputs, summaries, warnings, publisher } = step();
  publish({ ...complete, startedAt: NaN }, publisher);
  assert.deepEqual([files, outputs, summaries], [[], [], []]);
  assert.match(warnings.join(), /^The report could not be written \(Invalid time value\)$/);
});
