import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_CELL, SAMPLE_DEPTH, SAMPLE_RESULTS } from './sample-cell.ts';
import type { Cell } from './results.ts';
import { toMarkdown } from './tables.ts';

test('the tables compare the action with the bound and with the best of the others', () => {
  const markdown = toMarkdown(SAMPLE_RESULTS);
  assert.match(
    markdown,
    /\| 8\.00 \| 5\.00 \| 1\.60 \| 2\.50 \| 3\.20 \| 6\.00 \(2\) \| 20\.0 \(crane\) \| 0\.40 \| – \| – \|/,
  );
  assert.match(markdown, /skopeo \*\*not installed\*\*/);
  assert.match(markdown, /\| a <b> & c \| oras \| 0 \| failed \|/);
  assert.match(
    markdown,
    /\| action \| 3 \| 8\.00 \| 7\.00–10\.0 \| 1\.00 \| 100 \| 1\.0 \| 7 \| 2 \|/,
  );
});

test('a build to compare with is no rival: the ratios to it have a table of their own', () => {
  const [action, ...rivals] = SAMPLE_CELL.tools;
  const before = { tool: 'before', runs: (action?.runs ?? []).map((run) => ({ ...run, wall: 4 })) };
  const cell = { ...SAMPLE_CELL, tools: [...(action ? [action] : []), before, ...rivals] } as Cell;
  const markdown = toMarkdown({ ...SAMPLE_RESULTS, cells: [cell] });
  assert.match(markdown, /20\.0 \(crane\)/);
  assert.match(markdown, /\| a <b> & c \| ecr-like \| 2\.00 \| 1\.00 \| 1\.00 \| 1\.00 \|/);
  assert.doesNotMatch(toMarkdown(SAMPLE_RESULTS), /before/);
});

test('depths are shown with their bounds, and with what failed', () => {
  const markdown = toMarkdown({ ...SAMPLE_RESULTS, depth: SAMPLE_DEPTH });
  assert.match(
    markdown,
    /\| 1 \| 8\.00 \| 7\.00–10\.0 \| 5\.00 \| 1\.60 \| 1 \| 2 \| 1\.00 \| 100 \|/,
  );
  assert.match(markdown, /\| 2 \| failed \| – \| 2\.50 \|/);
  assert.match(
    markdown,
    /\| 28 MiB\/s \| 20 ms \| 8\.00 \| 5\.00 \| 4\.00 \| 2\.50 \| 0\.50 \| 1 \|/,
  );
  assert.match(markdown, /\| 5 MiB\/s \| 80 ms \| 8\.00 \| 5\.00 \| failed \| 2\.50 \| – \| – \|/);
});
