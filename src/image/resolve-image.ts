import type { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { type ContentReader, Overlay } from './content.ts';
import type { ImageGraph } from './graph.ts';
import { findReferrers } from './referrers.ts';
import { reshape, type Shape } from './reshape.ts';
import { selectImage } from './select-image.ts';
import { walkGraph } from './walk.ts';

export interface ImageRequest {
  /** Name or digest of one of a layout's images; undefined where it holds one. */
  readonly image: string | undefined;
  readonly shape: Shape;
  /** Whether what refers to the image goes along. */
  readonly referrers: boolean;
}

/** What a layout says of itself. */
export interface LayoutIndex {
  readonly path: string;
  readonly index: ImageIndex;
}

export interface ResolvedImage {
  readonly graph: ImageGraph;
  /** The images as the layouts hold them: one, and the same as the graph's root, unless something was asked to change. */
  readonly origins: readonly Descriptor[];
  /** What is wrong with entries beside the image: should they refer to it, they stay behind. */
  readonly brokenEntries: readonly PushError[];
}

/** The image to push: selected in each layout, made one root of the shape that is asked for, and read whole. */
export async function resolveImage(
  layouts: readonly LayoutIndex[],
  content: ContentReader,
  request: ImageRequest,
): Promise<ResolvedImage> {
  const roots = layouts.map(({ index, path }) => ({
    root: selectImage(index, path, request.image),
    layoutPath: path,
  }));
  const overlay = new Overlay(content);
  const root = await reshape(roots, overlay, request.shape);
  const entries = layouts.flatMap(({ index }) => index.manifests);
  const brokenEntries: PushError[] = [];
  const onBroken = (error: PushError): void => void brokenEntries.push(error);
  const referrers = request.referrers ? await findReferrers(entries, overlay, onBroken) : [];
  const graph = await walkGraph(root, overlay, referrers, onBroken);
  return { graph, origins: roots.map((layout) => layout.root), brokenEntries };
}
