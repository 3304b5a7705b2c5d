import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageGraph, ManifestNode } from './graph.ts';

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

/** One PutImage: of a child or referrer mostly without a tag, of the root once for each tag. */
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
  /** Last of all: what makes the image visible. */
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
  const referrerPuts = referrers.filter((node) => !isThere(node)).map(toPut);
  const rootPuts =
    referrerPuts.length === 0 ? manifests.filter((node) => node !== root) : manifests;
  return {
    graph,
    uploads,
    present: blobs.filter(({ digest }) => availableLayers.has(digest)),
    puts: [...(isThere(root) ? [] : rootPuts.map((node) => ({ node }))), ...referrerPuts],
    tagPuts: tags
      .filter((tag) => !(isThere(root) && holds(images, root, tag)))
      .map((tag) => ({ node: root, tag })),
  };
}

function toPut(node: ManifestNode & { readonly tag?: string }): ManifestPut {
  return node.tag === undefined ? { node } : { node, tag: node.tag };
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
