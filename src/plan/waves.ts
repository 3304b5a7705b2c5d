import type { Digest } from '../oci/digest.ts';
import type { ManifestNode } from '../image/graph.ts';

/** One PutImage: the root once for each tag; anything else untagged, unless it is found by its tag. */
export interface ManifestPut {
  readonly node: ManifestNode;
  readonly tag?: string;
}

/**
 * Groups the puts into waves: those of one wave do not need each other, only earlier waves.
 * `puts`: children before parents, subjects before what refers to them.
 */
export function toWaves(puts: readonly ManifestPut[]): readonly (readonly ManifestPut[])[] {
  const waveOf = new Map<Digest, number>();
  const waves: ManifestPut[][] = [];
  for (const put of puts) {
    const before = neededBy(put.node).map((digest) => waveOf.get(digest) ?? -1);
    const wave = Math.max(-1, ...before) + 1;
    waveOf.set(put.node.descriptor.digest, wave);
    (waves[wave] ??= []).push(put);
  }
  return waves;
}

function neededBy({ manifest }: ManifestNode): Digest[] {
  const children = manifest.kind === 'index' ? manifest.manifests.map(({ digest }) => digest) : [];
  return manifest.subject === undefined ? children : [...children, manifest.subject.digest];
}
