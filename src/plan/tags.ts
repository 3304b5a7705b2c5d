import type { Digest } from '../oci/digest.ts';
import type { RepositoryState, Wanted } from './state.ts';

/** What is to become of a tag. `holder`: the other image that it points to, undefined where that is not known. */
export type TagStep =
  | { readonly tag: string; readonly kind: 'create' }
  | { readonly tag: string; readonly kind: 'unchanged' }
  | { readonly tag: string; readonly kind: 'move'; readonly from: Digest }
  /** The credentials may not look: it is created, moved or unchanged. */
  | { readonly tag: string; readonly kind: 'put' }
  | {
      readonly tag: string;
      readonly kind: 'skip' | 'refuse';
      readonly holder: Digest | undefined;
    };

export function planTags(
  wanted: Digest,
  { tags, ifTagExists }: Pick<Wanted, 'tags' | 'ifTagExists'>,
  { exists, images, immutableTags }: RepositoryState,
): readonly TagStep[] {
  return tags.map((tag): TagStep => {
    if (images === undefined && exists) return { tag, kind: 'put' };
    const holder = images?.find((image) => image.tag === tag)?.digest;
    if (holder === undefined) return { tag, kind: 'create' };
    if (holder === wanted) return { tag, kind: 'unchanged' };
    if (!immutableTags.includes(tag)) return { tag, kind: 'move', from: holder };
    return { tag, kind: ifTagExists === 'skip' ? 'skip' : 'refuse', holder };
  });
}

/** Tags that point to another image: whether they may move is worth knowing before an upload. */
export function tagsToMove(
  wanted: Digest,
  tags: readonly string[],
  images: RepositoryState['images'] = [],
): readonly string[] {
  return tags.filter((tag) => images.some((image) => image.tag === tag && image.digest !== wanted));
}
