import type { Descriptor, Platform } from '../oci/descriptor.ts';
import { isConfigMediaType } from '../oci/media-types.ts';
import { parseConfigPlatform } from '../oci/parse-manifest.ts';
import type { ContentReader } from './graph.ts';
import { readManifest } from './read-manifest.ts';

/** An image's platform, from its config where the descriptor does not say; none for what is no image. */
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
