import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotCondition } from './plot.ts';
import { SAMPLE_CELL } from './sample-cell.ts';

const WIDEST = 860 - 70 - 60;

test('a bar is as long as its median, by the longest of them', () => {
  const svg = plotCondition('ecr-like', [SAMPLE_CELL], []);
  const widths = [...svg.matchAll(/height="16" fill/g)];
  assert.equal(widths.length, 2);
  assert.match(svg, new RegExp(`width="${WIDEST}" height="16"`));
  assert.match(svg, new RegExp(`width="${WIDEST * 0.4}" height="16"`));
});

test('the bounds are lines across the bars: dashed side by side, dotted in turn', () => {
  const svg = plotCondition('ecr-like', [SAMPLE_CELL], []);
  assert.match(svg, new RegExp(`d="M${(70 + WIDEST * 0.125).toFixed(1)} .*"4 3"`));
  assert.match(svg, new RegExp(`d="M${70 + WIDEST * 0.25} .*"1 3"`));
});

test('a tool that failed is named as such, and text is escaped', () => {
  const svg = plotCondition('ecr-like', [SAMPLE_CELL], ['x < y']);
  assert.match(svg, /failed/);
  assert.match(svg, /a &lt;b> &amp; c/);
  assert.match(svg, /x &lt; y/);
});
