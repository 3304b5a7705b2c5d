import { type FileHandle, open, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PushError } from '../errors.ts';
import { type Compression, cutShort, damaged } from './compression.ts';
import { type GrowthBound, growthBound } from './growth-bound.ts';
import { commandFor, decompressFirst, notALayout } from './not-a-layout.ts';
import { errorCode, readAt } from './read.ts';
import { unwritable } from './unwritable.ts';
import { makeScratch } from './scratch.ts';
import { BLOCK_BYTES, isTarStart, type TarFile } from './tar-header.ts';
import type { TarRange } from './tar-index.ts';
import { zstdFrames } from './zstd-frames.ts';

export interface UnpackOptions {
  /** The folder for what is made: on a runner RUNNER_TEMP. By default the system's. */
  readonly temporary?: string | undefined;
  /** Called with what a user should know of how the tar was read, a line each. */
  readonly tell?: ((notice: string) => void) | undefined;
  /** Stops what takes long. */
  readonly signal?: AbortSignal | undefined;
}

/** A tar in a folder of its own, gone when it is disposed of. */
interface UnpackedTar extends AsyncDisposable {
  /** Its path is that of the compressed file, for messages. */
  readonly tar: TarFile;
}

const IN_PLACE =
  'A layout in a directory, or in a tar that is not compressed, is read in place and needs no room.';

/** Bytes of the compressed file that are read at once: so precisely can be said where it is damaged. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Unpacks a compressed tar, once and as a stream. `boundOf` gives the most that it may unpack to.
 * @throws PushError NOT_A_LAYOUT (it holds no tar), INVALID_TAR (damaged or cut short), TOO_LARGE, DISK_FULL,
 *   LAYOUT_UNREADABLE, and the reason of the signal
 */
export async function unpackTar(
  packed: TarFile,
  compression: Compression,
  options: UnpackOptions = {},
  boundOf: typeof growthBound = growthBound,
): Promise<UnpackedTar> {
  await using opened = new AsyncDisposableStack();
  const { handle, folder, freeBytes } = await makeTarget(packed, options.temporary, opened);
  const target: Target = { handle, folder, bound: boundOf(packed.size, freeBytes) };
  const size = await decompress(packed, compression, target, options.signal);
  options.tell?.(
    `unpacked ${packed.path} (${compression.name}): ${counted(packed.size)} became ${counted(size)} in ${folder}`,
  );
  const kept = opened.move();
  return {
    tar: { handle, path: packed.path, size },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

interface Target {
  readonly handle: FileHandle;
  readonly folder: string;
  readonly bound: GrowthBound;
}

async function makeTarget(
  packed: TarFile,
  temporary: string | undefined,
  opened: AsyncDisposableStack,
): Promise<{ handle: FileHandle; folder: string; freeBytes: number }> {
  try {
    const { path: folder } = opened.use(await makeScratch(temporary));
    const handle = opened.use(await open(join(folder, 'layout.tar'), 'wx+', 0o600));
    const { bavail, bsize } = await statfs(folder);
    return { handle, folder, freeBytes: bavail * bsize };
  } catch (cause) {
    throw unwritable(packed.path, { folder: temporary ?? tmpdir() }, cause, IN_PLACE);
  }
}

/** @returns the bytes that came out */
async function decompress(
  packed: TarFile,
  compression: Compression,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<number> {
  const writer = new TarWriter(packed, compression, target);
  for await (const piece of piecesOf(packed, compression)) {
    const stream = compression.decompress?.();
    if (stream === undefined) throw decompressFirst(packed.path, compression);
    const write = (chunks: AsyncIterable<Uint8Array>): Promise<void> => writer.write(chunks);
    try {
      await pipeline(chunksOf(packed, piece), stream, write, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw explained(error, packed, compression, piece.position + stream.bytesWritten);
    }
  }
  return writer.end();
}

/** What a decompressor takes at once: of gzip all members, of zstd one frame. */
async function* piecesOf(packed: TarFile, { name }: Compression): AsyncGenerator<TarRange> {
  if (name === 'zstd') yield* zstdFrames(packed);
  else yield { position: 0, size: packed.size };
}

async function* chunksOf(
  { handle, path }: TarFile,
  { position: start, size }: TarRange,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
    await readAt(handle, chunk, start + at, path);
    yield chunk;
  }
}

/** Writes what comes out, as long as it is a tar and not too large. */
class TarWriter {
  readonly #packed: TarFile;
  readonly #compression: Compression;
  readonly #target: Target;
  #size = 0;
  /** The first block, as far as it has come. */
  #head: Uint8Array = new Uint8Array();

  constructor(packed: TarFile, compression: Compression, target: Target) {
    this.#packed = packed;
    this.#compression = compression;
    this.#target = target;
  }

  async write(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      this.#size += chunk.byteLength;
      const { bound } = this.#target;
      if (this.#size > bound.bytes) throw tooLarge(this.#packed, this.#compression, this.#target);
      if (this.#head.byteLength < BLOCK_BYTES) {
        this.#head = Buffer.concat([this.#head, chunk]).subarray(0, BLOCK_BYTES);
        if (this.#head.byteLength === BLOCK_BYTES) this.#checkHead();
      }
      await this.#append(chunk);
    }
  }

  async #append(chunk: Uint8Array): Promise<void> {
    const { handle, folder } = this.#target;
    const written = this.#size - chunk.byteLength;
    await handle.writeFile(chunk).catch((cause: unknown) => {
      throw unwritable(this.#packed.path, { folder, written }, cause, IN_PLACE);
    });
  }

  /** @returns the bytes that were written */
  end(): number {
    if (this.#head.byteLength < BLOCK_BYTES) this.#checkHead();
    return this.#size;
  }

  #checkHead(): void {
    if (isTarStart(this.#head)) return;
    const what = `compressed with ${this.#compression.name}, but holds no tar`;
    throw notALayout(this.#packed.path, what);
  }
}

/** Errors of zlib and zstd have codes of their own; all others are what was thrown here, or bugs. */
function explained(
  error: unknown,
  packed: TarFile,
  compression: Compression,
  position: number,
): unknown {
  const code = errorCode(error);
  if (code === undefined || !/^Z(?:STD)?_/.test(code)) return error;
  if (code === 'Z_BUF_ERROR') return cutShort(packed, compression.name);
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return decompressFirst(packed.path, { ...compression, command: 'zstd -dc --long=31' });
  }
  return damaged(packed.path, compression.name, position, code);
}

function tooLarge(
  { path }: TarFile,
  compression: Compression,
  { folder, bound: { bytes, reason, isDisk = false } }: Target,
): PushError {
  const message = `${path} unpacks to more than ${bytes} bytes, ${reason}`;
  if (isDisk) {
    const hint = `Free some space on the disk of RUNNER_TEMP. ${IN_PLACE}`;
    return new PushError('DISK_FULL', `${message} (${folder})`, { hint });
  }
  const command = commandFor(path, compression);
  return new PushError('TOO_LARGE', message, {
    hint: `If the file is your own, decompress it before this step: ${command}`,
  });
}

/** `1234567` as `1,234,567 bytes`. */
function counted(bytes: number): string {
  return `${bytes.toLocaleString('en')} bytes`;
}
