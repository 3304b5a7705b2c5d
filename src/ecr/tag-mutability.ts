/** A private repository's settings for its tags. */
export interface TagMutability {
  readonly imageTagMutability?: string | undefined;
  readonly imageTagMutabilityExclusionFilters?:
    readonly { readonly filter?: string | undefined }[] | undefined;
}

/**
 * Whether the repository's settings forbid moving the tag. Unknown settings count as mutable: ECR has the final say.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 */
export function isImmutableTag(tag: string, settings: TagMutability): boolean {
  const filters = settings.imageTagMutabilityExclusionFilters ?? [];
  const isExcluded = filters.some(
    ({ filter }) => filter !== undefined && matchesWildcard(tag, filter),
  );
  switch (settings.imageTagMutability) {
    case 'IMMUTABLE':
      return true;
    case 'IMMUTABLE_WITH_EXCLUSION':
      return !isExcluded;
    case 'MUTABLE_WITH_EXCLUSION':
      return isExcluded;
    default:
      return false;
  }
}

/** `*` stands for any characters, or none. */
function matchesWildcard(text: string, wildcard: string): boolean {
  const pattern = wildcard
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text);
}
