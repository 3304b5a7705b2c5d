import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageGraph, ManifestNode } from '../image/graph.ts';

/** An image that the repository holds, with the tag it was found by, if it was. */
export interface ExistingImage {
  readonly digest: Digest;
  readonly tag?: string;
}

/** What a repository holds of an image before the push. */
export interface RepositoryState {
  /** Layers that ECR reports as AVAILABLE. */
  readonly availableLayers: ReadonlySet<Digest>;
  /** Undefined where the credentials may not look. */
  readonly images: readonly ExistingImage[] | undefined;
}

/** One PutImage: of the root once for each tag, of anything else without a tag, unless it is found by one. */
export interface ManifestPut {
  readonly node: ManifestNode;
  readonly tag?: string;
}

/** What one push does to one repository, decided before any of it is done. */
export interface Plan {
  readonly graph: ImageGraph;
  /** Blobs that the repository lacks. */
  readonly uploads: readonly Descriptor[];
  /** Blobs that it holds already. */
  readonly present: readonly Descriptor[];
  /** After the uploads, in this order: children, the root if anything refers to it, referrers. */
  readonly puts: readonly ManifestPut[];
  /** Last of all: referrers that are found by a tag, then what makes the image visible. */
  readonly tagPuts: readonly ManifestPut[];
}

export function diff(graph: ImageGraph, state: RepositoryState, tags: readonly string[]): Plan {
  const { root, manifests, referrers, blobs } = graph;
  const { availableLayers, images = [] } = state;
  const uploads = blobs.filter(({ digest }) => !availableLayers.has(digest));
  const found = new Set(images.map(({ digest }) => digest));
  // ECR keeps an image's layers and an index's children while it keeps the image: with the root there, all is there.
  const isThere = (node: ManifestNode): boolean =>
    uploads.length === 0 && found.has(node.descriptor.digest);
  const isTagged = (node: ManifestNode, tag: string): boolean =>
    isThere(node) && holds(images, node, tag);
  const untagged = referrers
    .filter(({ tag }) => tag === undefined)
    .filter((node) => !isThere(node));
  const rootPuts = untagged.length === 0 ? manifests.filter((node) => node !== root) : manifests;
  const wantedTags = [
    ...referrers.flatMap((node) => (node.tag === undefined ? [] : [{ node, tag: node.tag }])),
    ...tags.map((tag) => ({ node: root, tag })),
  ];
  return {
    graph,
    uploads,
    present: blobs.filter(({ digest }) => availableLayers.has(digest)),
    puts: [...(isThere(root) ? [] : rootPuts), ...untagged].map((node) => ({ node })),
    tagPuts: wantedTags.filter(({ node, tag }) => !isTagged(node, tag)),
  };
}

function holds(
  images: readonly ExistingImage[],
  { descriptor }: ManifestNode,
  tag: string,
): boolean {
  return images.some((image) => image.tag === tag && image.digest === descriptor.digest);
}

export function totalBytes(blobs: readonly Descriptor[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}
