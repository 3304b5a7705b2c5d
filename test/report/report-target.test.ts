import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';
import type { LayerReport, PlannedReport, TargetReport } from '../../src/push/report.ts';
import type { ReportTarget } from '../../src/report/report-format.ts';
import { isChange, reportError, reportTarget, timeOf } from '../../src/report/report-target.ts';
import { config, mine, pushReport, REPOSITORY, targetReport, theirs } from './sample-report.ts';

const { image } = pushReport();
const MIB = 1024 * 1024;

function layer(digest: typeof mine, size: number, more: Partial<LayerReport>): LayerReport {
  return {
    descriptor: { mediaType: OCI_LAYER, digest, size },
    kind: 'missing',
    bytesOnWire: 0,
    startedAt: undefined,
    finishedAt: undefined,
    ...more,
  };
}

const sent = layer(mine, 3 * MIB, {
  kind: 'sent',
  bytesOnWire: 4 * MIB,
  startedAt: 0,
  finishedAt: 1500,
});
const present = layer(theirs, 5 * MIB, { kind: 'present' });
const missing = layer(config, MIB, {});

const PLANNED: PlannedReport = {
  repository: 'none',
  tags: [
    { tag: 'a', kind: 'create' },
    { tag: 'b', kind: 'move', from: theirs },
    { tag: 'c', kind: 'unchanged' },
    { tag: 'd', kind: 'put' },
    { tag: 'e', kind: 'skip', holder: theirs },
    { tag: 'f', kind: 'refuse', holder: undefined },
  ],
  manifests: [{ digest: mine, what: 'root image', tag: 'a' }],
};

const pushed = (given: Partial<TargetReport>): ReportTarget =>
  reportTarget(targetReport(given), { image, mode: 'push', isKept: true });
const wouldBe = (given: Partial<TargetReport>): ReportTarget =>
  reportTarget(targetReport(given), { image, mode: 'plan', isKept: true });

test('a repository has its names, and its page in the console', () => {
  assert.deepEqual(pushed({}).repository, {
    type: 'private',
    name: 'team/app',
    registryId: '012345678901',
    region: 'us-east-1',
    registry: '012345678901.dkr.ecr.us-east-1.amazonaws.com',
    uri: '012345678901.dkr.ecr.us-east-1.amazonaws.com/team/app',
    consoleUrl:
      'https://us-east-1.console.aws.amazon.com/ecr/repositories/private/012345678901/team/app?region=us-east-1',
  });
});

test('what is not known of a repository is left out', () => {
  const repository = { ...REPOSITORY, registryId: undefined, region: undefined };
  assert.deepEqual(pushed({ repository }).repository, { type: 'private', name: 'team/app' });
});

test('each tag has what became of it', () => {
  const { tags } = pushed({
    tags: [
      { tag: 'a', kind: 'created' },
      { tag: 'b', kind: 'moved', from: theirs },
      { tag: 'c', kind: 'skipped', holder: theirs },
      { tag: 'd', kind: 'refused', holder: undefined },
      { tag: 'e', kind: 'unsure' },
    ],
  });
  assert.deepEqual(tags, [
    { tag: 'a', outcome: 'created' },
    { tag: 'b', outcome: 'moved', from: theirs },
    { tag: 'c', outcome: 'left', holder: theirs },
    { tag: 'd', outcome: 'refused' },
    { tag: 'e', outcome: 'unsure' },
  ]);
});

test('in a plan, each tag has what would become of it', () => {
  const tags = PLANNED.tags.map(({ tag }) => ({ tag, kind: 'untouched' }) as const);
  assert.deepEqual(wouldBe({ planned: PLANNED, tags }).tags, [
    { tag: 'a', outcome: 'created' },
    { tag: 'b', outcome: 'moved', from: theirs },
    { tag: 'c', outcome: 'unchanged' },
    { tag: 'd', outcome: 'put' },
    { tag: 'e', outcome: 'left', holder: theirs },
    { tag: 'f', outcome: 'refused' },
  ]);
  assert.deepEqual(wouldBe({ tags }).tags[0], { tag: 'a', outcome: 'untouched' }, 'not asked');
});

for (const [step, exists, created] of [
  ['none', true, false],
  ['finish', true, false],
  ['create', false, true],
  ['await', false, false],
] as const) {
  test(`a plan to ${step} says whether the repository is there, and whether it would be created`, () => {
    const target = wouldBe({ planned: { ...PLANNED, repository: step } });
    assert.deepEqual([target.exists, target.created], [exists, created]);
  });
}

test('a push tells what happened, not what was planned', () => {
  const target = pushed({ planned: { ...PLANNED, repository: 'create' } });
  assert.deepEqual([target.exists, target.created, target.manifests], [undefined, false, []]);
});

