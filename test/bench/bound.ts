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
 *
 * One layer. Let a request take r before it is answered, a part p more, and c = r + p; let T be the time in which one
 * connection carries a part. Assumed is that ECR takes a part up when its last byte is in, and that no part's last byte
 * leaves before the part before it was answered; so parts are answered in order. Up to d parts, the depth, are under
 * way side by side, each on a connection of its own, which it holds from its first byte to its answer. Then, with A(0)
 * = r, the answer to Initiate, and A(i) that to part i,
 *
 *     A(i) ≥ max(A(i−1), A(max(0, i−d)) + T(i)) + c
 *
 * since the last byte of part i leaves after A(i−1), and its first one not before one of the d parts before it has left
 * its place: of those, the earliest answered is i − d. Complete ends the layer at A(P) + r. Two cases of it:
 *
 * - d = 1: 2r + P·(T + c), each part after the answer to the one before;
 * - d with T ≤ (d − 1)·c: 2r + T + P·c, all but the first transfer hidden behind answers. It is why more depth brings
 *   nothing past 1 + T/c. Below that a part takes (T + c) / d on the average.
 *
 * Bytes that are held back to the last are taken to be few: each 10 KiB of them add 10 KiB ÷ rate to every c.
 *
 * A push. It takes the longest of
 *
 * - its largest layer, as above, with no more depth than there are connections, k;
 * - all of the work, shared: whatever the depth, a part holds a connection for T + c, Initiate and Complete for r each,
 *   so the sum of what the layers take at depth 1, ÷ k. (Which is at least the wire bytes ÷ (k · rate).)
 * - all wire bytes ÷ the rate that all connections share, if they do, and 2r + c: no byte of a part goes before an
 *   Initiate was answered, and an answer and a Complete come after the last;
 *
 * and a look-up and the manifests besides. Quotas of calls know nothing of depth.
 */
export interface Bound {
  /** Through ECR's layer API. */
  readonly ecr: number;
  /** The same, and no faster than ECR's published quotas allow once their burst is spent. */
  readonly ecrWithQuotas: number;
  /** Through the OCI distribution API, each blob in one PUT. */
  readonly oci: number;
}

/** How the layers are sent. */
interface Way {
  /** Parts of one layer that may be under way side by side: 1 is one after another, Infinity as many as help. */
  readonly depth?: number;
  /** Bytes. */
  readonly partSize?: number;
}

export function lowerBound(
  layout: Layout,
  limits: Limits,
  connections = Infinity,
  { depth = 1, partSize = PART_SIZE }: Way = {},
): Bound {
  const there = new Set(layout.before.blobs.map(({ digest }) => digest));
  const sizes = layout.blobs.filter(({ digest }) => !there.has(digest)).map(({ size }) => size);
  const isThere = layout.before.tags.some(([, digest]) => digest === layout.root.digest);
  // One look-up; then blobs before the manifests that name them, children before their index, each level at once.
  const levels = isThere ? 0 : layout.children.length > 0 ? 2 : 1;
  const fixed = (1 + levels) * limits.requestLatency;
  const puts = isThere ? 0 : layout.children.length + 1;
  const quotas = beyondBurst(sizes.length, UPLOADS_PER_SECOND) + beyondBurst(puts, PUTS_PER_SECOND);
  const most = Math.min(depth, connections);
  const ecrTime = Math.max(
    0,
    ...sizes.map((size) => ecrLayerTime(size, limits, partSize, most)),
    sum(sizes.map((size) => ecrLayerTime(size, limits, partSize, 1))) / connections,
    sharedTime(sum(sizes) * BASE64, limits, 3 * limits.requestLatency + limits.partLatency),
  );
  const ociTimes = sizes.map((size) => ociBlobTime(size, limits));
  const ociTime = Math.max(
    0,
    ...ociTimes,
    sum(ociTimes) / connections,
    sharedTime(sum(sizes), limits, 2 * limits.requestLatency + limits.partLatency),
  );
  const ecr = (fixed + ecrTime) / 1000;
  return {
    ecr,
    ecrWithQuotas: Math.max(ecr, fixed / 1000 + quotas),
    oci: (fixed + ociTime) / 1000,
  };
}

/** What base64 makes of a byte. */
const BASE64 = 4 / 3;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** All bytes over the line that all connections share, and the calls around them (ms). */
function sharedTime(bytes: number, { sharedBandwidth }: Limits, calls: number): number {
  if (sharedBandwidth === undefined || bytes === 0) return 0;
  return (bytes / sharedBandwidth) * 1000 + calls;
}

/** Seconds that so many calls take at least. */
function beyondBurst(calls: number, perSecond: number): number {
  return Math.max(0, calls / perSecond - BURST_SECONDS);
}

/** Initiate, the parts with so many of them under way at once, Complete (ms). */
function ecrLayerTime(size: number, limits: Limits, partSize: number, depth: number): number {
  const { requestLatency, partLatency } = limits;
  /** When Initiate was answered, and each part. */
  const answers = [requestLatency];
  for (let at = 0; at < size; at += partSize) {
    const before = answers.at(-1) ?? 0;
    const began = answers[Math.max(0, answers.length - depth)] ?? 0;
    const transferred = began + partTime(Math.min(partSize, size - at), limits);
    answers.push(Math.max(before, transferred) + requestLatency + partLatency);
  }
  return (answers.at(-1) ?? 0) + requestLatency;
}

function partTime(size: number, limits: Limits): number {
  return transferTime(limits.bandwidthOf === 'layer' ? size : size * BASE64, limits);
}

/** POST, and one PUT that carries all of it (ms): of the ways that the API has, the one with the fewest requests. */
function ociBlobTime(size: number, limits: Limits): number {
  const stretches = Math.ceil(size / STRETCH_BYTES);
  return 2 * limits.requestLatency + stretches * limits.partLatency + transferTime(size, limits);
}

function transferTime(bytes: number, { bandwidth }: Limits): number {
  return bandwidth === undefined ? 0 : (bytes / bandwidth) * 1000;
}
