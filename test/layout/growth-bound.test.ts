import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthBound, MAX_GROWTH, MIN_GROWTH_BOUND } from '../../src/layout/growth-bound.ts';

const GIB = 1024 ** 3;

const bounds: readonly [packed: number, free: number, bytes: number, reason: RegExp][] = [
  [1, 100 * GIB, MIN_GROWTH_BOUND, /compressed tar of 1 bytes/],
  [MIN_GROWTH_BOUND / MAX_GROWTH, 100 * GIB, MIN_GROWTH_BOUND, /compressed tar/],
  [GIB, 1000 * GIB, MAX_GROWTH * GIB, /compressed tar/],
  [GIB, 20 * GIB, 20 * GIB, /disk/],
  [1, 1000, 1000, /disk/],
];

for (const [packed, free, bytes, reason] of bounds) {
  test(`${packed} bytes may become ${bytes} where ${free} are free`, () => {
    const bound = growthBound(packed, free);
    assert.equal(bound.bytes, bytes);
    assert.match(bound.reason, reason);
  });
}

test('what gzip makes of zeros is beyond the bound, what it makes of an image is not', () => {
  const packed = 100 * 1024 ** 2;
  const { bytes } = growthBound(packed, Infinity);
  assert.ok(1000 * packed > bytes && 20 * packed < bytes);
});
