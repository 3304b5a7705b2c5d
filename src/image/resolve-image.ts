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
  /** The name or digest of one of a layout's images; undefined if it holds only one. */
  readonly image: string | undefined;
  readonly shape: Shape;
  /** Whether to push what refers to the image along with it. */
  readonly referrers: boolean;
}

/** A layout, as far as choosing an image is concerned. */
interface LayoutIndex {
  readonly path: string;
  readonly index: ImageIndex;
}

export interface ResolvedImage {
  readonly graph: ImageGraph;
  /** The images as the layouts hold them: only the graph's root, unless the request changes something. */
  readonly origins: readonly Descriptor[];
  /** What is wrong with other entries of the layout: if they refer to the image, they are left behind. */
  readonly brokenEntries: readonly PushError[];
}

/** The image to push: selected in each layout, given the requested shape under one root, and read completely. */
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
