import assert from 'node:assert/strict';
import { test } from 'node:test';
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
