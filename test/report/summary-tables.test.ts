import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toReportFile } from '../../src/report/report-file.ts';
import type { ReportMode, ReportTag, ReportTarget } from '../../src/report/report-format.ts';
import {
  layersTable,
  manifestsTable,
  tagsTable,
  targetsTable,
} from '../../src/report/summary-tables.ts';
import { parseMarkdown, wordsOf } from '../support/markdown.ts';
import { mine, theirs } from './sample-report.ts';
import { SAMPLES } from './sample-runs.ts';

const pushed = toReportFile(SAMPLES['a push of one layer']);
const planned = toReportFile(SAMPLES['a plan']);
const [target] = pushed.targets;
assert.ok(target);

/** The words of each cell, without the headings. */
function cellsOf(markdown: string): string[][] {
  const [table] = parseMarkdown(markdown).children;
  assert.ok(table?.type === 'table');
  return table.children
    .slice(1)
    .map(({ children }) => children.map((cell) => wordsOf(cell).replaceAll('\u00a0', ' ')));
}

const URI = '012345678901.dkr.ecr.us-east-1.amazonaws.com/team/app';

test('a repository has what was sent, what was there, and what that saved', () => {
  const row = [URI, 'complete', '1 blob, 1.0 MiB', '4 blobs, 9.0 MiB', '90 %', '18.0 s'];
  assert.deepEqual(cellsOf(targetsTable(pushed)), [row]);
});

test('in a plan it has what would be sent', () => {
  const row = [URI, 'can be pushed', '5 blobs, 10.0 MiB', 'nothing', '0 %', '18.0 s'];
  assert.deepEqual(cellsOf(targetsTable(planned)), [row]);
});

const error = { code: 'ACCESS_DENIED', message: 'no', hint: 'ask' };

for (const [mode, given, result] of [
  ['push', { created: true }, 'complete, created'],
  ['push', { error }, 'failed: ACCESS_DENIED'],
  ['plan', { created: true, exists: false }, 'would be created'],
  ['plan', { exists: false }, 'does not exist: a push fails unless ECR creates it'],
  ['plan', { error, exists: false }, 'would fail: ACCESS_DENIED'],
] as const) {
  test(`a ${mode} with ${JSON.stringify(given)} ends as "${result}"`, () => {
    const targets = [{ ...target, ...given }];
    assert.equal(cellsOf(targetsTable({ ...pushed, mode, targets }))[0]?.[1], result);
  });
}

test('a repository whose account is not known is told with its region', () => {
  const { uri, consoleUrl, ...repository } = target.repository;
  assert.ok(uri !== undefined && consoleUrl !== undefined);
  const targets = [{ ...target, repository }];
  const [[name] = []] = cellsOf(targetsTable({ ...pushed, targets }));
  assert.equal(name, 'team/app in us-east-1');
});

test('a layer that a push did not get to is told from one that it could not send', () => {
  const { startedAt, ...layer } = target.layers[0] ?? assert.fail();
  assert.ok(startedAt);
  const missing = { ...layer, kind: 'missing' } as const;
  const layers = [missing, { ...missing, startedAt }];
  const told = (mode: ReportMode): string[] =>
    cellsOf(layersTable({ ...target, layers }, mode)).map(([, , result = '']) => result);
  assert.deepEqual(told('push'), ['not reached', 'did not arrive']);
  assert.deepEqual(told('plan'), ['to send', 'to send']);
});

test('a repository without blobs saves nothing that could be told', () => {
  const { savedPercent, ...totals } = target.totals;
  assert.ok(savedPercent);
  assert.equal(cellsOf(targetsTable({ ...pushed, targets: [{ ...target, totals }] }))[0]?.[4], '');
});

