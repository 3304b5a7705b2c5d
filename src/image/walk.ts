import { PushError } from '../errors.ts';
import { type Descriptor, isForeignLayer, type Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import type { ImageIndex, ImageManifest } from '../oci/manifest.ts';
import { isConfigMediaType } from '../oci/media-types.ts';
import { parseConfig } from '../oci/parse-manifest.ts';
import { checkImage } from './check-image.ts';
import type { ContentReader } from './content.ts';
import type { ImageGraph, ManifestNode, ReferrerNode } from './graph.ts';
import { type Gap, incompleteIndex, missingBlob } from './incomplete-index.ts';
import { instructionsByLayer } from './instructions.ts';
import { checkDepth, MAX_GRAPH_BYTES } from './limits.ts';
import { readManifest } from './read-manifest.ts';
import { rolesOf } from './role.ts';
import type { OnBroken, Referrer } from './referrers.ts';

/**
 * Reads and verifies everything under `root`, and the referrers to any of it; checks for what ECR would refuse, so that
 * nothing is sent in vain. A referrer that fails these checks is reported to `onBroken` and left behind.
 * @throws PushError BLOB_MISSING, DIGEST_MISMATCH, EMPTY_BLOB, TOO_MANY_LAYERS, INCOMPLETE_INDEX,
 *   INVALID_MANIFEST, TOO_LARGE, and what `parseManifest` throws
 */
export async function walkGraph(
  root: Descriptor,
  content: ContentReader,
  referrers: readonly Referrer[] = [],
  onBroken: OnBroken = refuse,
): Promise<ImageGraph> {
  const walk = new Walk(content);
  const node = await walk.whole(root);
  const absentHint = await walk.absentHint();
  const manifests = walk.manifests();
  const found = await walkReferrers(walk, referrers, onBroken);
  const graph = { root: node, manifests, referrers: found, absentHint, absentManifests: [] };
  const { platforms, instructions } = walk;
  return { ...graph, roles: rolesOf(graph, platforms), platforms, instructions, ...walk.blobs() };
}

function refuse(error: PushError): never {
  throw error;
}

/** A referrer can itself have referrers: repeats until none of those left refers to anything found. */
async function walkReferrers(
  walk: Walk,
  referrers: readonly Referrer[],
  onBroken: OnBroken,
): Promise<ReferrerNode[]> {
  const found: ReferrerNode[] = [];
  for (let left = referrers; ;) {
    // Under a tag, also what has come along by itself, as the child of an index.
    const next = left.filter(
      ({ subject, descriptor, tag }) =>
        walk.knows(subject) && (tag !== undefined || !walk.knows(descriptor.digest)),
    );
    if (next.length === 0) return found;
    left = left.filter((referrer) => !next.includes(referrer));
    for (const referrer of next) {
      try {
        found.push(...(await walkReferrer(walk, referrer)));
      } catch (error) {
        if (!(error instanceof PushError)) throw error;
        onBroken(error);
      }
    }
  }
}

/** In a walk of its own, so that a referrer that turns out to be broken leaves nothing behind in `walk`. */
async function walkReferrer(walk: Walk, { descriptor, tag }: Referrer): Promise<ReferrerNode[]> {
  const known = walk.find(descriptor.digest);
  if (known !== undefined) return tag === undefined ? [] : [{ ...known, tag }];
  const further = walk.further();
  await further.whole(descriptor);
  walk.take(further);
  return further
    .manifests()
    .map((node) => (node.descriptor === descriptor && tag !== undefined ? { ...node, tag } : node));
}

class Walk {
  readonly #content: ContentReader;
  /** An earlier walk, whose manifests and blobs need not be read again. */
  readonly #before: Walk | undefined;
  readonly #known = new Map<Digest, ManifestNode>();
  readonly #blobs = new Map<Digest, Descriptor>();
  readonly #absentForeignLayers = new Map<Digest, Descriptor>();
  readonly #absentLayers = new Map<Digest, Descriptor>();
  /** What configs say: platforms by the config's digest, what made layers by the layer's. */
  readonly platforms = new Map<Digest, Platform>();
  readonly instructions = new Map<Digest, string>();
  /** Entries of indexes: those that are there, and below those that are not. */
  readonly #images: Descriptor[] = [];
  readonly #gaps: Gap[] = [];
  /** Images of which only layers are absent, which ECR may hold. */
  readonly #lacking: Gap[] = [];
  #bytes: number;

  constructor(content: ContentReader, before?: Walk) {
    this.#content = content;
    this.#before = before;
    this.#bytes = before === undefined ? 0 : before.#bytes;
  }

  find(digest: Digest): ManifestNode | undefined {
    return this.#known.get(digest) ?? this.#before?.find(digest);
  }

  knows(digest: Digest): boolean {
    return this.find(digest) !== undefined;
  }

  hasBlob(blob: Descriptor): boolean {
    if (this.#blobs.get(blob.digest)?.size === blob.size) return true;
    return this.#before?.hasBlob(blob) ?? false;
  }

  /** Children before their parents. */
  manifests(): ManifestNode[] {
    return [...this.#known.values()];
  }

  blobs(): Pick<ImageGraph, 'blobs' | 'absentLayers' | 'absentForeignLayers'> {
    return {
      blobs: [...this.#blobs.values()],
      absentLayers: [...this.#absentLayers.values()],
      absentForeignLayers: [...this.#absentForeignLayers.values()],
    };
  }

  /** A walk that skips what this one knows. */
  further(): Walk {
    return new Walk(this.#content, this);
  }

  take(further: Walk): void {
    for (const [digest, node] of further.#known) this.#known.set(digest, node);
    for (const [digest, blob] of further.#blobs) this.#blobs.set(digest, blob);
    for (const [digest, layer] of further.#absentForeignLayers)
      this.#absentForeignLayers.set(digest, layer);
    for (const [digest, platform] of further.platforms) this.platforms.set(digest, platform);
    for (const [digest, text] of further.instructions) this.instructions.set(digest, text);
    this.#bytes = further.#bytes;
  }

  /** @throws PushError INCOMPLETE_INDEX if anything under an index is absent, and what `manifest` throws */
  async whole(root: Descriptor): Promise<ManifestNode> {
    const node = await this.manifest(root, []);
    const [first, ...others] = this.#gaps;
    if (first === undefined) return node;
    throw await incompleteIndex(this.#images, [first, ...others, ...this.#lacking], this.#content);
  }

  /** Which inputs leave out the images that lack layers. */
  async absentHint(): Promise<string | undefined> {
    const [first, ...others] = this.#lacking;
    if (first === undefined) return undefined;
    return (await incompleteIndex(this.#images, [first, ...others], this.#content)).hint;
  }

  /** A manifest is recorded after its children, which puts children first. */
  async manifest(descriptor: Descriptor, parents: readonly Digest[]): Promise<ManifestNode> {
    const { digest } = descriptor;
    const known = this.find(digest);
    if (known !== undefined) return this.#again(descriptor, known);
    checkDepth(digest, parents);
    const node = await readManifest(descriptor, this.#content);
    this.#count(node);
    if (node.manifest.kind === 'index') await this.#index(node.manifest, digest, parents);
    else await this.#image(node.manifest, `manifest ${digest}`);
    this.#known.set(digest, node);
    return node;
  }

  /** A manifest that is listed again is read again only if the descriptors differ, which then fails. */
  async #again(descriptor: Descriptor, known: ManifestNode): Promise<ManifestNode> {
    const { mediaType, size } = known.descriptor;
    const isSame = descriptor.mediaType === mediaType && descriptor.size === size;
    if (!isSame) await readManifest(descriptor, this.#content);
    return known;
  }

  #count({ bytes }: ManifestNode): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes <= MAX_GRAPH_BYTES) return;
    throw new PushError('TOO_LARGE', `the manifests of the image exceed ${MAX_GRAPH_BYTES} bytes`);
  }

  /** What is absent is only recorded, so that the error at the end can name all of it. */
  async #index(
    { manifests }: ImageIndex,
    index: Digest,
    parents: readonly Digest[],
  ): Promise<void> {
    for (const entry of manifests) {
      try {
        const { manifest } = await this.manifest(entry, [...parents, index]);
        const absent =
          manifest.kind === 'image' && manifest.layers.find((layer) => this.#lacks(layer));
        if (absent) this.#lacking.push({ index, entry, error: missingBlob(absent, 'layer') });
        else if (manifest.kind === 'image') this.#images.push(entry);
      } catch (error) {
        if (!(error instanceof PushError && error.code === 'BLOB_MISSING')) throw error;
        this.#gaps.push({ index, entry, error });
      }
    }
  }

  async #image(image: ImageManifest, where: string): Promise<void> {
    checkImage(image, where);
    const { config, layers } = image;
    await this.#blob(config, `${where}: config`);
    await this.#checkConfig(image);
    for (const layer of layers) await this.#layer(layer, `${where}: layer`);
  }

  /** ECR may hold what the layout leaves out; of a referrer, all must be here. */
  async #layer(layer: Descriptor, where: string): Promise<void> {
    try {
      await this.#blob(layer, where);
    } catch (error) {
      const isAbsent = error instanceof PushError && error.code === 'BLOB_MISSING';
      if (!isAbsent || this.#before !== undefined) throw error;
      this.#absentLayers.set(layer.digest, layer);
    }
  }

  #lacks({ digest }: Descriptor): boolean {
    return this.#absentLayers.has(digest);
  }

  async #blob(blob: Descriptor, where: string): Promise<void> {
    if (this.hasBlob(blob)) return;
    if (await this.#content.has(blob)) this.#blobs.set(blob.digest, blob);
    else if (isForeignLayer(blob)) this.#absentForeignLayers.set(blob.digest, blob);
    else throw missingBlob(blob, where);
  }

  /** Configs are small enough to verify before anything is sent; ECR itself verifies a larger one. */
  async #checkConfig({ config, layers }: ImageManifest): Promise<void> {
    if (config.size > MAX_MANIFEST_BYTES || !this.hasBlob(config)) return;
    const bytes = await this.#content.readVerified(config);
    if (!isConfigMediaType(config.mediaType)) return;
    const { platform, instructions } = parseConfig(bytes, `config ${config.digest}`);
    if (platform !== undefined) this.platforms.set(config.digest, platform);
    for (const [digest, text] of instructionsByLayer(layers, instructions))
      this.instructions.set(digest, text);
  }
}
