import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { PushContext } from './context.ts';

/** A tag that was left with the image that it stands for. */
export interface SkippedTag {
  readonly tag: string;
  /** Undefined where the credentials may not look. */
  readonly holder: Digest | undefined;
}

const HINT =
  'The repository is immutable: push under another tag, make the tag mutable, or set if-tag-exists: skip.';
const UNSEEN_HINT = `${HINT} If it stands for this very image, as after a push before, allow ecr:BatchGetImage, so that this can be seen.`;

/** Skips the tag or fails, as the user chose. @throws PushError TAG_IS_IMMUTABLE, naming both digests */
export function skipOrFail(
  { tag, holder }: SkippedTag,
  wanted: Digest,
  { ifTagExists, listener }: PushContext,
  cause?: Error,
): SkippedTag {
  if (ifTagExists === 'skip') {
    listener.tagSkipped(tag, holder);
    return { tag, holder };
  }
  const holds = holder ?? 'an image that these credentials may not look up';
  throw new PushError(
    'TAG_IS_IMMUTABLE',
    `tag ${tag} stands for ${holds} and cannot be moved to ${wanted}`,
    {
      hint: holder === undefined ? UNSEEN_HINT : HINT,
      cause,
    },
  );
}
