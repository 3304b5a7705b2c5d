import type { Digest } from '../oci/digest.ts';

/** An image that a repository holds, with the tag it was found by, if it was. */
export interface ExistingImage {
  readonly digest: Digest;
  readonly tag?: string;
}

/** A policy that a separate call sets, once the repository exists. */
export type PolicyName = 'lifecycle-policy' | 'repository-policy';

/** What a repository holds of an image before the push. */
export interface RepositoryState {
  readonly exists: boolean;
  /** Layers that ECR reports as AVAILABLE. */
  readonly availableLayers: ReadonlySet<Digest>;
  /** Undefined where the credentials may not look. */
  readonly images: readonly ExistingImage[] | undefined;
  /** Of the manifests that the graph leaves out, those that are there; undefined where that is not known, or none is. */
  readonly heldManifests?: ReadonlySet<Digest> | undefined;
  /** Tags that the repository's rules forbid to move. */
  readonly immutableTags: readonly string[];
  /** Policies that an earlier run, which created the repository, could not set. */
  readonly missingPolicies: readonly PolicyName[];
}

/** What is wanted of a repository. */
export interface Wanted {
  /** None to put the image by its digest alone. */
  readonly tags: readonly string[];
  /** What to do with a tag that points to another image and cannot move. */
  readonly ifTagExists: 'fail' | 'skip';
  /** Whether to create the repository if it is missing. */
  readonly create: boolean;
}
