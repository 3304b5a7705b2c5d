import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { PushError } from '../errors.ts';
import { shown } from '../oci/fields.ts';
import { BUILD_AGAIN } from '../oci/hints.ts';
import type { BlobSource, LayoutFile } from './blob-source.ts';
import type { BlobReader } from './layout.ts';
import { errorCode, readAt, unreadable } from './read-at.ts';

/** A pipe must not block the open, and no link may take the place of a path that was resolved. (Windows has neither flag.) */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** @throws PushError LAYOUT_UNREADABLE */
export async function openDirectory(path: string): Promise<BlobSource> {
  const root = await realpath(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return new DirectorySource(path, root);
}

class DirectorySource implements BlobSource {
  readonly #path: string;
  readonly #root: string;

  constructor(path: string, root: string) {
    this.#path = path;
    this.#root = root;
  }

  locationOf(file: LayoutFile): string {
    return join(this.#path, file);
  }

  async open(file: LayoutFile): Promise<BlobReader | undefined> {
    const location = this.locationOf(file);
    const path = await resolveLinks(join(this.#root, file), location);
    if (path === undefined) return undefined;
    if (!isInside(this.#root, path))
      throw unsafeLink(location, `to ${shown(path)}, outside the layout`);
    const handle = await open(path, OPEN_FLAGS).catch((cause: unknown) => {
      throw unreadable(location, cause);
    });
    try {
      return await FileReader.of(handle, location);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held open between two files.
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
    const stat = await handle.stat();
    if (stat.isFile()) return new FileReader(handle, location, stat.size);
    throw new PushError('NOT_A_FILE', `${location} is not a regular file`, { hint: BUILD_AGAIN });
  }

  read(target: Uint8Array, position: number): Promise<void> {
    return readAt(this.#handle, target, position, this.location);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }
}

/** The real path of a file, or undefined if there is none. */
async function resolveLinks(path: string, location: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ELOOP') throw unsafeLink(location, 'in a circle');
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(location, cause);
    if (await isLink(path)) throw unsafeLink(location, 'to nothing');
    return undefined;
  }
}

async function isLink(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat?.isSymbolicLink() ?? false;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function unsafeLink(location: string, where: string): PushError {
  return new PushError('UNSAFE_LINK', `${location} is a link that leads ${where}`, {
    hint: 'A link in a layout must lead to a file in it: copy the layout with its links resolved ("cp -rL").',
  });
}
