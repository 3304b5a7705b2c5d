import type { Descriptor } from '../oci/descriptor.ts';
import { checkManifestMediaType, parseManifest } from '../oci/parse-manifest.ts';
import type { ContentReader, ManifestNode } from './graph.ts';

/** @throws PushError UNSUPPORTED_MEDIA_TYPE, BLOB_MISSING, DIGEST_MISMATCH, and what `parseManifest` throws */
export async function readManifest(
  descriptor: Descriptor,
  content: ContentReader,
): Promise<ManifestNode> {
  const { mediaType, digest } = descriptor;
  const where = `manifest ${digest}`;
  // Before it is read: it could be a layer, of any size.
  checkManifestMediaType(mediaType, where);
  const bytes = await content.readVerified(descriptor);
  return { descriptor, bytes, manifest: parseManifest(bytes, { mediaType, where }) };
}
