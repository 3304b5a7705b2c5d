import type { LayerReport } from '../push/report.ts';

/** Blobs (layers and configs), counted. */
export interface BlobCount {
  readonly blobs: number;
  /** Of the blobs. */
  readonly bytes: number;
}

/** What this run uploaded. */
export function uploaded(layers: readonly LayerReport[]): BlobCount {
  return count(layers, 'sent');
}

/** What needed no upload, or was completed by another job meanwhile. */
export function skipped(layers: readonly LayerReport[]): BlobCount {
  return count(layers, 'present', 'completed-elsewhere');
}

/** Those of the given kinds. */
export function count(
  layers: readonly LayerReport[],
  ...kinds: readonly LayerReport['kind'][]
): BlobCount {
  const counted = layers.filter(({ kind }) => kinds.includes(kind));
  const bytes = counted.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  return { blobs: counted.length, bytes };
}
