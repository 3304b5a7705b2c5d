import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';

/** Indexes within indexes: no tool writes more than two or three. */
export const MAX_DEPTH = 16;

/** `parents`: the indexes on the way from the root to `digest`. @throws PushError INDEX_LOOP, INDEX_TOO_DEEP */
export function checkDepth(digest: Digest, parents: readonly Digest[]): void {
  if (parents.includes(digest)) {
    throw new PushError('INDEX_LOOP', `index ${digest} reaches itself`, {
      hint: 'The layout is malformed: build it again.',
    });
  }
  if (parents.length > MAX_DEPTH) {
    throw new PushError(
      'INDEX_TOO_DEEP',
      `manifest ${digest} lies more than ${MAX_DEPTH} indexes deep`,
      {
        hint: 'Push the inner image on its own: select it with the input image.',
      },
    );
  }
}
