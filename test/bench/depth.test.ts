import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf } from './depth.ts';
import { SAMPLE_CELL } from './sample-cell.ts';

const [ACTION] = SAMPLE_CELL.tools;

test('pushes with one part at once are a measurement of no more than one', () => {
  assert.equal(summaryOf(ACTION, 1)?.wall, 8);
  assert.equal(summaryOf(ACTION, 'auto')?.wall, 8);
  assert.equal(summaryOf(ACTION, 2), undefined);
  const runs = (ACTION?.runs ?? []).map((run) => ({
    ...run,
    counts: { ...run.counts, partsAtOnce: 2 },
  }));
  assert.equal(summaryOf({ tool: 'action', runs }, 4)?.partsAtOnce, 2);
});

test('pushes that failed are none', () => {
  assert.equal(summaryOf(SAMPLE_CELL.tools[2], 1), undefined);
  assert.equal(summaryOf(undefined, 1), undefined);
});
