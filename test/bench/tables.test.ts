import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_CELL } from './sample-cell.ts';
import { toMarkdown } from './tables.ts';

test('the tables compare the action with the bound and with the best of the others', () => {
  const markdown = toMarkdown({
    date: '2026-01-01',
    command: 'npm run bench',
    commit: 'abc1234',
    scale: 1,
    machine: '2 cores',
    tools: [
      { name: 'crane', version: '1.2.3' },
      { name: 'skopeo', version: undefined },
    ],
    bareNode: 0,
    cells: [SAMPLE_CELL],
    linearity: [],
    memory: [],
  });
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
