import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { PushError } from '../errors.ts';

/** Decompresses what is written to it, and counts those bytes. */
type Decompressor = Transform & { readonly bytesWritten: number };

/** A format that a whole file can be compressed with. */
export interface Compression {
  readonly name: string;
  /** Decompresses to standard output. */
  readonly command: string;
  /** Undefined if Node has none for it. */
  readonly decompress: (() => Decompressor) | undefined;
}

/** Bytes that come out of a decompressor at once. */
const CHUNK_BYTES = 256 * 1024;

const COMPRESSIONS: readonly (Compression & { readonly isStart: (head: Buffer) => boolean })[] = [
  {
    name: 'gzip',
    command: 'gunzip -c',
    decompress: () => createGunzip({ chunkSize: CHUNK_BYTES }),
    isStart: magic('1f8b'),
  },
  {
    name: 'zstd',
    command: 'zstd -dc',
    decompress: () => createZstdDecompress({ chunkSize: CHUNK_BYTES }),
    isStart: (head) => magic('28b52ffd')(head) || isSkippableFrame(head),
  },
  { name: 'xz', command: 'xz -dc', decompress: undefined, isStart: magic('fd377a585a') },
  { name: 'bzip2', command: 'bunzip2 -c', decompress: undefined, isStart: magic('425a68') },
  { name: 'lz4', command: 'lz4 -dc', decompress: undefined, isStart: magic('04224d18') },
];

/** How a file is compressed, by its first bytes: names are often wrong. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return COMPRESSIONS.find(({ isStart }) => isStart(start));
}

function magic(hex: string): (head: Buffer) => boolean {
  return (head) => head.toString('hex', 0, hex.length / 2) === hex;
}

/** pzstd begins with one. https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md#skippable-frames */
function isSkippableFrame(head: Buffer): boolean {
  return /^5[0-9a-f]2a4d18$/.test(head.toString('hex', 0, 4));
}

/** A compressed file of `size` bytes that ends before its stream does. */
export function cutShort({ path, size }: { path: string; size: number }, name: string): PushError {
  const message = `${path} is cut short: its ${name} stream goes on at byte ${size}, where the file ends`;
  return new PushError('INVALID_TAR', message, {
    hint: 'The build or a copy of it did not finish: write the file again.',
  });
}

/** A compressed file that could be read up to `position` and not much further. */
export function damaged(path: string, name: string, position: number, reason: string): PushError {
  const message = `${path} is damaged: its ${name} stream cannot be read on from byte ${position} (${reason})`;
  return new PushError('INVALID_TAR', message);
}
