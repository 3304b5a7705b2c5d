import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';

/** The most bytes in all manifests of a graph together: they are held in memory until they are pushed. */
export const MAX_GRAPH_BYTES = 64 * 1024 * 1024;

/** The most indexes within indexes: no tool writes more than two or three. */
export const MAX_DEPTH = 16;

/** `parents`: the indexes on the way from the root to `digest`. @throws PushError INVALID_MANIFEST, TOO_LARGE */
export function checkDepth(digest: Digest, parents: readonly Digest[]): void {
  if (parents.includes(digest)) {
    throw new PushError('INVALID_MANIFEST', `index ${digest} contains itself`);
  }
  if (parents.length > MAX_DEPTH) {
    throw new PushError(
      'TOO_LARGE',
      `manifest ${digest} is nested more than ${MAX_DEPTH} indexes deep`,
      {
        hint: 'No build tool nests indexes this deep: build the image again.',
      },
    );
  }
}
