import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { BlobSource, LayoutFile } from './blob-source.ts';
import { compressionOf } from './compression.ts';
import type { DockerArchiveOptions } from './docker-archive.ts';
import type { BlobReader } from './layout.ts';
import { readAt, statusOf, unreadable } from './read.ts';
import { notALayout, refuseForeignFile, refuseForeignTar } from './not-a-layout.ts';
import { RangeReader } from './range-reader.ts';
import { BLOCK_BYTES, isTarStart, type TarFile } from './tar-header.ts';
import { TarIndex } from './tar-index.ts';

const BLOBS = 'blobs/sha256/';

/**
 * Opens a tar that holds a layout and keeps it open: the files in it are read as ranges of it. One that is compressed is
 * unpacked first. An archive of `docker save` is turned into a layout, as `options` say.
 * @throws PushError NOT_A_LAYOUT, LAYOUT_UNREADABLE, and what `TarIndex.read`, `unpackTar` and `openDockerArchive` throw
 */
export async function openTar(
  path: string,
  options: DockerArchiveOptions = {},
): Promise<BlobSource> {
  await using opened = new AsyncDisposableStack();
  const tar = await openFile(path, options, opened);
  const index = await TarIndex.read(tar);
  if (isDockerArchive(index)) {
    const { openDockerArchive } = await import('./docker-archive.ts');
    return await openDockerArchive(tar, index, options, opened.move());
  }
  refuseForeignTar(path, index);
  return new TarSource(tar, index, opened.move());
}

/**
 * Whether a tar is what `docker save` wrote before Docker 25, and nothing else: since then it is a layout as well. A
 * directory of skopeo's `dir:` transport has a `version` beside its `manifest.json`.
 */
function isDockerArchive(index: TarIndex): boolean {
  return index.has('manifest.json') && !index.has('index.json') && !index.has('version');
}

/** What must be closed in the end goes to `opened`. */
async function openFile(
  path: string,
  options: DockerArchiveOptions,
  opened: AsyncDisposableStack,
): Promise<TarFile> {
  // If the file has become a pipe in the meantime, the open must not wait for a writer. (Windows has no such flag.)
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  opened.use(handle);
  const stat = await statusOf(handle, path);
  if (!stat.isFile()) throw notALayout(path, 'neither a directory nor a file');
  const head = new Uint8Array(Math.min(stat.size, BLOCK_BYTES));
  await readAt(handle, head, 0, path);
  const file: TarFile = { handle, path, size: stat.size };
  const compression = compressionOf(head);
  if (compression?.decompress !== undefined) {
    const { unpackTar } = await import('./unpack.ts');
    return opened.use(await unpackTar(file, compression, options)).tar;
  }
  refuseForeignFile(path, head);
  if (!isTarStart(head)) {
    const { notATar } = await import('./look-around.ts');
    throw await notATar(path, head);
  }
  return file;
}

class TarSource implements BlobSource {
  readonly #tar: TarFile;
  readonly #index: TarIndex;
  readonly #opened: AsyncDisposableStack;

  constructor(tar: TarFile, index: TarIndex, opened: AsyncDisposableStack) {
    this.#tar = tar;
    this.#index = index;
    this.#opened = opened;
  }

  locationOf(file: LayoutFile): string {
    return `${this.#tar.path}: ${file}`;
  }

  sizeOf(file: LayoutFile): Promise<number | undefined> {
    return Promise.resolve().then(() => this.#index.find(file)?.size);
  }

  blobNames(): Promise<readonly string[]> {
    const names = [...this.#index.names()].filter((name) => name.startsWith(BLOBS));
    return Promise.resolve(names.map((name) => name.slice(BLOBS.length)));
  }

  open(file: LayoutFile): Promise<BlobReader | undefined> {
    return Promise.resolve().then(() => {
      const range = this.#index.find(file);
      return range && new RangeReader(this.#tar, range, this.locationOf(file));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
