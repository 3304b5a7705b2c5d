import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PushError } from '../../src/errors.ts';
import { toReportFile } from '../../src/report/report-file.ts';
import type { ReportFile, ReportTarget } from '../../src/report/report-format.ts';
import { toSummary } from '../../src/report/summary.ts';
import { assertGolden } from '../support/golden.ts';
import { hostileText } from '../support/hostile-text.ts';
import { parseMarkdown, shapeOf, wordsOf } from '../support/markdown.ts';
import { pushReport } from './sample-report.ts';
import { SAMPLES, sampleRun } from './sample-runs.ts';

const MIB = 1024 * 1024;

const summaryOf = (name: keyof typeof SAMPLES): string => toSummary(toReportFile(SAMPLES[name]));

/** What a reader finds first. */
function headingOf(report: ReportFile): string {
  const [heading] = parseMarkdown(toSummary(report)).children;
  assert.ok(heading?.type === 'heading');
  return wordsOf(heading);
}

test('the summaries of every kind of push are as someone read them', async () => {
  const { 'a push of 200 layers': long, ...others } = SAMPLES;
  assert.ok(long);
  const sections = Object.entries(others).map(([name, run]) => {
    const summary = toSummary(toReportFile(run));
    const fence = summary.includes('```') ? '````' : '```';
    return `## ${name}\n\n${fence}text\n${summary}${fence}\n`;
  });
  const text = `# Job summaries\n\n${sections.join('\n')}`;
  await assertGolden(new URL('summary.golden.md', import.meta.url), text);
});

for (const [name, heading] of [
  ['a first push', 'Pushed: team/app:1.0'],
  ['a push that changed nothing', 'Nothing to push: team/app:1.0'],
  ['a push of one layer', 'Pushed: team/app:1.0, team/app:latest, team/app:v1 and 1 more'],
  [
    'a push to three repositories of which one failed',
    'Push failed for 1 of 3 repositories: team/app:1.0, team/locked:1.0',
  ],
  ['a plan', 'Plan of a push: team/app:1.0, team/app:latest'],
  ['a plan that would fail', 'The push would fail: team/app:1.0'],
  ['a push that lost the network', 'Push failed: team/app:1.0'],
  ['a push that was cancelled', 'Push cancelled: team/app:1.0'],
  ['a run without a layout', 'Push failed'],
] as const) {
  test(`${name} is headed "${heading}"`, () => {
    assert.equal(headingOf(toReportFile(SAMPLES[name])), heading);
  });
}

test('a push that one failure stopped for all has failed, and was not cancelled', () => {
  const stopped = new PushError('CANCELLED', 'Stopped because another repository failed');
  const denied = new PushError('ACCESS_DENIED', 'no');
  const report = pushReport({ error: stopped }, { error: denied });
  assert.match(headingOf(toReportFile(sampleRun({ report }))), /^Push failed:/);
});

test('a failure says what failed, why, what to do, how far it came and how to go on', () => {
  const text = wordsOf(parseMarkdown(summaryOf('a push that lost the network')));
  for (const says of [
    'CONNECTION_LOST',
    'UploadLayerPart: the connection was lost',
    'Run the step again',
    '2 of 5 blobs (3.0 MiB of 10.0 MiB) are there, and 2.0 MiB of unfinished ones',
    'Another run goes on from there',
  ])
    assert.ok(text.includes(says), says);
});

test('a failure before the push says what it can', () => {
  const summary = summaryOf('a run without a layout');
  assert.match(summary, /LAYOUT_NOT_FOUND/);
  assert.doesNotMatch(summary, /undefined|\| ---/);
});

test('a push that is complete but for its outputs is told as one', () => {
  const error = new PushError('OUTPUTS_LOST', 'no room');
  for (const [mode, verdict] of [
    ['push', 'Pushed'],
    ['plan', 'Planned'],
  ] as const) {
    const run = sampleRun({ mode, report: pushReport({}), error });
    assert.match(headingOf(toReportFile(run)), new RegExp(`^${verdict}, but the outputs are lost`));
  }
});

test('retries are told, if there were any', () => {
  const says = 'Retries: 3, 2 of them because ECR throttled the push.';
  assert.ok(summaryOf('a first push').includes(says));
  assert.ok(summaryOf('a push that lost the network').includes('Retries: 40.'));
  const report = pushReport({ retries: 2, throttles: 2 });
  const all = 'Retries: 2, because ECR throttled the push.';
  assert.ok(toSummary(toReportFile(sampleRun({ report }))).includes(all));
  assert.doesNotMatch(summaryOf('a push that changed nothing'), /Retries/);
});

