import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUploading, progressLine, type ProgressState } from '../../src/report/progress.ts';
import { MIB } from './sample-events.ts';

const NO_UPLOADS = { blobs: 0, finished: 0, total: 0, bytes: 0, sent: 0, retries: 0, underWay: [] };
const SOME = { ...NO_UPLOADS, blobs: 40, finished: 12, total: 400 * MIB, bytes: 100 * MIB };

const cases: readonly [Partial<ProgressState>, string][] = [
  [
    { uploads: SOME, rate: 10 * MIB },
    'Uploading: 25 %, 100.0 MiB of 400.0 MiB, 10.0 MiB/s, about 30 s left, 12 of 40 blobs done',
  ],
  [
    { uploads: { ...SOME, retries: 3 }, rate: undefined },
    'Uploading: 25 %, 100.0 MiB of 400.0 MiB, 12 of 40 blobs done, 3 retries',
  ],
  [
    { uploads: { ...NO_UPLOADS, blobs: 1, total: 5, retries: 1 } },
    'Uploading: 0 %, 0 B of 5 B, 0 of 1 blob done, 1 retry',
  ],
  [{ phase: 'Read the layout', elapsed: 65_000 }, 'Read the layout: still at work after 1 min 5 s'],
  [{ phase: undefined, elapsed: 5000 }, 'still at work after 5.0 s'],
  [
    { uploads: { ...SOME, finished: 40, retries: 2 }, elapsed: 9000 },
    'Push: still at work after 9.0 s, 2 retries',
  ],
];

for (const [state, line] of cases) {
  test(`progress is told as: ${line}`, () => {
    const all = { phase: 'Push', elapsed: 0, uploads: NO_UPLOADS, rate: undefined, ...state };
    assert.equal(progressLine(all), line);
    assert.equal(isUploading(all), line.startsWith('Uploading'));
  });
}
