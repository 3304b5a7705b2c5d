import { createHash, type Hash } from 'node:crypto';
import { PushError } from '../errors.ts';
import { type Digest, digestFrom } from '../oci/digest.ts';
import { OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD } from '../oci/media-types.ts';
import { type Compression, compressionOf } from './compression.ts';
import { decompress } from './decompress.ts';
import type { BlobReader } from './layout.ts';
import { errorCode } from './read.ts';
import { BLOCK_BYTES, isTarStart } from './tar-header.ts';

/** What a layer's bytes are, whatever its file is called. */
export type LayerForm = 'gzip' | 'zstd' | 'none';

export const LAYER_MEDIA_TYPES: Readonly<Record<LayerForm, string>> = {
  gzip: OCI_LAYER_GZIP,
  zstd: OCI_LAYER_ZSTD,
  none: OCI_LAYER,
};

/** https://www.rfc-editor.org/rfc/rfc1952#section-2.3 and https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
const MAGIC: readonly { readonly form: LayerForm; readonly bytes: readonly number[] }[] = [
  { form: 'gzip', bytes: [0x1f, 0x8b, 8] },
  { form: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
];

/** Bytes that are read at once. */
const CHUNK_BYTES = 1024 * 1024;

/** The most that a layer is decompressed to, in bytes, so that a small file cannot keep a runner busy for days. */
const MAX_DECOMPRESSED_BYTES = 256 * 1024 ** 3;

/**
 * By its first bytes: a tar starts with the name of a file, and none starts like this. A `Compression` is one that
 * neither is decompressed here nor may be in an image.
 */
export async function formOf(layer: BlobReader): Promise<LayerForm | Compression> {
  const head = new Uint8Array(Math.min(BLOCK_BYTES, layer.size));
  await layer.read(head, 0);
  const found = MAGIC.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (found !== undefined) return found.form;
  const compression = compressionOf(head);
  const isForeign = compression?.decompress === undefined && !isTarStart(head);
  return isForeign && compression !== undefined ? compression : 'none';
}

export interface LayerDigests {
  /** Of the layer's bytes as they are. */
  readonly digest: Digest;
  /** Of what they decompress to: the same if they are not compressed. */
  readonly diffId: Digest;
}

interface ExamineOptions {
  readonly signal: AbortSignal;
  /** The most bytes that it may decompress to. */
  readonly limit?: number;
}

/**
 * Reads all of a layer, once, and decompresses it on the way, in bounded memory.
 * @throws PushError DIGEST_MISMATCH if it cannot be decompressed, TOO_LARGE, what the layer throws, and the signal's
 *   reason
 */
export async function examineLayer(
  layer: BlobReader,
  form: LayerForm,
  { signal, limit = MAX_DECOMPRESSED_BYTES }: ExamineOptions,
): Promise<LayerDigests> {
  const own = createHash('sha256');
  const chunks = chunksOf(layer, signal);
  if (form === 'none') {
    for await (const bytes of chunks) own.update(bytes);
    const digest = digestFrom(own);
    return { digest, diffId: digest };
  }
  const content = createHash('sha256');
  let size = 0;
  const take = (bytes: Uint8Array): void => {
    size += bytes.byteLength;
    if (size > limit) throw tooLarge(layer, limit);
    content.update(bytes);
  };
  await decompress(hashing(chunks, own), form, take).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw explained(layer, form, cause);
  });
  return { digest: digestFrom(own), diffId: digestFrom(content) };
}

async function* chunksOf(layer: BlobReader, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < layer.size; position += CHUNK_BYTES) {
    signal.throwIfAborted();
    const bytes = new Uint8Array(Math.min(CHUNK_BYTES, layer.size - position));
    await layer.read(bytes, position);
    yield bytes;
  }
}

async function* hashing(
  chunks: AsyncIterable<Uint8Array>,
  sha256: Hash,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of chunks) {
    sha256.update(bytes);
    yield bytes;
  }
}

/** What the user can act on of what goes wrong while a layer is decompressed; zlib's errors have codes of their own. */
function explained(layer: BlobReader, form: LayerForm, cause: unknown): unknown {
  if (cause instanceof PushError || errorCode(cause) === undefined) return cause;
  const why = cause instanceof Error ? cause.message : '';
  return new PushError(
    'DIGEST_MISMATCH',
    `${layer.location} starts as ${form}, but cannot be decompressed (${why})`,
    { cause, hint: 'The archive was truncated or changed after it was written: write it again.' },
  );
}

function tooLarge({ location }: BlobReader, limit: number): PushError {
  return new PushError('TOO_LARGE', `${location} decompresses to more than ${limit} bytes`, {
    hint: 'No build tool writes such a layer. Find out where the archive comes from before you use it.',
  });
}
