import { PushError } from '../errors.ts';
import { isAttestation } from '../oci/annotations.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { platformLabel, platformName } from '../oci/platform.ts';
import type { Overlay } from './content.ts';
import { filterRoots, type Selection } from './filter.ts';
import { type LayoutRoot, mergeRoots } from './merge.ts';
import { isImageEntry, knownPlatform, readManifest } from './read-manifest.ts';

/** What to push of what the layouts hold. Anything but the defaults can make another root, with another digest. */
export interface Shape extends Selection {
  /** `unwrap` turns an index that holds one image into that image, which is what AWS Lambda takes. */
  readonly singleImage: 'keep' | 'unwrap';
}

/**
 * The one root that the shape makes of the layouts' own: the same descriptor if there is one and nothing has to go.
 * Each layout is filtered before they are merged, so that platforms that are not kept cannot conflict; several layouts
 * always make an index, however little of them is left. New indexes are added to `content`; `warn`
 * gets what to tell of them, a sentence each.
 * @throws PushError PLATFORM_NOT_FOUND, NO_IMAGE, CONFLICTING_PLATFORMS, NOT_A_SINGLE_IMAGE
 */
export async function reshape(
  roots: readonly LayoutRoot[],
  content: Overlay,
  shape: Shape,
  warn?: (notice: string) => void,
): Promise<Descriptor> {
  const kept = await filterLayouts(roots, content, shape);
  const [first] = kept;
  if (first === undefined) throw nothingLeft(roots);
  const whole = roots.length === 1 ? first.root : await mergeRoots(kept, content, warn);
  return shape.singleImage === 'unwrap' ? unwrap(whole, content) : whole;
}

async function filterLayouts(
  layouts: readonly LayoutRoot[],
  content: Overlay,
  selection: Selection,
): Promise<readonly LayoutRoot[]> {
  const roots = layouts.map(({ root }) => root);
  const left = await filterRoots(roots, content, selection);
  return layouts.flatMap(({ layoutPath }, at) => {
    const root = left[at];
    return root === undefined ? [] : [{ root, layoutPath }];
  });
}

function nothingLeft(roots: readonly LayoutRoot[]): PushError {
  const indexes = roots.map(({ root, layoutPath }) => `index ${root.digest} of ${layoutPath}`);
  return new PushError('NO_IMAGE', `nothing but attestations in ${indexes.join(', ')}`, {
    hint: 'Set the input attestations to keep.',
  });
}

async function unwrap(root: Descriptor, content: Overlay): Promise<Descriptor> {
  const { manifest } = await readManifest(root, content);
  if (manifest.kind === 'image') return root;
  const images = await imagesOf(manifest, content);
  const [only] = images;
  if (only !== undefined && images.length === 1) return unwrap(only, content);
  throw await notSingle(root, images, content);
}

/** Without what stands beside them; what stands alone, or with nothing but its like, is the image, whatever it is. */
async function imagesOf(
  { manifests }: ImageIndex,
  content: Overlay,
): Promise<readonly Descriptor[]> {
  const entries = manifests.filter((entry) => !isAttestation(entry));
  if (entries.length === 1) return entries;
  const images: Descriptor[] = [];
  for (const entry of entries) if (await isImageEntry(entry, content)) images.push(entry);
  return images.length > 0 ? images : entries;
}

async function notSingle(
  { digest }: Descriptor,
  images: readonly Descriptor[],
  content: Overlay,
): Promise<PushError> {
  const [first] = images;
  const areImages = first === undefined || (await isImageEntry(first, content));
  const names = new Set<string>();
  const lines: string[] = [];
  for (const image of images.slice(0, MAX_LISTED)) {
    const platform = await knownPlatform(image, content);
    names.add(platform === undefined ? '' : platformName(platform));
    lines.push(
      `\n  ${image.digest} ${platform === undefined ? '(no platform)' : platformLabel(platform)}`,
    );
  }
  const more = images.length > lines.length ? `\n  and ${images.length - lines.length} more` : '';
  return new PushError(
    'NOT_A_SINGLE_IMAGE',
    `index ${digest} holds ${images.length} ${areImages ? 'images' : 'artifacts'}, so it cannot be unwrapped${lines.length > 0 ? ':' : ''}${lines.join('')}${more}`,
    images.length > 1 && names.size === 1 ? { hint: SAME_PLATFORM } : {},
  );
}

/** The most images that an error shows. */
const MAX_LISTED = 20;

const SAME_PLATFORM =
  'The input platforms cannot tell these images apart: set the input image to the digest of one of them, or leave single-image out.';
