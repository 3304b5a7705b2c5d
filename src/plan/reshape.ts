import { PushError } from '../errors.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Fields } from '../oci/fields.ts';
import { rawEntries, withEntries } from '../oci/index-bytes.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { matchesPlatform, platformName } from '../oci/platform.ts';
import { attestedDigest, isAttestation } from './attestation.ts';
import { checkDepth } from './depth.ts';
import type { ManifestNode } from './graph.ts';
import type { Overlay } from './overlay.ts';
import { platformOf } from './platform-of.ts';
import { readManifest } from './read-manifest.ts';

/** What to keep of an index. Anything but the defaults makes another index, with another digest. */
export interface Shape {
  /** Those to keep; empty keeps all. */
  readonly platforms: readonly Platform[];
  readonly attestations: 'keep' | 'drop';
  /** `unwrap` turns an index that holds one image into that image, which is what AWS Lambda takes. */
  readonly singleImage: 'keep' | 'unwrap';
}

/**
 * The root that the shape makes of `root`: the same descriptor when nothing has to go. New indexes are added to
 * `content`.
 * @throws PushError PLATFORM_NOT_FOUND, NO_IMAGE, NOT_A_SINGLE_IMAGE
 */
export async function reshape(
  root: Descriptor,
  content: Overlay,
  shape: Shape,
): Promise<Descriptor> {
  const kept = keepsAll(shape) ? root : await filtered(root, content, shape);
  return shape.singleImage === 'unwrap' ? unwrap(kept, content) : kept;
}

function keepsAll({ platforms, attestations }: Shape): boolean {
  return platforms.length === 0 && attestations === 'keep';
}

async function filtered(root: Descriptor, content: Overlay, shape: Shape): Promise<Descriptor> {
  const filter = new Filter(content, shape);
  const kept = await filter.keep(root, []);
  filter.checkAllFound();
  if (kept !== undefined) return kept;
  throw new PushError('NO_IMAGE', `index ${root.digest} holds nothing but attestations`, {
    hint: 'Leave the input attestations out, or set it to keep.',
  });
}

class Filter {
  readonly seen: Platform[] = [];
  readonly #content: Overlay;
  readonly #shape: Shape;
  /** What is left of each index: one that is named again and again is read once. */
  readonly #left = new Map<Digest, Descriptor | undefined>();

  constructor(content: Overlay, shape: Shape) {
    this.#content = content;
    this.#shape = shape;
  }

  checkAllFound(): void {
    const missing = this.#shape.platforms.filter(
      (wanted) => !this.seen.some((have) => matchesPlatform(have, wanted)),
    );
    if (missing.length > 0) throw platformNotFound(missing, this.seen);
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
    const { platforms } = this.#shape;
    if (platforms.length === 0) return true;
    const platform = await platformOf(image, this.#content);
    if (platform === undefined) return false;
    this.seen.push(platform);
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
    }
    const digests = new Set<string>([...kept.keys()].map(({ digest }) => digest));
    for (const entry of entries.filter(isAttestation)) {
      if (this.#keepsAttestation(entry, digests)) kept.set(entry, entry);
    }
    if (kept.size === 0 && entries.length > 0) return undefined;
    return this.#rewrite(node, entries, kept);
  }

  #keepsAttestation(entry: Descriptor, keptImages: ReadonlySet<string>): boolean {
    if (this.#shape.attestations === 'drop') return false;
    const attested = attestedDigest(entry);
    return attested === undefined ? this.#shape.platforms.length === 0 : keptImages.has(attested);
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
  // Inline data are those of the index that it was.
  const others = Object.entries(raw).filter(([name]) => name !== 'data');
  return [{ ...Object.fromEntries(others), digest: kept.digest, size: kept.size }];
}

async function unwrap(root: Descriptor, content: Overlay): Promise<Descriptor> {
  const { manifest } = await readManifest(root, content);
  if (manifest.kind === 'image') return root;
  const images = manifest.manifests.filter((entry) => !isAttestation(entry));
  const [only] = images;
  if (only !== undefined && images.length === 1) return unwrap(only, content);
  throw new PushError(
    'NOT_A_SINGLE_IMAGE',
    `index ${root.digest} holds ${images.length} images, so it cannot be unwrapped`,
    {
      hint: 'Keep one platform with the input platforms, or leave single-image out.',
    },
  );
}

function platformNotFound(missing: readonly Platform[], seen: readonly Platform[]): PushError {
  const found = seen.length === 0 ? 'names none' : `holds ${seen.map(platformName).join(', ')}`;
  return new PushError(
    'PLATFORM_NOT_FOUND',
    `No image for ${missing.map(platformName).join(', ')}: the layout ${found}`,
    {
      hint: 'Set the input platforms to some of those, or build for what is missing.',
    },
  );
}
