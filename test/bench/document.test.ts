import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withResults } from './document.ts';

test('results take the place of those between the marks, and of nothing else', () => {
  const document = (inner: string) => `a\n<!-- bench: begin -->${inner}<!-- bench: end -->\nb\n`;
  assert.equal(withResults(document('\nold\n'), 'new'), document('\n\nnew\n\n'));
  assert.throws(() => withResults('no marks', 'new'), /lacks/);
});
