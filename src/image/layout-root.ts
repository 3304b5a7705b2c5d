import type { Descriptor, Platform } from '../oci/descriptor.ts';
import { digestOf } from '../oci/digest.ts';
import { leanIndex } from '../oci/index-bytes.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import type { Overlay } from './content.ts';
import { areReferrersTo, digestsIn, entriesBeside, type Entry } from './entries.ts';
import { type LayoutRoot, mergeRoots } from './merge.ts';
import { selectImage } from './select-image.ts';

/** A layout, as far as choosing an image is concerned. */
export interface LayoutIndex {
  readonly path: string;
  readonly index: ImageIndex;
  /** `index.json` as it was read. */
  readonly indexBytes: Uint8Array;
  /** What the request's `image` is for this layout alone. */
  readonly image?: string | undefined;
}

export interface ReadLayout<L extends LayoutIndex = LayoutIndex> {
  readonly layout: L;
  readonly entries: readonly Entry[];
}

/** The image of one layout. */
export interface ChosenRoot extends LayoutRoot {
  /** What is pushed of it, or would be if no input changed it. */
  readonly origin: Descriptor;
  /**
   * Where `index.json` itself is the image: all of it, while `root` lacks the signatures and the like that it lists. No
   * index that has to be made lists those: they go along as referrers.
   */
  readonly whole?: Descriptor;
  /** Whether `index.json` lacks its `schemaVersion`, which `whole` and `root` have. */
  readonly lacksVersion?: boolean;
}

interface Wanted {
  readonly image: string | undefined;
  readonly platforms: readonly Platform[];
}

/**
 * The image of each layout. A layout that holds nothing but signatures and the like of images in other layouts has none.
 * Indexes that have to be made are added to `content`. @throws PushError as `selectImage`
 */
export async function chooseRoots(
  layouts: readonly ReadLayout[],
  content: Overlay,
  wanted: Wanted,
): Promise<readonly ChosenRoot[]> {
  const roots: ChosenRoot[] = [];
  for (const { layout, entries } of withImages(layouts))
    roots.push(await chooseRoot(layout, entries, content, wanted));
  return roots;
}

function withImages(layouts: readonly ReadLayout[]): readonly ReadLayout[] {
  const known = new Set(layouts.flatMap(({ entries }) => [...digestsIn(entries)]));
  const left = layouts.filter(
    ({ layout, entries }) => layout.image !== undefined || !areReferrersTo(known, entries),
  );
  return left.length > 0 ? left : layouts;
}

async function chooseRoot(
  { path: layoutPath, index: { mediaType }, indexBytes, image }: LayoutIndex,
  entries: readonly Entry[],
  content: Overlay,
  wanted: Wanted,
): Promise<ChosenRoot> {
  const selected = await selectImage(
    entries,
    layoutPath,
    { ...wanted, image: image ?? wanted.image },
    content,
  );
  const inFile = { mediaType, digest: digestOf(indexBytes), size: indexBytes.byteLength };
  if ('mediaType' in selected) return { root: selected, origin: selected, layoutPath };
  if (!('without' in selected)) {
    const images = selected.map((one) => ({ root: one, layoutPath }));
    return { root: await mergeRoots(images, content), origin: inFile, layoutPath };
  }
  const lacksVersion = leanIndex(indexBytes, new Set()) !== indexBytes;
  const bytes = leanIndex(indexBytes, selected.without);
  const beside = new Set(entriesBeside(entries).map(({ descriptor }) => descriptor.digest));
  const whole = content.add(mediaType, bytes);
  const root = content.add(mediaType, leanIndex(bytes, beside));
  return { root, origin: whole, whole, layoutPath, lacksVersion };
}
