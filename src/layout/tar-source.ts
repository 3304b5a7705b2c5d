import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { BlobSource, LayoutFile } from './blob-source.ts';
import { type DockerArchiveOptions, isDockerArchive, openDockerArchive } from './docker-archive.ts';
import type { BlobReader } from './layout.ts';
import { readAt, unreadable } from './read.ts';
import { notALayout, refuseForeignFile, refuseForeignTar } from './not-a-layout.ts';
import { RangeReader } from './range-reader.ts';
import { BLOCK_BYTES, type TarFile } from './tar-header.ts';
import { TarIndex } from './tar-index.ts';

/**
 * Opens a tar that holds a layout and keeps it open: the files in it are read as ranges of it. An archive of `docker
 * save` is turned into a layout, as `options` say.
 * @throws PushError NOT_A_LAYOUT, LAYOUT_UNREADABLE, and what `TarIndex.read` and `openDockerArchive` throw
 */
export async function openTar(
  path: string,
  options: DockerArchiveOptions = {},
): Promise<BlobSource> {
  // If the file has become a pipe in the meantime, the open must not wait for a writer. (Windows has no such flag.)
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  try {
    const tar = await checkedFile(handle, path);
    const index = await TarIndex.read(tar);
    if (isDockerArchive(index)) return await openDockerArchive(tar, index, options);
    refuseForeignTar(path, index);
    return new TarSource(tar, index);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function checkedFile(handle: FileHandle, path: string): Promise<TarFile> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw notALayout(path, 'neither a directory nor a file');
  const head = new Uint8Array(Math.min(stat.size, BLOCK_BYTES));
  await readAt(handle, head, 0, path);
  refuseForeignFile(path, head);
  return { handle, path, size: stat.size };
}

class TarSource implements BlobSource {
  readonly #tar: TarFile;
  readonly #index: TarIndex;

  constructor(tar: TarFile, index: TarIndex) {
    this.#tar = tar;
    this.#index = index;
  }

  locationOf(file: LayoutFile): string {
    return `${this.#tar.path}: ${file}`;
  }

  sizeOf(file: LayoutFile): Promise<number | undefined> {
    return Promise.resolve().then(() => this.#index.find(file)?.size);
  }

  open(file: LayoutFile): Promise<BlobReader | undefined> {
    return Promise.resolve().then(() => {
      const range = this.#index.find(file);
      return range && new RangeReader(this.#tar, range, this.locationOf(file));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#tar.handle.close();
  }
}