const FATES: readonly [tag: ReportTag, says: string][] = [
  [{ tag: 'a', outcome: 'created' }, 'created'],
  [{ tag: 'a', outcome: 'moved', from: theirs }, `moved from ${theirs}`],
  [{ tag: 'a', outcome: 'unchanged' }, 'unchanged'],
  [{ tag: 'a', outcome: 'put' }, 'put; what it pointed to before is unknown'],
  [{ tag: 'a', outcome: 'left', holder: theirs }, `left: it is immutable and points to ${theirs}`],
  [{ tag: 'a', outcome: 'refused' }, 'refused: it is immutable and points to another image'],
];

for (const [tag, says] of FATES) {
  test(`a tag that is ${tag.outcome} was or would be "${says}"`, () => {
    const targets = [{ ...target, tags: [tag] }];
    assert.deepEqual(cellsOf(tagsTable({ ...pushed, targets })), [['a', says]]);
    assert.deepEqual(cellsOf(tagsTable({ ...planned, targets })), [['a', `would be ${says}`]]);
  });
}

test('tags that the push did not reach, or may have, are told apart', () => {
  const tags: ReportTag[] = [
    { tag: 'a', outcome: 'untouched' },
    { tag: 'b', outcome: 'unsure' },
  ];
  const [one, two] = cellsOf(tagsTable({ ...pushed, targets: [{ ...target, tags }] }));
  assert.match(one?.[1] ?? '', /^not reached: it points where it did$/);
  assert.match(two?.[1] ?? '', /^unsure: .*may point to this image$/);
});

test('tags of several repositories stand with their repository', () => {
  const tags: ReportTag[] = [{ tag: 'a', outcome: 'created' }];
  const targets: ReportTarget[] = [
    { ...target, tags },
    { ...target, repository: { type: 'private', name: 'other' }, tags },
  ];
  assert.deepEqual(cellsOf(tagsTable({ ...pushed, targets })), [
    ['a', URI, 'created'],
    ['a', 'other', 'created'],
  ]);
});

test('a layer that was sent has its time and rate, and every layer what made it', () => {
  const rows = cellsOf(layersTable(target, 'push'));
  assert.deepEqual(rows.slice(0, 2), [
    ['sha256:a32b217ef170', '1.0 MiB', 'sent in 1.5 s, 682.7 KiB/s', 'ADD alpine.tar.gz /'],
    ['sha256:8ea720af7d06', '2.0 MiB', 'already there', 'RUN make part-1'],
  ]);
  assert.equal(rows.at(-1)?.[3], 'application/vnd.oci.image.config.v1+json');
});

test('a layer that took no time has no rate', () => {
  const [layer] = target.layers;
  assert.ok(layer?.startedAt);
  const layers = [{ ...layer, finishedAt: layer.startedAt }];
  assert.equal(cellsOf(layersTable({ ...target, layers }, 'push'))[0]?.[2], 'sent in 0.0 s');
});

test('a layer that is missing did not arrive or, in a plan, would be sent', () => {
  const layers = target.layers.slice(0, 1).map((one) => ({ ...one, kind: 'missing' }) as const);
  assert.equal(cellsOf(layersTable({ ...target, layers }, 'push'))[0]?.[2], 'did not arrive');
  assert.equal(cellsOf(layersTable({ ...target, layers }, 'plan'))[0]?.[2], 'to send');
  const elsewhere = layers.map((one) => ({ ...one, kind: 'completed-elsewhere' }) as const);
  const [row] = cellsOf(layersTable({ ...target, layers: elsewhere }, 'push'));
  assert.equal(row?.[2], 'completed by another job');
});

test('manifests have what they are and their tag, and long tables say how much they leave out', () => {
  const put = { digest: mine, what: 'root image', tag: '1.0' };
  assert.deepEqual(cellsOf(manifestsTable([put])), [['root image', '1.0']]);
  const text = manifestsTable(Array.from({ length: 502 }, () => put));
  assert.equal(cellsOf(text).length, 500);
  assert.match(text, /\n\nand 2 more\.$/);
});
