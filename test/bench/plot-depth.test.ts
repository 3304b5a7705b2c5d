import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotDepth } from './plot-depth.ts';
import { summarize } from './results.ts';
import type { DepthPoint, DepthResults } from './results.ts';
import { SAMPLE_CELL } from './sample-cell.ts';

function pointOf(partsInFlight: number, wall: number | undefined, bound: number): DepthPoint {
  const [runs] = SAMPLE_CELL.tools;
  const summary = wall === undefined || !runs ? undefined : { ...summarize(runs), wall };
  return { partsInFlight, summary, bound };
}

const resultsOf = (...curve: DepthPoint[]): DepthResults => ({ title: 'a < b', curve, table: [] });

test('measured and bound are lines over the parts in flight, from 0 to the longest', () => {
  const svg = plotDepth(resultsOf(pointOf(1, 10, 8), pointOf(2, 6, 5), pointOf(3, 5, 0)), [
    'c < d',
  ]);
  assert.match(svg, /<path d="M60 101L415 200\.2L770 225" fill="none" stroke="#d9730d"/);
  assert.match(svg, /<path d="M60 150\.6L415 225L770 349" fill="none" stroke="#1f2430"/);
  assert.match(svg, />a &lt; b</);
  assert.match(svg, /c &lt; d/);
});

test('a depth that failed is named as such, and the others are drawn', () => {
  const svg = plotDepth(resultsOf(pointOf(1, 10, 8), pointOf(4, undefined, 4)), []);
  assert.match(svg, /failed/);
  assert.equal([...svg.matchAll(/<circle/g)].length, 1);
});
