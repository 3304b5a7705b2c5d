import type { Digest } from '../oci/digest.ts';
import type { PushReport, TagReport, TargetReport } from '../push/report.ts';

const NOT_NOW: readonly TagReport['kind'][] = ['skipped', 'refused', 'untouched', 'unsure'];

/** The tags of a repository that point to the image now. */
export function taggedNow({ tags }: TargetReport): readonly string[] {
  return tags.filter(({ kind }) => !NOT_NOW.includes(kind)).map(({ tag }) => tag);
}

/** Tags that were skipped and still point to another image. */
export function skippedTags({ tags }: TargetReport): readonly string[] {
  return tags.filter(({ kind }) => kind === 'skipped').map(({ tag }) => tag);
}

/**
 * What a repository's tags point to now: another image only if all of them were skipped, and undefined if the
 * credentials may not look it up.
 */
export function publishedDigest(
  target: TargetReport,
  { image }: Pick<PushReport, 'image'>,
): Digest | undefined {
  const [first] = target.tags;
  const allSkipped = skippedTags(target).length === target.tags.length;
  return allSkipped && first?.kind === 'skipped' ? first.holder : image.descriptor.digest;
}
