import type { PushError } from '../errors.ts';
import { attestedDigest } from '../oci/annotations.ts';
import type { Descriptor, StoredBlob } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { type ContentReader, Overlay } from './content.ts';
import { type Entry, readEntries } from './entries.ts';
import type { ImageGraph } from './graph.ts';
import { findReferrers, type Referrer } from './referrers.ts';
import { reshape, type Shape } from './reshape.ts';
import { selectImage } from './select-image.ts';
import { findUnlisted } from './unlisted.ts';
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
  /** `index.json` as it was read. */
  readonly indexBytes: Uint8Array;
  storedBlobs(): Promise<readonly StoredBlob[]>;
  /** What the request's `image` is for this layout alone. */
  readonly image?: string | undefined;
}

export interface ResolvedImage {
  readonly graph: ImageGraph;
  /** The images as the layouts hold them: only the graph's root, unless the request changes something. */
  readonly origins: readonly Descriptor[];
  /** What is wrong with other entries of the layout: if they refer to the image, they are left behind. */
  readonly brokenEntries: readonly PushError[];
  /** What refers to an image of the layouts that the request changes, and so to none that is pushed. */
  readonly leftBehind: readonly Referrer[];
  /** Attestations that stand beside the image instead of in an index with it. */
  readonly attestationsBeside: readonly Descriptor[];
  /** Blobs that may be referrers, and were too many to look into. */
  readonly unsearchedBlobs: number;
}

/** The image to push: selected in each layout, given the requested shape under one root, and read completely. */
export async function resolveImage(
  layouts: readonly LayoutIndex[],
  content: ContentReader,
  request: ImageRequest,
): Promise<ResolvedImage> {
  const overlay = new Overlay(content);
  const read = await Promise.all(
    layouts.map(async (layout) => ({ layout, entries: await readEntries(layout.index, content) })),
  );
  const roots = read.map(({ layout, entries }) => ({
    root: rootOf(layout, entries, overlay, layout.image ?? request.image),
    layoutPath: layout.path,
  }));
  const root = await reshape(roots, overlay, request.shape);
  const origins = roots.map((layout) => layout.root);
  if (!request.referrers) {
    const graph = await walkGraph(root, overlay);
    return {
      graph,
      origins,
      brokenEntries: [],
      leftBehind: [],
      attestationsBeside: [],
      unsearchedBlobs: 0,
    };
  }
  const entries = read.map((one) => one.entries);
  return { origins, ...(await withReferrers(root, origins, layouts, entries, overlay)) };
}

function rootOf(
  { index, indexBytes, path }: LayoutIndex,
  entries: readonly Entry[],
  overlay: Overlay,
  wanted: string | undefined,
): Descriptor {
  const selected = selectImage(entries, path, wanted);
  return selected === 'index.json' ? overlay.add(index.mediaType, indexBytes) : selected;
}

/** First with what index.json lists; then, only if there is any, with what lies in the layout unlisted. */
async function withReferrers(
  root: Descriptor,
  origins: readonly Descriptor[],
  layouts: readonly LayoutIndex[],
  entries: readonly (readonly Entry[])[],
  content: Overlay,
): Promise<Omit<ResolvedImage, 'origins'>> {
  const broken = new Map<string, PushError>();
  const onBroken = (error: PushError): void => void broken.set(error.message, error);
  const listed: Referrer[] = [];
  for (const ofLayout of entries)
    listed.push(...(await findReferrers(ofLayout, content, onBroken)));
  const first = await walkGraph(root, content, listed, onBroken);
  const stored = (await Promise.all(layouts.map((layout) => layout.storedBlobs()))).flat();
  const unlisted = await findUnlisted(stored, first, entries.flat(), content);
  const referrers = [...listed, ...unlisted.referrers];
  const graph =
    unlisted.referrers.length === 0 ? first : await walkGraph(root, content, referrers, onBroken);
  const pushed = new Set<string>(graph.manifests.map(({ descriptor }) => descriptor.digest));
  const changed = new Set(
    origins.map(({ digest }) => digest).filter((digest) => !pushed.has(digest)),
  );
  return {
    graph,
    brokenEntries: [...broken.values()],
    leftBehind: referrers.filter(({ subject }) => changed.has(subject)),
    attestationsBeside: entries.flat().flatMap(({ descriptor }) => {
      const attested = attestedDigest(descriptor);
      const isLeft = attested !== undefined && pushed.has(attested);
      return isLeft && !pushed.has(descriptor.digest) ? [descriptor] : [];
    }),
    unsearchedBlobs: unlisted.unsearched,
  };
}
