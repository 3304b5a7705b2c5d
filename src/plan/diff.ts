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

/** One put of a manifest: without a tag for a child, once for each tag for the root. */
export interface ManifestPut {
  readonly node: ManifestNode;
  readonly tag?: string;
}

/** What one push does to one repository, decided before any of it is done. */
export interface Plan {
  readonly root: ManifestNode;
  /** All of the image's manifests, children before parents. */
  readonly manifests: readonly ManifestNode[];
  /** Blobs that the repository lacks. */
  readonly uploads: readonly Descriptor[];
  /** Blobs that it holds already. */
  readonly present: readonly Descriptor[];
  /** Left out by the layout, and not asked for by ECR. */
  readonly absentForeignLayers: readonly Descriptor[];
  /** What makes the image visible comes last. */
  readonly puts: readonly ManifestPut[];
}

export function diff(graph: ImageGraph, state: RepositoryState, tags: readonly string[]): Plan {
  const { root, manifests, blobs, absentForeignLayers } = graph;
  const uploads = blobs.filter(({ digest }) => !state.availableLayers.has(digest));
  return {
    root,
    manifests,
    uploads,
    present: blobs.filter(({ digest }) => state.availableLayers.has(digest)),
    absentForeignLayers,
    puts: uploads.length === 0 ? missingPuts(graph, state, tags) : allPuts(graph, tags),
  };
}

function allPuts({ root, manifests }: ImageGraph, tags: readonly string[]): ManifestPut[] {
  const children = manifests.filter((node) => node !== root).map((node) => ({ node }));
  return [...children, ...tags.map((tag) => ({ node: root, tag }))];
}

/** ECR keeps an image's layers and an index's children while it keeps the image: with the root there, all is there. */
function missingPuts(
  graph: ImageGraph,
  { images = [] }: RepositoryState,
  tags: readonly string[],
): ManifestPut[] {
  const rootDigest = graph.root.descriptor.digest;
  const standing = images.filter(({ digest }) => digest === rootDigest);
  if (standing.length === 0) return allPuts(graph, tags);
  const tagged = new Set(standing.map(({ tag }) => tag));
  return tags.filter((tag) => !tagged.has(tag)).map((tag) => ({ node: graph.root, tag }));
}

export function totalBytes(blobs: readonly Descriptor[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}
