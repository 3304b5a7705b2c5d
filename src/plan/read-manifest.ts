import type { Descriptor } from '../oci/descriptor.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import type { ContentReader, ManifestNode } from './graph.ts';

/** @throws PushError BLOB_MISSING, SIZE_MISMATCH, DIGEST_MISMATCH, and what `parseManifest` throws */
export async function readManifest(
  descriptor: Descriptor,
  content: ContentReader,
): Promise<ManifestNode> {
  const bytes = await content.readVerified(descriptor);
  const { mediaType, digest } = descriptor;
  return {
    descriptor,
    bytes,
    manifest: parseManifest(bytes, { mediaType, where: `manifest ${digest}` }),
  };
}
