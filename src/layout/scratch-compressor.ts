import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PushError } from '../errors.ts';
import { BlockCompressor, type Compressed } from './block-compressor.ts';
import type { BlockFormat } from './block-format.ts';
import type { BlobReader } from './layout.ts';
import { RangeReader } from './range-reader.ts';
import { errorCode, unreadable } from './read.ts';
import { makeScratch, type Scratch } from './scratch.ts';

/** Node's pool has four threads, which compress and read files; each gets a block while another one waits. */
const BLOCKS = 2 * Math.min(availableParallelism(), 4);

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

  /** @throws PushError LAYOUT_UNREADABLE (the file cannot be written), what the blob throws, and the signal's reason */
  async compress(blob: BlobReader, signal: AbortSignal): Promise<ScratchFile> {
    this.#scratch ??= makeScratch(this.#temporary).catch((cause: unknown) => {
      throw unwritable(this.#temporary ?? 'the temporary folder', cause);
    });
    const path = join((await this.#scratch).path, String((this.#files += 1)));
    await using file = await open(path, 'wx').catch((cause: unknown) => {
      throw unwritable(path, cause);
    });
    const write = (bytes: Uint8Array): Promise<void> => append(file, bytes, path);
    const compressed = await this.#compressor.compress(blob, write, signal);
    return { ...compressed, open: (location) => openFile(path, compressed.size, location) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const scratch = await this.#scratch?.catch(() => undefined);
    await scratch?.[Symbol.asyncDispose]();
  }
}

async function append(file: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  await file.appendFile(bytes).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
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

function unwritable(path: string, cause: unknown): PushError {
  const reason = errorCode(cause) ?? String(cause);
  return new PushError('LAYOUT_UNREADABLE', `${path} cannot be written (${reason})`, {
    cause,
    hint: 'Layers are compressed into the folder RUNNER_TEMP: make room on its disk, and let the step write there.',
  });
}
