import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Compression } from './compression.ts';
import { formOf, type LayerForm } from './layer-form.ts';
import type { BlobReader, BlobStore } from './layout.ts';

/**
 * The same blobs; `warn` is told, once each, of layers that are opened and whose bytes are compressed in another way than
 * their media type says. That takes a read of a few bytes, and nothing for layers that need not be opened.
 */
export function checkLabels(
  blobs: Pick<BlobStore, 'openBlob'>,
  warn: (notice: string) => void,
): Pick<BlobStore, 'openBlob'> {
  const told = new Set<Digest>();
  return {
    openBlob: async (descriptor) => {
      const blob = await blobs.openBlob(descriptor);
      const notice = await noticeOf(descriptor, blob);
      if (notice !== undefined && !told.has(descriptor.digest)) warn(notice);
      if (notice !== undefined) told.add(descriptor.digest);
      return blob;
    },
  };
}

/** Only of compressions that are told by their bytes: some layers are of a kind of their own. */
async function noticeOf(
  { mediaType, digest }: Descriptor,
  blob: BlobReader,
): Promise<string | undefined> {
  const said = compressionIn(mediaType);
  if (said === undefined) return undefined;
  const form = await formOrClose(blob);
  const found = typeof form === 'string' ? form : form.name;
  if (found === 'none' || found === said) return undefined;
  return `Layer ${digest} is compressed with ${found}, though its media type is ${mediaType}: some programs cannot unpack it`;
}

function compressionIn(mediaType: string): LayerForm | undefined {
  const [, said] = /[.+](gzip|zstd)$/.exec(mediaType) ?? [];
  return said === 'gzip' || said === 'zstd' ? said : undefined;
}

async function formOrClose(blob: BlobReader): Promise<LayerForm | Compression> {
  try {
    return await formOf(blob);
  } catch (error) {
    await blob[Symbol.asyncDispose]();
    throw error;
  }
}
