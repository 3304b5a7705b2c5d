import { PushError } from '../errors.ts';
import { isAttestation } from '../oci/annotations.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Fields } from '../oci/fields.ts';
import { newIndex, rawEntries } from '../oci/index-bytes.ts';
import { isIndexMediaType, OCI_INDEX } from '../oci/media-types.ts';
import { isSamePlatform, platformLabel } from '../oci/platform.ts';
import type { Overlay } from './content.ts';
import { checkDepth } from './limits.ts';
import { isImageEntry, isRunnable, platformOf, readManifest } from './read-manifest.ts';

/** The image or index that one of several layouts holds. */
export interface LayoutRoot {
  readonly root: Descriptor;
  readonly layoutPath: string;
}

interface Entry {
  readonly digest: Digest;
  /** As it goes into the merged index. */
  readonly raw: Fields;
  readonly platform: Platform | undefined;
  readonly layoutPath: string;
}

/**
 * One index of the images of several layouts, in order, each once; the entries of their own indexes move into it.
 * `warn` gets what to tell of it, a sentence each. @throws PushError CONFLICTING_PLATFORMS
 */
export async function mergeRoots(
  roots: readonly LayoutRoot[],
  content: Overlay,
  warn?: (notice: string) => void,
): Promise<Descriptor> {
  const merge = new Merge(content, warn);
  for (const { root, layoutPath } of roots) {
    const { mediaType, digest, size } = root;
    await merge.add(root, { mediaType, digest, size }, layoutPath, []);
  }
  return content.add(OCI_INDEX, newIndex(merge.entries.map(({ raw }) => raw)));
}

class Merge {
  readonly entries: Entry[] = [];
  readonly #content: Overlay;
  readonly #warn: ((notice: string) => void) | undefined;
  /** Images and indexes alike: what is listed many times is read only once. */
  readonly #known = new Set<Digest>();

  constructor(content: Overlay, warn?: (notice: string) => void) {
    this.#content = content;
    this.#warn = warn;
  }

  /** `raw` is the image's entry in the merged index; an index is replaced by its own entries. */
  async add(
    descriptor: Descriptor,
    raw: Fields,
    layoutPath: string,
    parents: readonly Digest[],
  ): Promise<void> {
    const { digest } = descriptor;
    checkDepth(digest, parents);
    if (this.#known.has(digest)) return;
    this.#known.add(digest);
    if (isAttestation(descriptor)) {
      this.entries.push({ digest, raw, platform: undefined, layoutPath });
      return;
    }
    // An image may be absent, as `docker save` leaves some out: the walk finds that out, for all of them together.
    if (!isIndexMediaType(descriptor.mediaType)) return this.#addImage(descriptor, raw, layoutPath);
    const { manifest, bytes } = await readManifest(descriptor, this.#content);
    const children = manifest.kind === 'index' ? manifest.manifests : [];
    const raws = rawEntries(bytes);
    for (const [at, child] of children.entries()) {
      await this.add(child, raws[at] ?? {}, layoutPath, [...parents, digest]);
    }
  }

  async #addImage(descriptor: Descriptor, raw: Fields, layoutPath: string): Promise<void> {
    const { digest } = descriptor;
    const platform = await platformOf(descriptor, this.#content);
    if (platform === undefined && (await isRunnable(descriptor, this.#content))) {
      this.#warn?.(
        `${digest} of ${layoutPath} has no platform, not even in its config: nothing can choose it from the merged index`,
      );
    }
    // `raw` lacks what index.json says of a root.
    const saysPlatform = descriptor.platform !== undefined && raw['platform'] !== undefined;
    const named = saysPlatform ? raw : withPlatform(raw, platform);
    // An artifact is of a platform, too, and yet no second image of it.
    const isImage = await isImageEntry(descriptor, this.#content);
    const entry = { digest, raw: named, platform: isImage ? platform : undefined, layoutPath };
    refuseConflict(entry, this.entries);
    this.entries.push(entry);
  }
}

function withPlatform(raw: Fields, platform: Platform | undefined): Fields {
  if (platform === undefined) return raw;
  const { os, architecture, variant, osVersion } = platform;
  return {
    ...raw,
    platform: {
      architecture,
      os,
      ...(variant === undefined ? {} : { variant }),
      ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
    },
  };
}

function refuseConflict({ digest, platform, layoutPath }: Entry, others: readonly Entry[]): void {
  if (platform === undefined) return;
  const other = others.find(
    (entry) =>
      entry.layoutPath !== layoutPath &&
      entry.platform !== undefined &&
      isSamePlatform(entry.platform, platform),
  );
  if (other === undefined) return;
  throw new PushError(
    'CONFLICTING_PLATFORMS',
    `${platformLabel(platform)} is in two layouts: ${other.digest} in ${other.layoutPath} and ${digest} in ${layoutPath}`,
  );
}
