import type { Digest } from '../oci/digest.ts';

/** An image that a repository holds, with the tag it was found by, if it was. */
export interface ExistingImage {
  readonly digest: Digest;
  readonly tag?: string;
}

/** A policy that is set by a call of its own, after the repository was created. */
export type PolicyName = 'lifecycle-policy' | 'repository-policy';

/** What a repository holds of an image before the push. */
export interface RepositoryState {
  readonly exists: boolean;
  /** Layers that ECR reports as AVAILABLE. */
  readonly availableLayers: ReadonlySet<Digest>;
  /** Undefined where the credentials may not look. */
  readonly images: readonly ExistingImage[] | undefined;
  /** Tags that the repository's rules forbid to move. */
  readonly immutableTags: readonly string[];
  /** What an earlier run created the repository for, and did not get to: policies that it lacks. */
  readonly missingPolicies: readonly PolicyName[];
}

/** What is wanted of a repository. */
export interface Wanted {
  readonly tags: readonly string[];
  /** What to do with a tag that points to another image and cannot move. */
  readonly ifTagExists: 'fail' | 'skip';
  /** Whether to create the repository if it is missing. */
  readonly create: boolean;
}
