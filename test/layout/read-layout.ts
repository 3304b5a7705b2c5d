import { createHash } from 'node:crypto';
import type { Layout } from '../../src/layout/layout.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import type { Shape } from '../../src/image/reshape.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';

const AS_IS: Shape = { platforms: [], attestations: 'keep', singleImage: 'keep' };

/**
 * Does with one image of a layout what a push does before it sends anything, and returns what would be sent. Without
 * `referrers` it looks at nothing else in the layout.
 */
export async function blobsToPush(
  layout: Layout,
  root: Descriptor,
  { referrers = true } = {},
): Promise<readonly Descriptor[]> {
  const request = { image: root.digest, shape: AS_IS, referrers };
  const { graph } = await resolveImage([layout], layout, request);
  return graph.blobs;
}

/** Opens a layout, resolves every image that it lists, and reads all their blobs as an upload would. */
export async function readLayout(path: string): Promise<void> {
  await using layout = await openLayout(path);
  for (const root of layout.index.manifests) {
    for (const blob of await blobsToPush(layout, root)) await digestOfBlob(layout, blob);
  }
}

const CHUNK_BYTES = 64 * 1024;

export async function digestOfBlob(layout: Layout, descriptor: Descriptor): Promise<string> {
  await using blob = await layout.openBlob(descriptor);
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, blob.size));
  for (let position = 0; position < blob.size; position += chunk.byteLength) {
    const part = chunk.subarray(0, Math.min(chunk.byteLength, blob.size - position));
    await blob.read(part, position);
    hash.update(part);
  }
  return `sha256:${hash.digest('hex')}`;
}
