import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayerReport } from '../../src/push/report.ts';
import { sentOrMissing, uncompressedWarning } from '../../src/report/uncompressed.ts';
import { layersOf, MIB } from './sample-events.ts';
import { pushReport } from './sample-report.ts';

const layers = layersOf(...Array<number>(5).fill(200 * MIB));
const [first, second, third, fourth] = layers;
const short = layers.map(({ digest }) => digest.slice(0, 19));

test('one layer is named, with what would be saved', () => {
  assert.equal(
    uncompressedWarning(
      { layers: layers.slice(0, 1), bytes: 200 * MIB, saved: 120.4 * MIB },
      false,
    ),
    `1 large layer is not compressed (${short[0]}): gzip would save about 120.4 MiB of 200.0 MiB. Let the build compress it, as docker buildx does unless it is told compression=uncompressed`,
  );
});

test('several layers are one warning, and the input that asked for it is named', () => {
  assert.equal(
    uncompressedWarning({ layers, bytes: 1000 * MIB, saved: 500 * MIB }, true),
    `5 large layers are not compressed (${short.slice(0, 3).join(', ')} and 2 more): gzip would save about 500.0 MiB of 1000.0 MiB. Let the build compress them, as docker buildx does unless it is told compression=uncompressed; with docker save, leave out layer-compression: none`,
  );
});

test('what was sent or is missing anywhere counts, once', () => {
  const as = (kind: LayerReport['kind'], descriptor: LayerReport['descriptor'] | undefined) => {
    assert.ok(descriptor);
    const times = { startedAt: undefined, finishedAt: undefined };
    return { descriptor, kind, bytesOnWire: 0, ...times };
  };
  const report = pushReport(
    { layers: [as('sent', first), as('present', second), as('completed-elsewhere', third)] },
    { layers: [as('sent', first), as('missing', fourth)] },
  );
  assert.deepEqual(sentOrMissing(report), [first, fourth]);
});
