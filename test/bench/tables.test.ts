import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_CELL } from './sample-cell.ts';
import type { Cell, Results } from './results.ts';
import { toMarkdown } from './tables.ts';

const RESULTS: Results = {
  date: '2026-01-01',
  command: 'npm run bench',
  commit: 'abc1234',
  scale: 1,
  machine: '2 cores',
  tools: [
    { name: 'crane', version: '1.2.3' },
    { name: 'skopeo', version: undefined },
    { name: 'before', version: undefined },
  ],
  bareNode: 0,
  cells: [SAMPLE_CELL],
  linearity: [],
  memory: [],
};

test('the tables compare the action with the bound and with the best of the others', () => {
  const markdown = toMarkdown(RESULTS);
  assert.match(
    markdown,
    /\| 8\.00 \| 5\.00 \| 1\.60 \| 6\.00 \(2\) \| 20\.0 \(crane\) \| 0\.40 \| – \| – \|/,
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
  const markdown = toMarkdown({ ...RESULTS, cells: [cell] });
  assert.match(markdown, /20\.0 \(crane\)/);
  assert.match(markdown, /\| a <b> & c \| ecr-like \| 2\.00 \| 1\.00 \| 1\.00 \| 1\.00 \|/);
  assert.doesNotMatch(toMarkdown(RESULTS), /before/);
});
