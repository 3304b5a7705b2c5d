/** What a private repository says of its tags. */
export interface TagMutability {
  readonly imageTagMutability?: string | undefined;
  readonly imageTagMutabilityExclusionFilters?:
    readonly { readonly filter?: string | undefined }[] | undefined;
}

/**
 * Whether the repository's settings forbid to move the tag. What is not known counts as allowed: ECR has the last word.
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
