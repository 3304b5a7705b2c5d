import type { Descriptor, Platform } from '../oci/descriptor.ts';
import { isConfigMediaType } from '../oci/media-types.ts';
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
