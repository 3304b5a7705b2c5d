import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import type { LayerReport, PlannedReport } from '../../src/push/report.ts';
import { asIfPushed } from '../../src/report/as-if-pushed.ts';
import { toOutputs } from '../../src/report/outputs.ts';
import { config, mine, pushReport, theirs } from './sample-report.ts';

const HOST = '012345678901.dkr.ecr.us-east-1.amazonaws.com';

const layers = (['missing', 'present'] as const).map((kind, at): LayerReport => {
  const descriptor = { mediaType: OCI_LAYER_GZIP, digest: [theirs, config][at] ?? mine, size: 10 };
  return { descriptor, kind, bytesOnWire: 0, startedAt: undefined, finishedAt: undefined };
});

const planned: PlannedReport = {
  repository: 'create',
  tags: [
    { tag: 'new', kind: 'create' },
    { tag: 'moving', kind: 'move', from: theirs },
    { tag: 'same', kind: 'unchanged' },
    { tag: 'unseen', kind: 'put' },
    { tag: 'held', kind: 'skip', holder: theirs },
    { tag: 'taken', kind: 'refuse', holder: theirs },
  ],
  manifests: [{ digest: mine, what: 'root image', tag: 'new' }],
};

test('a plan becomes the report of the push that it plans', () => {
  const [target] = asIfPushed(pushReport({ planned, layers })).targets;
  assert.equal(target?.created, true);
  assert.deepEqual(
    target.layers.map(({ kind }) => kind),
    ['sent', 'present'],
  );
  assert.deepEqual(target.tags, [
    { tag: 'new', kind: 'created' },
    { tag: 'moving', kind: 'moved', from: theirs },
    { tag: 'same', kind: 'unchanged' },
    { tag: 'unseen', kind: 'put' },
    { tag: 'held', kind: 'skipped', holder: theirs },
    { tag: 'taken', kind: 'refused', holder: theirs },
  ]);
  assert.deepEqual(target.manifests, planned.manifests);
});

test('the outputs of a plan name what would be pushed', () => {
  const tags = planned.tags.slice(0, 2);
  const outputs = toOutputs(asIfPushed(pushReport({ planned: { ...planned, tags }, layers })));
  assert.equal(outputs.digest, mine);
  assert.equal(outputs['registry-paths'], `${HOST}/team/app:new,${HOST}/team/app:moving`);
  assert.equal(outputs['layers-uploaded'], 1);
  assert.equal(outputs['layers-skipped'], 1);
});

test('a target that would fail, or of which nothing is known, stays as it is', () => {
  const error = new PushError('TAG_IS_IMMUTABLE', 'tag v1');
  const report = pushReport({ planned, layers, error }, { planned: undefined, layers });
  assert.deepEqual(asIfPushed(report), report);
});
