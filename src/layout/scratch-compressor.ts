import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BlockCompressor, type Compressed, type Write } from './block-compressor.ts';
import type { BlockFormat } from './block-format.ts';
import type { BlobReader } from './layout.ts';
import { RangeReader } from './range-reader.ts';
import { unreadable } from './read.ts';
import { makeScratch, type Scratch } from './scratch.ts';
import { unwritable } from './unwritable.ts';

/** Node's pool has four threads, which compress and read files; each gets a block while another one waits. */
const BLOCKS = 2 * Math.min(availableParallelism(), 4);

const AS_IT_IS = 'With layer-compression: none, layers are pushed as they are, and need no room.';

export interface ScratchFile extends Compressed {
  /** `location` is what messages say. */
  open(location: string): Promise<BlobReader>;
}

/** Compresses blobs into files, which are gone at the end of its scope. */
export class ScratchCompressor implements AsyncDisposable {
  readonly #temporary: string | undefined;
  readonly #compressor: BlockCompressor;
  /** Made for the first file. */
  #scratch: Promise<Scratch> | undefined;
  #files = 0;

  /** `temporary`: the folder that theirs is made in; by default the system's. */
  constructor(format: BlockFormat, temporary?: string) {
    this.#temporary = temporary;
    this.#compressor = new BlockCompressor(format, BLOCKS);
  }

  /** @throws PushError LAYOUT_UNREADABLE or DISK_FULL (its file cannot be written), what the blob throws, and the signal's reason */
  async compress(blob: BlobReader, signal: AbortSignal): Promise<ScratchFile> {
    this.#scratch ??= makeScratch(this.#temporary).catch((cause: unknown) => {
      throw unwritable(
        'A compressed layer',
        { folder: this.#temporary ?? tmpdir() },
        cause,
        AS_IT_IS,
      );
    });
    const path = join((await this.#scratch).path, String((this.#files += 1)));
    await using file = await open(path, 'wx').catch((cause: unknown) => {
      throw unwritable(blob.location, { folder: dirname(path) }, cause, AS_IT_IS);
    });
    const write = appendTo(file, dirname(path), blob);
    const compressed = await this.#compressor.compress(blob, write, signal);
    return { ...compressed, open: (location) => openFile(path, compressed.size, location) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const scratch = await this.#scratch?.catch(() => undefined);
    await scratch?.[Symbol.asyncDispose]();
  }
}

/** For the blob, compressed; the file lies in `folder`. */
function appendTo(file: FileHandle, folder: string, { location, size }: BlobReader): Write {
  const what = `${location} (${size} bytes, uncompressed)`;
  let written = 0;
  return async (bytes) => {
    await file.appendFile(bytes).catch((cause: unknown) => {
      throw unwritable(what, { folder, written }, cause, AS_IT_IS);
    });
    written += bytes.byteLength;
  };
}

async function openFile(path: string, size: number, location: string): Promise<BlobReader> {
  const handle = await open(path).catch((cause: unknown) => {
    throw unreadable(location, cause);
  });
  const reader = new RangeReader({ handle, path, size }, { position: 0, size }, location);
  return {
    location,
    size,
    read: (target, position) => reader.read(target, position),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
