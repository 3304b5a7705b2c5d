import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentWith, withResults } from './document.ts';
import type { Results } from './results.ts';
import { SAMPLE_DEPTH, SAMPLE_RESULTS } from './sample-cell.ts';

test('results take the place of those between the marks, and of nothing else', () => {
  const document = (inner: string) => `a\n<!-- bench: begin -->${inner}<!-- bench: end -->\nb\n`;
  assert.equal(withResults(document('\nold\n'), 'new'), document('\n\nnew\n\n'));
  assert.throws(() => withResults('no marks', 'new'), /lacks/);
});

const PLACE = '<!-- bench: begin -->old<!-- bench: end -->';
const DEPTH_PLACE = '<!-- bench depth: begin -->old<!-- bench depth: end -->';
const NOTHING = { ...SAMPLE_RESULTS, cells: [] };

test('what was not measured stays as it is', () => {
  const document = `${PLACE}\n${DEPTH_PLACE}`;
  assert.equal(documentWith(document, NOTHING), document);
  const depthOnly = documentWith(document, { ...NOTHING, depth: SAMPLE_DEPTH });
  assert.ok(depthOnly.startsWith(PLACE));
  assert.match(depthOnly, /bench depth: begin -->\n\nMeasured on [^]*parts in flight/);
  assert.ok(documentWith(document, SAMPLE_RESULTS).endsWith(DEPTH_PLACE));
});

test('results over depth stand with the others where they have no place of their own', () => {
  const results: Results = { ...SAMPLE_RESULTS, depth: SAMPLE_DEPTH };
  assert.match(documentWith(PLACE, results), /performance-ecr-like[^]*performance-depth/);
  assert.equal(documentWith(PLACE, { ...NOTHING, depth: SAMPLE_DEPTH }), PLACE);
});