test('a layer has its times and what made it, as the Dockerfile had it', () => {
  const instructions = new Map([[mine, 'RUN /bin/sh -c make # buildkit']]);
  const options = { image: { ...image, instructions }, mode: 'push', isKept: true } as const;
  assert.deepEqual(reportTarget(targetReport({ layers: [sent, present] }), options).layers, [
    {
      ...{ digest: mine, size: 3 * MIB, mediaType: OCI_LAYER, kind: 'sent' },
      bytesOnWire: 4 * MIB,
      startedAt: '1970-01-01T00:00:00.000Z',
      finishedAt: '1970-01-01T00:00:01.500Z',
      instruction: 'RUN make',
    },
    { digest: theirs, size: 5 * MIB, mediaType: OCI_LAYER, kind: 'present', bytesOnWire: 0 },
  ]);
});

test('the totals say what went, what was there and how much of it all that saved', () => {
  const layers = [sent, present, missing];
  assert.deepEqual(pushed({ layers, bytesUnfinished: 7, bytesOnWire: 9 }).totals, {
    sent: { layers: 1, bytes: 3 * MIB },
    present: { layers: 1, bytes: 5 * MIB },
    missing: { layers: 1, bytes: MIB },
    bytesUnfinished: 7,
    bytesOnWire: 9,
    savedPercent: 55.5,
  });
  assert.equal(pushed({}).totals.savedPercent, undefined);
  const nearly = [layer(mine, 9999, { kind: 'present' }), layer(theirs, 1, {})];
  assert.equal(pushed({ layers: nearly }).totals.savedPercent, 99.9, 'not all');
});

test('a target that failed has its error, and how far it came', () => {
  const error = new PushError('CONNECTION_LOST', 'gone', { hint: 'Run it again.' });
  const target = pushed({ error, layers: [sent, missing], tags: [] });
  assert.equal(target.status, 'failed');
  assert.equal(target.digest, undefined);
  assert.deepEqual(target.error, {
    code: 'CONNECTION_LOST',
    message: 'gone',
    hint: 'Run it again.',
  });
  assert.match(target.howFar ?? '', /^How far it came: 1 of 2 blobs/);
  assert.equal(wouldBe({ error }).howFar, undefined, 'a plan does not set out');
});

test('what is no error of this action is a bug, told without its stack', () => {
  const { code, message, hint } = reportError(new TypeError('x is not a function'));
  assert.equal(code, 'INTERNAL');
  assert.equal(message, 'x is not a function');
  assert.match(hint, /open an issue/);
});

test('a target that is complete says what its tags point to', () => {
  assert.equal(pushed({}).digest, image.descriptor.digest);
  assert.equal(pushed({ tags: [{ tag: 'a', kind: 'skipped', holder: theirs }] }).digest, theirs);
  assert.equal(wouldBe({}).digest, undefined);
});

const UNCHANGED = { tags: [{ tag: 'a', kind: 'unchanged' }], layers: [present] } as const;

for (const [what, given, expected] of [
  ['nothing', {}, false],
  ['a tag that was created', { tags: [{ tag: 'a', kind: 'created' }] }, true],
  ['a tag that may have moved', { tags: [{ tag: 'a', kind: 'unsure' }] }, true],
  ['a tag that was left', { tags: [{ tag: 'a', kind: 'skipped', holder: theirs }] }, false],
  ['a layer', { layers: [sent] }, true],
  ['a layer that is missing', { layers: [missing] }, false],
  ['a part of a layer', { bytesOnWire: 1 }, true],
  ['a manifest', { manifests: PLANNED.manifests }, true],
  ['the repository', { created: true }, true],
] as const) {
  test(`${what} is ${expected ? 'a' : 'no'} change`, () => {
    assert.equal(isChange(pushed({ ...UNCHANGED, ...given }), 'push'), expected);
  });
}

const NOTHING: PlannedReport = { repository: 'none', tags: [], manifests: [] };
const error = new PushError('TAG_IS_IMMUTABLE', 'held');

for (const [what, given, expected] of [
  ['nothing', {}, false],
  ['a layer that is missing', { layers: [missing] }, true],
  ['a manifest', { planned: { ...NOTHING, manifests: PLANNED.manifests } }, true],
  ['a tag', { planned: { ...NOTHING, tags: [{ tag: 'a', kind: 'create' }] } }, true],
  ['a push that would fail', { planned: PLANNED, layers: [missing], error }, false],
] as const) {
  test(`in a plan, ${what} is ${expected ? 'a' : 'no'} change`, () => {
    const target = wouldBe({ ...UNCHANGED, planned: NOTHING, ...given });
    assert.equal(isChange(target, 'plan'), expected);
  });
}

test('times are in UTC, to the millisecond', () => {
  assert.equal(timeOf(1_700_000_000_123), '2023-11-14T22:13:20.123Z');
});
