import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PushError } from '../errors.ts';
import { shown } from '../oci/fields.ts';
import type { BlobSource, LayoutFile } from './blob-source.ts';
import type { BlobReader } from './layout.ts';
import { isInside } from './path-parts.ts';
import { errorCode, readAt, statusOf, unreadable } from './read.ts';

/** A pipe must not block the open, and no link may replace a path after it was resolved. (Windows has neither flag.) */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Opens a directory that holds a layout. Links in it may lead to regular files in it, and, if `linksInto` names another
 * directory, to those in there.
 * @throws PushError LAYOUT_UNREADABLE
 */
export async function openDirectory(path: string, linksInto?: string): Promise<BlobSource> {
  const root = await realDirectory(path);
  const allowed = linksInto === undefined ? undefined : await realDirectory(linksInto);
  return new DirectorySource(path, root, allowed);
}

async function realDirectory(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

interface FoundFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

class DirectorySource implements BlobSource {
  readonly #path: string;
  readonly #root: string;
  /** Where links may lead besides. */
  readonly #linksInto: string | undefined;
  /** Their real paths. */
  readonly #folders = new Map<string, Promise<string | undefined>>();

  constructor(path: string, root: string, linksInto: string | undefined) {
    this.#path = path;
    this.#root = root;
    this.#linksInto = linksInto;
  }

  locationOf(file: LayoutFile): string {
    return join(this.#path, file);
  }

  async sizeOf(file: LayoutFile): Promise<number | undefined> {
    return (await this.#find(file))?.size;
  }

  async blobNames(): Promise<readonly string[]> {
    const location = join(this.#path, 'blobs/sha256');
    const folder = await this.#resolveFolder('blobs/sha256', location);
    if (folder === undefined || !isInside(this.#root, folder)) return [];
    return (await lookUp(() => readdir(folder), location)) ?? [];
  }

  async open(file: LayoutFile): Promise<BlobReader | undefined> {
    const found = await this.#find(file);
    if (found === undefined) return undefined;
    const location = this.locationOf(file);
    const handle = await open(found.path, OPEN_FLAGS).catch((cause: unknown) => {
      throw unreadable(location, cause);
    });
    try {
      return await FileReader.of(handle, location);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Resolves links: those in the path of a folder once for all its files, a file only if it is a link itself. */
  async #find(file: LayoutFile): Promise<FoundFile | undefined> {
    const location = this.locationOf(file);
    const folder = await this.#resolveFolder(dirname(file), location);
    if (folder === undefined) return undefined;
    const path = join(folder, basename(file));
    const status = await lookUp(() => lstat(path), location);
    if (status === undefined) return undefined;
    if (!status.isSymbolicLink()) return this.#checked(path, status, location);
    const real = await lookUp(() => realpath(path), location);
    if (real === undefined) throw unsafeLink(location, 'to nothing');
    const target = await lookUp(() => lstat(real), location);
    return target && this.#checked(real, target, location);
  }

  #checked(path: string, status: Stats, location: string): FoundFile {
    const isAllowed =
      isInside(this.#root, path) ||
      (this.#linksInto !== undefined && isInside(this.#linksInto, path));
    if (!isAllowed) throw this.#leadsOut(path, location);
    return { path, size: fileSize(status, location) };
  }

  #leadsOut(path: string, location: string): PushError {
    if (this.#linksInto === undefined) {
      return unsafeLink(location, `to ${shown(path)}, outside the layout`);
    }
    const where = `to ${shown(path)}, outside the layout and the workspace ${this.#linksInto}`;
    return unsafeLink(
      location,
      where,
      'Copy the layout with the files that its links lead to ("cp -rL").',
    );
  }

  #resolveFolder(folder: string, location: string): Promise<string | undefined> {
    const known =
      this.#folders.get(folder) ?? lookUp(() => realpath(join(this.#root, folder)), location);
    this.#folders.set(folder, known);
    return known;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // No file stays open here: each reader closes its own.
  }
}

class FileReader implements BlobReader {
  readonly location: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, location: string, size: number) {
    this.#handle = handle;
    this.location = location;
    this.size = size;
  }

  static async of(handle: FileHandle, location: string): Promise<FileReader> {
    return new FileReader(handle, location, fileSize(await statusOf(handle, location), location));
  }

  read(target: Uint8Array, position: number): Promise<void> {
    return readAt(this.#handle, target, position, this.location);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }
}

function fileSize(status: Stats, location: string): number {
  if (status.isFile()) return status.size;
  throw new PushError('NOT_A_LAYOUT', `${location} is not a regular file`);
}

/** Undefined if it does not exist. */
async function lookUp<T>(call: () => Promise<T>, location: string): Promise<T | undefined> {
  try {
    return await call();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ELOOP') throw unsafeLink(location, 'in a loop');
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(location, cause);
    return undefined;
  }
}

function unsafeLink(location: string, where: string, hint?: string): PushError {
  const message = `${location} is a link that leads ${where}`;
  return new PushError('UNSAFE_LINK', message, hint === undefined ? {} : { hint });
}
