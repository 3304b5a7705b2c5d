import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import type { LayerReport } from '../../src/push/report.ts';
import { skipped, uploaded } from '../../src/report/layers.ts';

function layer(kind: LayerReport['kind'], size: number): LayerReport {
  return {
    descriptor: { mediaType: 'layer', digest: digestOf(Buffer.from(`${kind}${size}`)), size },
    kind,
    // Never what is counted.
    bytesOnWire: 7,
    startedAt: undefined,
    finishedAt: undefined,
  };
}

const all = [
  layer('sent', 1000),
  layer('sent', 2000),
  layer('present', 100),
  layer('completed-elsewhere', 20),
  layer('missing', 5),
];

test('what this run sent counts as uploaded, in bytes of the layers', () => {
  assert.deepEqual(uploaded(all), { blobs: 2, bytes: 3000 });
});

test('what was there, and what another job completed, counts as skipped', () => {
  assert.deepEqual(skipped(all), { blobs: 2, bytes: 120 });
});

test('what is missing counts as neither', () => {
  const missing = [layer('missing', 5)];
  assert.deepEqual([uploaded(missing), skipped(missing)], Array(2).fill({ blobs: 0, bytes: 0 }));
});

test('nothing adds up to nothing', () => {
  assert.deepEqual([uploaded([]), skipped([])], Array(2).fill({ blobs: 0, bytes: 0 }));
});
