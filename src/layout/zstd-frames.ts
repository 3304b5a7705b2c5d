import { cutShort, damaged } from './compression.ts';
import { readAt } from './read.ts';
import type { TarFile } from './tar-header.ts';
import type { TarRange } from './tar-index.ts';

/** More than programs write that compress in pieces; it bounds the time that their decompressors take. */
export const MAX_ZSTD_FRAMES = 50_000;

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;

const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/**
 * The frames of a file that zstd compressed, without those that are to be skipped. Node's decompressor ends with the
 * first one, and passes over the rest in silence.
 * https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md
 * @throws PushError INVALID_TAR, LAYOUT_UNREADABLE
 */
export async function* zstdFrames(file: TarFile): AsyncGenerator<TarRange> {
  let count = 0;
  for (let position = 0; position < file.size;) {
    if (++count > MAX_ZSTD_FRAMES) throw damaged(file.path, 'zstd', position, 'too many frames');
    const head = await readFrom(file, position, 8);
    const magic = head.readUInt32LE(0);
    const isSkipped = magic - (magic % 16) === SKIPPABLE_MAGIC;
    if (!isSkipped && magic !== MAGIC) throw damaged(file.path, 'zstd', position, 'no frame');
    const end = isSkipped ? position + 8 + head.readUInt32LE(4) : await endOf(file, position);
    if (end > file.size) throw cutShort(file, 'zstd');
    if (!isSkipped) yield { position, size: end - position };
    position = end;
  }
}

/** Where the frame that begins at `start` ends: it is as long as its header and its blocks say. */
async function endOf(file: TarFile, start: number): Promise<number> {
  const descriptor = (await readFrom(file, start + 4, 1)).readUInt8(0);
  let position = start + headerBytes(descriptor);
  for (let isLast = false; !isLast;) {
    const header = (await readFrom(file, position, BLOCK_HEADER_BYTES)).readUIntLE(0, 3);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw damaged(file.path, 'zstd', position, 'no block');
    position += BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : header >> 3);
    isLast = (header & 1) === 1;
  }
  const hasChecksum = (descriptor & 4) !== 0;
  return position + (hasChecksum ? CHECKSUM_BYTES : 0);
}

/** Of the magic number, the descriptor and what that announces: window, dictionary and size of the content. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return 5 + (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}

async function readFrom(file: TarFile, position: number, length: number): Promise<Buffer> {
  if (position + length > file.size) throw cutShort(file, 'zstd');
  const bytes = Buffer.alloc(length);
  await readAt(file.handle, bytes, position, file.path);
  return bytes;
}
