import type { Bound } from './bound.ts';
import type { ConditionName } from './conditions.ts';
import type { Run } from './push-once.ts';
import type { PartsInFlight, ToolName } from './tools.ts';

/** All pushes of one layout under one condition. */
export interface Cell {
  readonly condition: ConditionName;
  readonly layout: string;
  readonly title: string;
  /** With the parts of a layer one after another. */
  readonly bound: Bound;
  /** With as many parts of a layer side by side as help. */
  readonly boundSideBySide: Bound;
  /** With quotas, at as many connections as the action opened, and as many parts in flight as it may have (s). */
  readonly boundAsOpened: number | undefined;
  readonly tools: readonly ToolRuns[];
}

export interface ToolRuns {
  readonly tool: ToolName;
  readonly runs: readonly Run[];
  /** Why it could not push this. */
  readonly failure?: string;
}

/** Medians over the runs; of the memory the most, of the wall time also both ends. */
export interface ToolSummary {
  readonly tool: ToolName;
  readonly runs: number;
  readonly wall: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly cpu: number;
  readonly peakMemory: number;
  /** On the wire, both ways. */
  readonly bytes: number;
  readonly requests: number;
  readonly connections: number;
  /** The most parts of one layer on the wire at once. */
  readonly partsAtOnce: number;
  readonly startUp: number;
  readonly sinkCpu: number;
}

export interface LinearPoint {
  readonly blobs: number;
  readonly requests: number;
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
}

export interface Results {
  /** As `2026-01-31`. */
  readonly date: string;
  readonly command: string;
  readonly commit: string;
  /** Of sizes and counts: 1 but in a quick run. */
  readonly scale: number;
  readonly machine: string;
  readonly tools: readonly { readonly name: ToolName; readonly version: string | undefined }[];
  /** Start and end of a Node that does nothing (s). */
  readonly bareNode: number;
  readonly cells: readonly Cell[];
  readonly linearity: readonly LinearPoint[];
  /** The action's own, of images that need much of it. */
  readonly memory: readonly Cell[];
  readonly depth: DepthResults | undefined;
}

/** The action alone, with more and more parts of one layer in flight. */
export interface DepthResults {
  readonly title: string;
  readonly curve: readonly DepthPoint[];
  /** Parts in turn beside as many as the action finds good, by rate and round trip. */
  readonly table: readonly DepthRow[];
}

export interface DepthPoint {
  readonly partsInFlight: PartsInFlight;
  /** Undefined: it could not push, or had no more than one part in flight where it was told to have more. */
  readonly summary: ToolSummary | undefined;
  /** At that depth (s). */
  readonly bound: number;
}

export interface DepthRow {
  /** MiB/s a connection. */
  readonly rate: number;
  /** A request (ms). */
  readonly roundTrip: number;
  readonly inTurn: DepthPoint;
  readonly auto: DepthPoint;
}

export function summarize({ tool, runs }: ToolRuns): ToolSummary {
  const of = (value: (run: Run) => number) => runs.map(value);
  return {
    tool,
    runs: runs.length,
    wall: median(of(({ wall }) => wall)),
    fastest: Math.min(...of(({ wall }) => wall)),
    slowest: Math.max(...of(({ wall }) => wall)),
    cpu: median(of(({ cpu }) => cpu)),
    peakMemory: Math.max(...of(({ peakMemory }) => peakMemory)),
    bytes: median(of(({ counts }) => counts.bytesReceived + counts.bytesSent)),
    requests: median(of(({ counts }) => counts.requests)),
    connections: median(of(({ counts }) => counts.connections)),
    partsAtOnce: Math.max(...of(({ counts }) => counts.partsAtOnce)),
    startUp: median(of(({ startUp }) => startUp)),
    sinkCpu: median(of(({ sinkCpu }) => sinkCpu)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[sorted.length / 2 - 1] ?? NaN) + high) / 2;
}

export interface Fit {
  readonly slope: number;
  readonly intercept: number;
  /** 1 where all points lie on the line. */
  readonly rSquared: number;
}

/** Least squares. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Fit {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sum = (term: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + term(x - meanX, y - meanY), 0);
  const slope = sum((x, y) => x * y) / sum((x) => x * x);
  const spread = sum((_, y) => y * y);
  const missed = sum((x, y) => (y - slope * x) ** 2);
  return {
    slope,
    intercept: meanY - slope * meanX,
    rSquared: spread === 0 ? 1 : 1 - missed / spread,
  };
}
