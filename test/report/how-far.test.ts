import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';
import type { LayerReport, TagReport } from '../../src/push/report.ts';
import { howFar, logHowFar } from '../../src/report/how-far.ts';
import { config, mine, pushReport, REPOSITORY, targetReport, theirs } from './sample-report.ts';

const MIB = 1024 * 1024;
const UNTOUCHED: TagReport = { tag: '1.0', kind: 'untouched' };

function layer(digest: typeof mine, mebibytes: number, kind: LayerReport['kind']): LayerReport {
  return {
    descriptor: { mediaType: OCI_LAYER, digest, size: mebibytes * MIB },
    kind,
    bytesOnWire: 0,
    startedAt: undefined,
    finishedAt: undefined,
  };
}

const layers = [layer(mine, 3, 'sent'), layer(theirs, 1, 'present'), layer(config, 9, 'missing')];
const manifests = [{ digest: mine, what: 'root image', tag: undefined }];
const START = 'How far it came: 2 of 3 blobs (4.0 MiB of 13.0 MiB) are there';
const END = 'Another run goes on from there';

test('it says what is there, and that no tag has moved', () => {
  const target = targetReport({ layers, tags: [UNTOUCHED] });
  assert.equal(howFar(target, true), `${START}; no tag has moved. ${END}`);
});

test('what has arrived of layers that are not complete is told', () => {
  const target = targetReport({ layers, tags: [UNTOUCHED], bytesUnfinished: 5 * MIB });
  assert.equal(
    howFar(target, true),
    `${START}, and 5.0 MiB of unfinished ones; no tag has moved. ${END}`,
  );
});

test('so are manifests, and the tags that moved or may have', () => {
  const tags: TagReport[] = [
    { tag: 'a', kind: 'created' },
    { tag: 'b', kind: 'moved', from: theirs },
    { tag: 'c', kind: 'put' },
    { tag: 'd', kind: 'unchanged' },
    { tag: 'e', kind: 'unsure' },
    UNTOUCHED,
  ];
  assert.equal(
    howFar(targetReport({ layers, manifests, tags }), true),
    `${START}; manifests put: 1; tags that moved: a, b, c, but e may have. ${END}`,
  );
  assert.equal(
    howFar(targetReport({ layers, tags: [{ tag: 'e', kind: 'unsure' }] }), true),
    `${START}; no tag has moved, but e may have. ${END}`,
  );
});

test('a push that ended before it sent anything says only that', () => {
  const nothing = 'Nothing was sent, and no tag has moved';
  for (const given of [[], [layer(theirs, 1, 'present'), layer(mine, 1, 'missing')]])
    assert.equal(howFar(targetReport({ layers: given, tags: [UNTOUCHED] }), true), nothing);
});

test('where nothing is kept for the next run, it begins anew what is not complete', () => {
  const target = targetReport({ layers, tags: [UNTOUCHED], bytesUnfinished: MIB });
  assert.match(howFar(target, false), /Another run sends the layers whole that are not there$/);
  assert.match(
    howFar(targetReport({ layers, tags: [] }), false),
    /Another run goes on from there$/,
  );
});

test('of a damaged layer nothing counts that was sent', () => {
  const error = new PushError('DIGEST_MISMATCH', 'damaged');
  const target = targetReport({ layers, tags: [UNTOUCHED], bytesUnfinished: MIB, error });
  assert.match(howFar(target, true), /Another run sends a damaged layer whole, once it is mended$/);
});

for (const [what, done] of Object.entries({
  'a layer': { layers: [layer(mine, 1, 'sent')] },
  'a part of one': { bytesUnfinished: 1 },
  'a manifest': { manifests },
  'a tag': { tags: [{ tag: '1.0', kind: 'created' }] },
} as const)) {
  test(`${what} is something`, () => {
    assert.match(howFar(targetReport({ tags: [UNTOUCHED], ...done }), true), /^How far it came: /);
  });
}

test('of several targets, those that failed are told, by name', () => {
  const infos: string[] = [];
  const error = new PushError('CANCELLED', 'cancelled');
  const log = { info: (line: string) => void infos.push(line), isKept: true };
  const elsewhere = { ...REPOSITORY, region: 'eu-west-1' };
  const failed = { repository: elsewhere, error, tags: [UNTOUCHED] };
  logHowFar(pushReport({}, failed), log);
  logHowFar(pushReport({ error, tags: [UNTOUCHED] }), log);
  assert.deepEqual(infos, [
    '[repository team/app of registry 012345678901 in eu-west-1] Nothing was sent, and no tag has moved',
    'Nothing was sent, and no tag has moved',
  ]);
});
