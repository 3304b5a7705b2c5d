import { PushError } from '../errors.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Manifest } from '../oci/manifest.ts';
import { isConfigMediaType, isIndexMediaType, isManifestMediaType } from '../oci/media-types.ts';
import {
  checkManifestMediaType,
  parseConfigPlatform,
  parseManifest,
} from '../oci/parse-manifest.ts';
import type { ContentReader } from './content.ts';
import type { ManifestNode } from './graph.ts';

/** @throws PushError UNSUPPORTED_MEDIA_TYPE, BLOB_MISSING, DIGEST_MISMATCH, and what `parseManifest` throws */
export async function readManifest(
  descriptor: Descriptor,
  content: ContentReader,
): Promise<ManifestNode> {
  const { mediaType, digest } = descriptor;
  const where = `manifest ${digest}`;
  // Checked before it is read: it could be a layer of any size.
  checkManifestMediaType(mediaType, where);
  const bytes = await content.readVerified(descriptor);
  return { descriptor, bytes, manifest: parseManifest(bytes, { mediaType, where }) };
}

interface Sound {
  /** Undefined if it is neither image nor index, absent or broken. */
  readonly manifest: Manifest | undefined;
  /** What is wrong with it; undefined for one that is just not there. */
  readonly problem: PushError | undefined;
}

/** For what stands beside an image: it may be of any kind, absent or broken, and that must not stop the push. */
export async function readIfSound(descriptor: Descriptor, content: ContentReader): Promise<Sound> {
  const nothing = { manifest: undefined, problem: undefined };
  const { mediaType } = descriptor;
  if (!isManifestMediaType(mediaType) && !isIndexMediaType(mediaType)) return nothing;
  try {
    return { manifest: (await readManifest(descriptor, content)).manifest, problem: undefined };
  } catch (problem) {
    if (!(problem instanceof PushError)) throw problem;
    return problem.code === 'BLOB_MISSING' ? nothing : { manifest: undefined, problem };
  }
}

/** An image's platform, from its config if the descriptor does not name one; undefined if it is not an image. */
export async function platformOf(
  image: Descriptor,
  content: ContentReader,
): Promise<Platform | undefined> {
  if (image.platform !== undefined) return image.platform;
  const { manifest } = await readManifest(image, content);
  if (manifest.kind === 'index' || !isConfigMediaType(manifest.config.mediaType)) return undefined;
  return parseConfigPlatform(
    await content.readVerified(manifest.config),
    `config ${manifest.config.digest}`,
  );
}

/** The same, for messages: undefined, too, where it cannot be read. */
export async function knownPlatform(
  image: Descriptor,
  content: ContentReader,
): Promise<Platform | undefined> {
  try {
    return await platformOf(image, content);
  } catch (error) {
    if (error instanceof PushError) return undefined;
    throw error;
  }
}

/**
 * Whether an entry of an index is an image or an index, and not an artifact beside the images, such as a chart or a SOCI
 * index: those have a type of their own, or a platform nowhere. What is absent counts as an image: the walk reports it.
 */
export async function isImageEntry(entry: Descriptor, content: ContentReader): Promise<boolean> {
  if (isArtifactType(entry.artifactType)) return false;
  try {
    const { manifest } = await readManifest(entry, content);
    if (isArtifactType(manifest.artifactType)) return false;
    if (manifest.kind === 'index') return true;
    if (!isConfigMediaType(manifest.config.mediaType)) return false;
    const platform = await platformOf(entry, content);
    return platform !== undefined && platform.os !== 'unknown';
  } catch (error) {
    if (error instanceof PushError && error.code === 'BLOB_MISSING') return true;
    throw error;
  }
}

/** Whether it has the config of an image that a runtime could run, and is of no other type. */
export async function isRunnable(entry: Descriptor, content: ContentReader): Promise<boolean> {
  const { manifest } = await readManifest(entry, content);
  if (manifest.kind === 'index' || !isConfigMediaType(manifest.config.mediaType)) return false;
  return ![entry, manifest].some(({ artifactType }) => isArtifactType(artifactType));
}

/** Some tools write the type of an image's config where an artifact's type belongs. */
function isArtifactType(artifactType: string | undefined): boolean {
  return artifactType !== undefined && !isConfigMediaType(artifactType);
}
