import { PushError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageManifest, Manifest } from '../oci/manifest.ts';
import { MAX_MANIFEST_BYTES } from '../oci/limits.ts';
import { DOCKER_CONFIG, isForeignLayer, OCI_CONFIG } from '../oci/media-types.ts';
import { parseConfigPlatform, parseManifest } from '../oci/parse-manifest.ts';
import type { ContentReader, ImageGraph, ManifestNode } from './graph.ts';

/** ECR refuses an image with more: https://github.com/spinframework/spin/issues/1787 */
export const MAX_LAYERS = 500;
/** Indexes within indexes: no tool writes more than two or three. */
export const MAX_DEPTH = 16;
/** All manifests of a graph together are held in memory until they are pushed. */
export const MAX_GRAPH_BYTES = 64 * 1024 * 1024;

/**
 * Reads everything under `root`, verified, and checks what ECR would refuse, so that nothing is sent in vain.
 * @throws PushError BLOB_MISSING, SIZE_MISMATCH, DIGEST_MISMATCH, EMPTY_BLOB, TOO_MANY_LAYERS,
 *   INDEX_TOO_DEEP, GRAPH_TOO_LARGE, and what parsing a manifest throws
 */
export async function walkGraph(root: Descriptor, content: ContentReader): Promise<ImageGraph> {
  const walk = new Walk(content);
  const node = await walk.manifest(root, []);
  return { root: node, ...walk.found() };
}

class Walk {
  readonly #content: ContentReader;
  readonly #manifests = new Map<Digest, ManifestNode>();
  readonly #blobs = new Map<Digest, Descriptor>();
  readonly #absentForeignLayers = new Map<Digest, Descriptor>();
  #bytes = 0;

  constructor(content: ContentReader) {
    this.#content = content;
  }

  found(): Omit<ImageGraph, 'root'> {
    return {
      manifests: [...this.#manifests.values()],
      blobs: [...this.#blobs.values()],
      absentForeignLayers: [...this.#absentForeignLayers.values()],
    };
  }

  /** A manifest is noted after its children, which puts children first. */
  async manifest(descriptor: Descriptor, parents: readonly Digest[]): Promise<ManifestNode> {
    const known = this.#manifests.get(descriptor.digest);
    if (known !== undefined) return known;
    checkDepth(descriptor, parents);
    const node = await this.#read(descriptor);
    await this.#children(node.manifest, [...parents, descriptor.digest]);
    this.#manifests.set(descriptor.digest, node);
    return node;
  }

  async #read(descriptor: Descriptor): Promise<ManifestNode> {
    this.#bytes += descriptor.size;
    if (this.#bytes > MAX_GRAPH_BYTES) {
      throw new PushError(
        'GRAPH_TOO_LARGE',
        `The manifests under one image exceed ${MAX_GRAPH_BYTES} bytes`,
        {
          hint: 'Push the image in parts: select one with "image", or keep fewer platforms.',
        },
      );
    }
    const bytes = await this.#content.readVerified(descriptor);
    const manifest = parseManifest(bytes, {
      mediaType: descriptor.mediaType,
      where: `manifest ${descriptor.digest}`,
    });
    return { descriptor, bytes, manifest };
  }

  async #children(manifest: Manifest, parents: readonly Digest[]): Promise<void> {
    if (manifest.kind === 'image') return this.#image(manifest, parents);
    for (const child of manifest.manifests) await this.manifest(child, parents);
  }

  async #image({ config, layers }: ImageManifest, parents: readonly Digest[]): Promise<void> {
    const image = `manifest ${parents.at(-1) ?? ''}`;
    if (layers.length > MAX_LAYERS) {
      throw new PushError(
        'TOO_MANY_LAYERS',
        `${image} has ${layers.length} layers; ECR takes at most ${MAX_LAYERS}`,
        {
          hint: 'Build the image with fewer layers: join RUN steps, or squash.',
        },
      );
    }
    await this.#blob(config, `${image}: config`);
    await this.#checkConfig(config);
    for (const layer of layers) await this.#blob(layer, `${image}: layer`);
  }

  /** Small enough to be verified before anything is sent; ECR itself sums up what is larger. */
  async #checkConfig(config: Descriptor): Promise<void> {
    if (config.size > MAX_MANIFEST_BYTES || !this.#blobs.has(config.digest)) return;
    const bytes = await this.#content.readVerified(config);
    if (isImageConfig(config.mediaType)) parseConfigPlatform(bytes, `config ${config.digest}`);
  }

  async #blob(blob: Descriptor, where: string): Promise<void> {
    if (this.#blobs.has(blob.digest)) return;
    if (blob.size === 0) {
      throw new PushError(
        'EMPTY_BLOB',
        `${where} ${blob.digest} is empty, and ECR takes no empty layer`,
        {
          hint: 'Build without the empty layer; an empty tar still has 1024 bytes.',
        },
      );
    }
    if (await this.#content.has(blob)) this.#blobs.set(blob.digest, blob);
    else if (isForeignLayer(blob.mediaType)) this.#absentForeignLayers.set(blob.digest, blob);
    else throw missingBlob(blob, where);
  }
}

function isImageConfig(mediaType: string): boolean {
  return mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG;
}

function checkDepth({ digest }: Descriptor, parents: readonly Digest[]): void {
  if (parents.includes(digest)) {
    throw new PushError('INDEX_LOOP', `index ${digest} reaches itself`, {
      hint: 'The layout is malformed: build it again.',
    });
  }
  if (parents.length >= MAX_DEPTH) {
    throw new PushError(
      'INDEX_TOO_DEEP',
      `index ${digest} lies more than ${MAX_DEPTH} indexes deep`,
      {
        hint: 'Push the inner image on its own: select it with "image".',
      },
    );
  }
}

function missingBlob({ digest }: Descriptor, where: string): PushError {
  return new PushError('BLOB_MISSING', `${where} ${digest} is not in the layout`, {
    hint: 'Build the layout again, whole: the tool that wrote it left this blob out.',
  });
}
