import type { Run } from './push-once.ts';
import type { Cell } from './results.ts';

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
      earlyRefusals: 0,
      bodyTimeouts: 0,
      brokenOff: 0,
      bytesBrokenOff: 0,
      partsAtOnce: 1,
    },
  };
}

/** What the tests of tables and plots show: three pushes of the action, one of a rival, and one that failed. */
export const SAMPLE_CELL: Cell = {
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
