import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geometricSizes, layoutSpecs, linearSpec } from './layout-specs.ts';

test('twenty sizes go from the smallest to the largest by one ratio', () => {
  const sizes = geometricSizes(20, 0.1, 400);
  assert.equal(sizes.length, 20);
  assert.equal(sizes[0], 0.1);
  assert.ok(Math.abs((sizes[19] ?? 0) - 400) < 1e-9);
});

test('the changed image has 19 layers of the image before it', () => {
  const { 'one-changed': changed, twenty } = layoutSpecs();
  const name = (layer: object) => JSON.stringify(layer);
  const before = new Set(twenty.images[0]?.map(name));
  assert.equal(before.size, 20);
  assert.equal(changed.images[0]?.filter((layer) => before.has(name(layer))).length, 19);
});

test('an index of 1,000 blobs has 992 layers and 8 configs', () => {
  const { images } = linearSpec(1000);
  assert.equal(images.length, 8);
  assert.equal(images.flat().length, 992);
});
