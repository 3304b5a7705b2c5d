import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withResults } from './document.ts';
import { geometricSizes, layoutSpecs, linearSpec } from './layouts.ts';
import { parseOptions } from './options.ts';
import { fitLine, median } from './results.ts';

test('a line through points on a line is that line', () => {
  const { slope, intercept, rSquared } = fitLine([
    [250, 760],
    [500, 1510],
    [1000, 3010],
  ]);
  assert.deepEqual(
    [slope, intercept, rSquared].map((value) => Number(value.toFixed(9))),
    [3, 10, 1],
  );
});

test('points that bend away from a line show in the fit', () => {
  const { rSquared } = fitLine([
    [250, 1],
    [500, 4],
    [1000, 16],
  ]);
  assert.ok(rSquared < 0.98, String(rSquared));
});

const medians = [
  { of: [3, 1, 2], is: 2 },
  { of: [4, 1, 2, 3], is: 2.5 },
  { of: [7], is: 7 },
];
for (const { of, is } of medians) {
  test(`the median of ${of.join(', ')} is ${is}`, () => {
    assert.equal(median(of), is);
  });
}

test('results take the place of those between the marks, and of nothing else', () => {
  const document = (inner: string) => `a\n<!-- bench: begin -->${inner}<!-- bench: end -->\nb\n`;
  assert.equal(withResults(document('\nold\n'), 'new'), document('\n\nnew\n\n'));
  assert.throws(() => withResults('no marks', 'new'), /lacks/);
});

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

test('options choose by name, and name what they do not know', () => {
  const options = parseOptions(['--layouts', 'twenty, one-gib', '--runs', '5']);
  assert.deepEqual(options.layouts, ['twenty', 'one-gib']);
  assert.equal(options.runs, 5);
  assert.throws(() => parseOptions(['--tools', 'crane,docker']), /unknown: docker/);
});
