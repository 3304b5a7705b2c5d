import { PushError } from '../errors.ts';
import { attestedDigest, isAttestation } from '../oci/annotations.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Fields } from '../oci/fields.ts';
import { rawEntries, withEntries } from '../oci/index-bytes.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { matchesPlatform, platformName } from '../oci/platform.ts';
import type { Overlay } from './content.ts';
import type { ManifestNode } from './graph.ts';
import { checkDepth } from './limits.ts';
import { isImageEntry, platformOf, readManifest } from './read-manifest.ts';

/** What to keep of images and indexes. */
export interface Selection {
  /** The platforms to keep; empty keeps all. */
  readonly platforms: readonly Platform[];
  readonly attestations: 'keep' | 'drop';
}

/**
 * What the selection leaves of each root, in order: the same descriptor if nothing has to go, undefined if everything
 * has to. New indexes are added to `content`.
 * @throws PushError PLATFORM_NOT_FOUND if a wanted platform is in none of the roots
 */
export async function filterRoots(
  roots: readonly Descriptor[],
  content: Overlay,
  selection: Selection,
): Promise<readonly (Descriptor | undefined)[]> {
  if (selection.platforms.length === 0 && selection.attestations === 'keep') return roots;
  const filter = new Filter(content, selection);
  const left: (Descriptor | undefined)[] = [];
  for (const root of roots) left.push(await filter.keep(root, []));
  await filter.checkAllFound();
  return left;
}

/** What says that it is of a platform, though it may be an artifact. */
interface Seen {
  readonly entry: Descriptor;
  readonly platform: Platform;
}

class Filter {
  readonly #seen: Seen[] = [];
  readonly #content: Overlay;
  readonly #selection: Selection;
  /** What is left of each index: one that is listed many times is read only once. */
  readonly #left = new Map<Digest, Descriptor | undefined>();
  /** What is kept unchanged, so that its attestations still hold. */
  readonly #unchanged = new Set<string>();

  constructor(content: Overlay, selection: Selection) {
    this.#content = content;
    this.#selection = selection;
  }

  async checkAllFound(): Promise<void> {
    const missing: Platform[] = [];
    for (const wanted of this.#selection.platforms) {
      const images = await this.#images(this.#seenFor(wanted));
      if (images.length === 0) missing.push(wanted);
    }
    if (missing.length === 0) return;
    const images = await this.#images(this.#seen);
    if (images.length > 0) throw platformNotFound(missing, images);
    // Where there is no image, artifacts are what platforms choose from.
    const absent = missing.filter((wanted) => this.#seenFor(wanted).length === 0);
    const artifacts = this.#seen.map(({ platform }) => platform);
    if (absent.length > 0) throw platformNotFound(absent, artifacts);
  }

  #seenFor(wanted: Platform): readonly Seen[] {
    return this.#seen.filter(({ platform }) => matchesPlatform(platform, wanted));
  }

  /** The platforms of the images among them, each once: artifacts run on none. */
  async #images(seen: readonly Seen[]): Promise<readonly Platform[]> {
    const entries = new Map(seen.map((one) => [one.entry.digest, one]));
    const platforms: Platform[] = [];
    for (const { entry, platform } of entries.values()) {
      if (await isImageEntry(entry, this.#content)) platforms.push(platform);
    }
    return platforms;
  }

  /** What is left of an image or index; undefined if nothing is. */
  async keep(entry: Descriptor, parents: readonly Descriptor[]): Promise<Descriptor | undefined> {
    if (!isIndexMediaType(entry.mediaType))
      return (await this.#isWanted(entry)) ? entry : undefined;
    checkDepth(
      entry.digest,
      parents.map(({ digest }) => digest),
    );
    if (!this.#left.has(entry.digest)) {
      const node = await readManifest(entry, this.#content);
      this.#left.set(entry.digest, await this.#keepOfIndex(node, [...parents, entry]));
    }
    return this.#left.get(entry.digest);
  }

  async #isWanted(image: Descriptor): Promise<boolean> {
    const { platforms } = this.#selection;
    if (platforms.length === 0) return true;
    const platform = await platformOf(image, this.#content);
    if (platform === undefined) return false;
    this.#seen.push({ entry: image, platform });
    return platforms.some((wanted) => matchesPlatform(platform, wanted));
  }

  async #keepOfIndex(
    node: ManifestNode,
    parents: readonly Descriptor[],
  ): Promise<Descriptor | undefined> {
    const entries = node.manifest.kind === 'index' ? node.manifest.manifests : [];
    const kept = new Map<Descriptor, Descriptor>();
    for (const entry of entries.filter((child) => !isAttestation(child))) {
      const left = await this.keep(entry, parents);
      if (left !== undefined) kept.set(entry, left);
      if (left?.digest === entry.digest) this.#unchanged.add(entry.digest);
    }
    for (const entry of entries.filter(isAttestation)) {
      if (this.#keepsAttestation(entry)) kept.set(entry, entry);
    }
    if (kept.size === 0 && entries.length > 0) return undefined;
    return this.#rewrite(node, entries, kept);
  }

  #keepsAttestation(entry: Descriptor): boolean {
    if (this.#selection.attestations === 'drop') return false;
    const attested = attestedDigest(entry);
    return attested !== undefined && this.#unchanged.has(attested);
  }

  #rewrite(
    node: ManifestNode,
    entries: readonly Descriptor[],
    kept: ReadonlyMap<Descriptor, Descriptor>,
  ): Descriptor {
    const unchanged = entries.every((entry) => kept.get(entry)?.digest === entry.digest);
    if (unchanged) return node.descriptor;
    const raw = rawEntries(node.bytes);
    const rewritten = entries.flatMap((entry, at) => replaceEntry(raw[at], kept.get(entry)));
    return this.#content.add(node.descriptor.mediaType, withEntries(node.bytes, rewritten));
  }
}

function replaceEntry(raw: Fields | undefined, kept: Descriptor | undefined): Fields[] {
  if (raw === undefined || kept === undefined) return [];
  if (raw['digest'] === kept.digest) return [raw];
  // Inline data would be that of the index as it was.
  const others = Object.entries(raw).filter(([name]) => name !== 'data');
  return [{ ...Object.fromEntries(others), digest: kept.digest, size: kept.size }];
}

function platformNotFound(missing: readonly Platform[], seen: readonly Platform[]): PushError {
  const names = new Set(seen.map(platformName));
  const found = names.size === 0 ? 'names no platform' : `has ${[...names].join(', ')}`;
  return new PushError(
    'PLATFORM_NOT_FOUND',
    `no image for ${missing.map(platformName).join(', ')}: the layout ${found}`,
    names.size === 0 ? { hint: NO_PLATFORMS } : {},
  );
}

const NO_PLATFORMS =
  'The input platforms cannot choose images or artifacts that name none: leave it out, or set the input image.';
