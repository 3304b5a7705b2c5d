import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotCondition } from './plot.ts';
import type { Run } from './push-once.ts';
import type { Cell } from './results.ts';
import { toMarkdown } from './tables.ts';

function runOf(wall: number): Run {
  return {
    wall,
    cpu: 1,
    peakMemory: 100e6,
    startedAt: 0,
    output: '',
    startUp: 0.1,
    sinkCpu: 0.1,
    counts: {
      requests: 7,
      calls: {},
      bytesReceived: 1e6,
      bytesSent: 1e3,
      connections: 2,
      firstRequestAt: 0,
      refusals: 0,
    },
  };
}

const CELL: Cell = {
  condition: 'ecr-like',
  layout: 'test',
  title: 'a <b> & c',
  bound: { ecr: 5, ecrWithQuotas: 5, oci: 4 },
  boundAsOpened: 6,
  tools: [
    { tool: 'action', runs: [runOf(7), runOf(10), runOf(8)] },
    { tool: 'crane', runs: [runOf(20)] },
    { tool: 'oras', runs: [], failure: 'it could not' },
  ],
};

const WIDEST = 860 - 70 - 60;

test('a bar is as long as its median, by the longest of them', () => {
  const svg = plotCondition('ecr-like', [CELL], []);
  const widths = [...svg.matchAll(/height="16" fill/g)];
  assert.equal(widths.length, 2);
  assert.match(svg, new RegExp(`width="${WIDEST}" height="16"`));
  assert.match(svg, new RegExp(`width="${WIDEST * 0.4}" height="16"`));
});

test('the bound is a line across the bars', () => {
  assert.match(plotCondition('ecr-like', [CELL], []), new RegExp(`d="M${70 + WIDEST * 0.25} `));
});

test('a tool that failed is named as such, and text is escaped', () => {
  const svg = plotCondition('ecr-like', [CELL], ['x < y']);
  assert.match(svg, /failed/);
  assert.match(svg, /a &lt;b> &amp; c/);
  assert.match(svg, /x &lt; y/);
});

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
    cells: [CELL],
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
