import type { PushError } from '../errors.ts';
import { attestedDigest } from '../oci/annotations.ts';
import type { Descriptor, StoredBlobs } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { OCI_ARTIFACT_MANIFEST } from '../oci/media-types.ts';
import { type ContentReader, Overlay } from './content.ts';
import { type Entry, isManifestEntry, readEntries } from './entries.ts';
import type { ImageGraph } from './graph.ts';
import { type ChosenRoot, chooseRoots, type LayoutIndex, type ReadLayout } from './layout-root.ts';
import { findReferrers, type OnBroken, type Referrer } from './referrers.ts';
import { reshape, type Shape } from './reshape.ts';
import { findUnlisted } from './unlisted.ts';
import { walkGraph } from './walk.ts';

export interface ImageRequest {
  /** The name or digest of one of a layout's images; undefined if it holds only one. */
  readonly image: string | undefined;
  readonly shape: Shape;
  /** Whether to push what refers to the image along with it. */
  readonly referrers: boolean;
}

interface RequestedLayout extends LayoutIndex {
  storedBlobs(): Promise<StoredBlobs>;
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
  /** What else to warn of, a sentence each. */
  readonly notices: readonly string[];
}

/** The image to push: selected in each layout, given the requested shape under one root, and read completely. */
export async function resolveImage(
  layouts: readonly RequestedLayout[],
  content: ContentReader,
  request: ImageRequest,
): Promise<ResolvedImage> {
  const { image, shape, referrers } = request;
  const overlay = new Overlay(content);
  const read = await Promise.all(
    layouts.map(async (layout) => ({ layout, entries: await readEntries(layout.index, content) })),
  );
  const wanted = { image, platforms: shape.platforms };
  const roots = await chooseRoots(read, overlay, wanted);
  const notices: string[] = [];
  const root = await shapeRoots(roots, overlay, request, (notice) => notices.push(notice));
  notices.push(
    ...read.flatMap(({ layout, entries }) => passedOver(layout, entries, roots, referrers)),
  );
  const origins = roots.map(({ origin }) => origin);
  if (!referrers) {
    const graph = await walkGraph(root, overlay);
    return {
      graph,
      origins,
      brokenEntries: [],
      leftBehind: [],
      attestationsBeside: [],
      unsearchedBlobs: 0,
      notices,
    };
  }
  return { origins, notices, ...(await withReferrers(root, origins, read, overlay, shape)) };
}

/** An `index.json` that no input changes stays whole, with what it lists beside its images. */
async function shapeRoots(
  roots: readonly ChosenRoot[],
  content: Overlay,
  { shape, referrers }: ImageRequest,
  warn: (notice: string) => void,
): Promise<Descriptor> {
  const shaped = await reshape(roots, content, shape, warn);
  const [first, ...others] = roots;
  if (first?.whole === undefined || others.length > 0 || shaped.digest !== first.root.digest)
    return shaped;
  const root = referrers ? first.whole : shaped;
  if (first.lacksVersion === true) {
    warn(
      `index.json of ${first.layoutPath} lacks schemaVersion, which ECR requires: it is pushed with it, as ${root.digest}`,
    );
  }
  return root;
}

/** Entries of `index.json` that ECR could not take. */
function passedOver(
  { path }: LayoutIndex,
  entries: readonly Entry[],
  roots: readonly ChosenRoot[],
  referrers: boolean,
): readonly string[] {
  return entries
    .filter((entry) => !isManifestEntry(entry))
    .map(({ descriptor }) => descriptor)
    .filter(({ digest }) => roots.every(({ origin }) => origin.digest !== digest))
    .filter(({ mediaType }) => referrers || mediaType !== OCI_ARTIFACT_MANIFEST)
    .map(
      ({ digest, mediaType }) =>
        `Left out ${digest}, which index.json of ${path} lists: ${mediaType} is not the media type of an image or an index`,
    );
}

/** First with what index.json lists; then, only if there is any, with what lies in the layout unlisted. */
async function withReferrers(
  root: Descriptor,
  origins: readonly Descriptor[],
  layouts: readonly ReadLayout<RequestedLayout>[],
  content: Overlay,
  { attestations }: Shape,
): Promise<Omit<ResolvedImage, 'origins' | 'notices'>> {
  const broken = new Map<string, { readonly error: PushError; readonly digest?: Digest }>();
  const onBroken: OnBroken = (error, digest) =>
    void broken.set(error.message, { error, ...(digest !== undefined && { digest }) });
  const listed: Referrer[] = [];
  for (const { entries } of layouts) {
    const found = await findReferrers(entries, content, onBroken);
    // Those of BuildKit may have a subject as well.
    listed.push(...found.filter(({ descriptor }) => !isDropped(descriptor, attestations)));
  }
  const entries = layouts.flatMap((one) => one.entries);
  const first = await walkGraph(root, content, listed, onBroken);
  const stored = await Promise.all(layouts.map(({ layout }) => layout.storedBlobs()));
  const unlisted = await findUnlisted(stored, first, entries, content);
  const referrers = [...listed, ...unlisted.referrers];
  const graph =
    unlisted.referrers.length === 0 ? first : await walkGraph(root, content, referrers, onBroken);
  const pushed = new Set<string>(graph.manifests.map(({ descriptor }) => descriptor.digest));
  const changed = new Set(
    origins.map(({ digest }) => digest).filter((digest) => !pushed.has(digest)),
  );
  return {
    graph,
    // Children of the image are not left out, whatever they belong to.
    brokenEntries: [...broken.values()]
      .filter(({ digest = '' }) => !pushed.has(digest))
      .map(({ error }) => error)
      .concat(unlisted.unfit),
    leftBehind: referrers.filter(({ subject }) => changed.has(subject)),
    attestationsBeside: entries.flatMap(({ descriptor }) => {
      const attested = attestedDigest(descriptor);
      const isLeft = attested !== undefined && pushed.has(attested);
      if (!isLeft || pushed.has(descriptor.digest)) return [];
      return isDropped(descriptor, attestations) ? [] : [descriptor];
    }),
    unsearchedBlobs: unlisted.unsearched,
  };
}

function isDropped(descriptor: Descriptor, attestations: Shape['attestations']): boolean {
  return attestations === 'drop' && attestedDigest(descriptor) !== undefined;
}
