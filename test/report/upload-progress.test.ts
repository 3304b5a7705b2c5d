import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PushEvent } from '../../src/push/events.ts';
import { UploadProgress } from '../../src/report/upload-progress.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { finished, layersOf, plannedTo, progress, started } from './sample-events.ts';

const [first, second, third] = layersOf(1000, 200, 30);
if (!first || !second || !third) throw new Error('there are three');
const planned = plannedTo([first, second, third]);

function after(...events: readonly PushEvent[]) {
  const uploads = new UploadProgress(() => 0);
  for (const event of events) uploads.note('', event);
  return uploads.state;
}

const NOTHING = { blobs: 0, finished: 0, total: 0, bytes: 0, sent: 0, retries: 0, underWay: [] };
const PLANNED = { ...NOTHING, blobs: 3, total: 1230 };
const underWay = { digest: first.digest, size: 1000 };
const retried: PushEvent = {
  kind: 'retried',
  what: first.digest,
  notice: { name: 'layer', attempt: 2, attempts: 3, wait: 0 },
};

const cases: readonly [string, readonly PushEvent[], object][] = [
  ['nothing is planned', [], NOTHING],
  ['nothing has begun', [planned], PLANNED],
  ['all is planned again', [planned, planned], PLANNED],
  [
    'a layer is under way',
    [planned, started(first), progress(first, 300), progress(first, 400)],
    { ...PLANNED, bytes: 400, sent: 400, underWay: [{ ...underWay, bytes: 400 }] },
  ],
  [
    'a layer goes on where an earlier run ended: that was not sent by this one',
    [planned, started(first, 600), progress(first, 700)],
    { ...PLANNED, bytes: 700, sent: 100, underWay: [{ ...underWay, bytes: 700 }] },
  ],
  [
    'a layer is there',
    [planned, started(first), progress(first, 400), finished(first)],
    { ...PLANNED, bytes: 1000, sent: 1000, finished: 1 },
  ],
  [
    'another job has completed a layer: the rest was not sent',
    [planned, started(first), progress(first, 400), finished(first, 'completed-elsewhere')],
    { ...PLANNED, bytes: 1000, sent: 400, finished: 1 },
  ],
  [
    'a layer is sent again from its start',
    [planned, started(first), progress(first, 400), retried, progress(first, 100)],
    { ...PLANNED, bytes: 100, sent: 500, retries: 1, underWay: [{ ...underWay, bytes: 100 }] },
  ],
  [
    'a layer that was there is sent again, after all',
    [plannedTo([]), started(first), progress(first, 400)],
    {
      ...NOTHING,
      ...{ blobs: 1, total: 1000, bytes: 400, sent: 400 },
      underWay: [{ ...underWay, bytes: 400 }],
    },
  ],
  [
    'the target has failed: what did not arrive never will',
    [planned, started(first), progress(first, 400), finished(second), { kind: 'target-failed' }],
    { ...PLANNED, blobs: 1, total: 200, bytes: 200, sent: 600, finished: 1 },
  ],
];

for (const [what, events, expected] of cases) {
  test(`uploads are added up where ${what}`, () => assert.deepEqual(after(...events), expected));
}

test('the same layer to two repositories counts twice', () => {
  const uploads = new UploadProgress(() => 0);
  for (const target of ['[a] ', '[b] ']) uploads.note(target, planned);
  uploads.note('[b] ', finished(first));
  uploads.noteRetry();
  const all = { blobs: 6, total: 2460, bytes: 1000, sent: 1000, finished: 1, retries: 1 };
  assert.deepEqual(uploads.state, { ...NOTHING, ...all });
});

test('those under way come in the order in which they began', () => {
  const clock = new FakeClock();
  const uploads = new UploadProgress(clock.now);
  uploads.note('', planned);
  for (const layer of [third, first, second]) {
    uploads.note('', started(layer));
    clock.pass(1);
  }
  assert.deepEqual(
    uploads.state.underWay.map(({ digest }) => digest),
    [third, first, second].map(({ digest }) => digest),
  );
});

test('of a layer that is there, it is told how long that took', () => {
  const clock = new FakeClock();
  const uploads = new UploadProgress(clock.now);
  uploads.note('', planned);
  clock.pass(500);
  assert.equal(uploads.note('', started(first, 600)), undefined);
  clock.pass(1500);
  const told = { layer: first, kind: 'sent', from: 600, took: 1500 };
  assert.deepEqual(uploads.note('', finished(first)), told);
  const elsewhere = { layer: second, kind: 'completed-elsewhere', from: 0, took: 0 };
  assert.deepEqual(uploads.note('', finished(second, 'completed-elsewhere')), elsewhere);
});
