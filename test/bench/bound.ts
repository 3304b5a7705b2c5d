import type { Layout } from './make-layout.ts';
import { PART_SIZE } from './sink/ecr-api.ts';
import { type Limits, STRETCH_BYTES } from './sink/limits.ts';

/** InitiateLayerUpload and CompleteLayerUpload, and PutImage. */
const UPLOADS_PER_SECOND = 100;
const PUTS_PER_SECOND = 10;
/** As many seconds' worth as the action lets go at once: what AWS allows is not documented. */
const BURST_SECONDS = 4;

/**
 * The least time that the limits leave for a push, in seconds; of the client's own work there is nothing in it.
 * docs/performance.md derives it.
 */
export interface Bound {
  /** Through ECR's layer API. */
  readonly ecr: number;
  /** The same, and no faster than ECR's published quotas allow once their burst is spent. */
  readonly ecrWithQuotas: number;
  /** Through the OCI distribution API, each blob in one PUT. */
  readonly oci: number;
}

export function lowerBound(layout: Layout, limits: Limits, connections = Infinity): Bound {
  const there = new Set(layout.before.blobs.map(({ digest }) => digest));
  const sizes = layout.blobs.filter(({ digest }) => !there.has(digest)).map(({ size }) => size);
  const isThere = layout.before.tags.some(([, digest]) => digest === layout.root.digest);
  // One look-up; then blobs before the manifests that name them, children before their index, each level at once.
  const levels = isThere ? 0 : layout.children.length > 0 ? 2 : 1;
  const fixed = (1 + levels) * limits.requestLatency;
  const puts = isThere ? 0 : layout.children.length + 1;
  const quotas = beyondBurst(sizes.length, UPLOADS_PER_SECOND) + beyondBurst(puts, PUTS_PER_SECOND);
  const transfers = (time: (size: number, limits: Limits) => number) =>
    makespan(
      sizes.map((size) => time(size, limits)),
      connections,
    );
  const ecr = (fixed + transfers(ecrLayerTime)) / 1000;
  return {
    ecr,
    ecrWithQuotas: Math.max(ecr, fixed / 1000 + quotas),
    oci: (fixed + transfers(ociBlobTime)) / 1000,
  };
}

/** No schedule is done before its longest job is, nor before its machines have shared all of the work. */
function makespan(times: readonly number[], machines: number): number {
  return Math.max(0, ...times, times.reduce((sum, time) => sum + time, 0) / machines);
}

/** Seconds that so many calls take at least. */
function beyondBurst(calls: number, perSecond: number): number {
  return Math.max(0, calls / perSecond - BURST_SECONDS);
}

/** Initiate, the parts one after another, Complete (ms). */
function ecrLayerTime(size: number, limits: Limits): number {
  const { requestLatency, partLatency, bandwidthOf } = limits;
  const parts = Math.ceil(size / PART_SIZE);
  const wire = bandwidthOf === 'layer' ? size : Math.ceil(size / 3) * 4;
  return 2 * requestLatency + parts * (requestLatency + partLatency) + transferTime(wire, limits);
}

/** POST, and one PUT that carries all of it (ms): of the ways that the API has, the one with the fewest requests. */
function ociBlobTime(size: number, limits: Limits): number {
  const stretches = Math.ceil(size / STRETCH_BYTES);
  return 2 * limits.requestLatency + stretches * limits.partLatency + transferTime(size, limits);
}

function transferTime(bytes: number, { bandwidth }: Limits): number {
  return bandwidth === undefined ? 0 : (bytes / bandwidth) * 1000;
}
