import type { Run } from './push-once.ts';
import { summarize } from './results.ts';
import type { Cell, DepthPoint, DepthResults, Results } from './results.ts';

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
  boundSideBySide: { ecr: 2.5, ecrWithQuotas: 2.5, oci: 4 },
  boundAsOpened: 6,
  tools: [
    { tool: 'action', runs: [runOf(7), runOf(10), runOf(8)] },
    { tool: 'crane', runs: [runOf(20)] },
    { tool: 'oras', runs: [], failure: 'it could not' },
  ],
};

export const SAMPLE_RESULTS: Results = {
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
  depth: undefined,
};

const measured = summarize({ tool: 'action', runs: [runOf(7), runOf(10), runOf(8)] });
const IN_TURN: DepthPoint = { partsInFlight: 1, summary: measured, bound: 5 };
const FAILED: DepthPoint = { partsInFlight: 2, summary: undefined, bound: 2.5 };
const AUTO: DepthPoint = {
  partsInFlight: 'auto',
  summary: { ...measured, wall: 4 },
  bound: 2.5,
};

export const SAMPLE_DEPTH: DepthResults = {
  title: 'like ECR',
  curve: [IN_TURN, FAILED],
  table: [
    { rate: 28, roundTrip: 20, inTurn: IN_TURN, auto: AUTO },
    { rate: 5, roundTrip: 80, inTurn: IN_TURN, auto: { ...AUTO, summary: undefined } },
  ],
};