test('a table of many layers is folded', () => {
  assert.match(summaryOf('a first push'), /^### Layers$/m);
  assert.doesNotMatch(summaryOf('a push of 200 layers'), /^### Layers$/m);
  assert.match(summaryOf('a push of 200 layers'), /<summary>201 blobs<\/summary>/);
});

test('several pushes append, each under its own heading', () => {
  const two = summaryOf('a first push') + summaryOf('a push that changed nothing');
  const headings = parseMarkdown(two).children.filter(
    (node) => node.type === 'heading' && node.depth === 2,
  );
  assert.equal(headings.length, 2);
});

const failing = toReportFile(SAMPLES['a push to three repositories of which one failed']);
const { image } = failing;
const [complete, , failed] = failing.targets;
assert.ok(complete && failed && image);
const [first, last, { descriptor }] = [complete, failed, image];

/** A report whose every text from outside is one of these. */
function reportOf(text: (at: number) => string): ReportFile {
  const worded = (target: ReportTarget, from: number): ReportTarget => ({
    ...target,
    repository: {
      ...target.repository,
      name: text(from),
      region: text(from + 1),
      uri: text(from + 2),
      consoleUrl: `https://e.example/${encodeURIComponent(text(from).toWellFormed())}`,
    },
    tags: target.tags.map((tag, at) => ({ ...tag, tag: text(from + 3 + at) })),
    layers: target.layers.map((layer, at) => ({
      ...layer,
      ...(at % 2 === 0 ? { mediaType: text(from + at) } : { instruction: text(from + at) }),
    })),
    manifests: target.manifests.map((put) => ({ ...put, what: text(from + 4), tag: text(from) })),
  });
  const error = { code: 'ACCESS_DENIED', message: text(5), hint: text(6) };
  return {
    ...failing,
    error,
    warnings: [text(9), text(10)],
    image: {
      descriptor: {
        ...descriptor,
        mediaType: text(1),
        platform: { os: text(2), architecture: text(3), variant: text(4), 'os.version': text(5) },
      },
    },
    targets: [worded(first, 0), { ...worded(last, 7), error, howFar: text(8) }],
  };
}

test('whatever tags, names, instructions and messages are, the summary is built the same', () => {
  const harmless = shapeOf(parseMarkdown(toSummary(reportOf((at) => `text ${at}`))));
  assert.ok(harmless.includes('tableCell') && harmless.includes('link'));
  const texts = fc.array(hostileText, { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(texts, (given) => {
      const summary = toSummary(reportOf((at) => `${given[at % 16] ?? ''}${at}`));
      assert.equal(shapeOf(parseMarkdown(summary)), harmless);
    }),
    { numRuns: 100 },
  );
});

for (const [number, kind, shown] of [
  [1, 'paragraph', 'Warning: number 0'],
  [2, 'list', 'number 1'],
  [12, 'list', 'number 11'],
] as const) {
  test(`${number} warnings are shown, in a ${kind}`, () => {
    const warnings = Array.from({ length: number }, (_, at) => `number ${at}`);
    const { children } = parseMarkdown(toSummary({ ...failing, warnings }));
    assert.ok(children.some((part) => part.type === kind && wordsOf(part).includes(shown)));
  });
}

test('more warnings are folded, and what is too many is counted', () => {
  const warnings = Array.from({ length: 103 }, (_, at) => `number ${at}`);
  const summary = toSummary({ ...failing, warnings });
  assert.match(summary, /<summary>103 warnings<\/summary>/);
  assert.match(summary, /\n- number 99\n\nand 3 more\.\n/);
});

/** As large as it may be: everything that can be long is. */
function huge(): ReportFile {
  const [layer] = first.layers;
  assert.ok(layer);
  const nasty = '<|&|>'.repeat(1000);
  const target: ReportTarget = {
    ...first,
    status: 'failed',
    error: { code: 'ACCESS_DENIED', message: nasty, hint: nasty },
    tags: Array.from({ length: 1000 }, (_, at) => ({ tag: `${at}${nasty}`, outcome: 'created' })),
    layers: Array.from({ length: 1000 }, () => ({ ...layer, instruction: nasty })),
    manifests: Array.from({ length: 1000 }, () => ({ digest: layer.digest, what: nasty })),
  };
  const warnings = Array.from({ length: 1000 }, () => nasty);
  const targets = Array.from({ length: 60 }, () => target);
  return { ...failing, status: 'failed', warnings, targets };
}

test('the summary takes no more than GitHub does, and says if something is left out', () => {
  const summary = toSummary(huge());
  assert.ok(Buffer.byteLength(summary) <= MIB);
  assert.match(summary, /^## Push failed/);
  assert.match(summary, /What to do/);
  assert.match(summary, /And 40 more failed\./);
  assert.match(summary, /\n\nMore is in the report file: .*\n$/);
  const count = (text: string): number => summary.split(text).length;
  assert.equal(count('<details>'), count('</details>'), 'whole parts');
  for (const [name, run] of Object.entries(SAMPLES)) {
    const sample = toSummary(toReportFile(run));
    assert.ok(Buffer.byteLength(sample) < MIB / 10, name);
    assert.doesNotMatch(sample, /More is in the report file/);
  }
});
