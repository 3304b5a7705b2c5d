import { basename } from 'node:path/posix';
import type { BlobSource, LayoutFile } from './blob-source.ts';
import type { BlobReader } from './layout.ts';
import { MemoryReader } from './memory-reader.ts';

/** One file of a layout that is put together. */
export interface MadeFile {
  /** For messages. */
  readonly location: string;
  /** Bytes. */
  readonly size: number;
  readonly open: () => Promise<BlobReader>;
}

/** A layout whose files come from anywhere: memory, ranges of a tar, files elsewhere. */
export class MadeSource implements BlobSource {
  readonly #path: string;
  readonly #files = new Map<LayoutFile, MadeFile>();
  readonly #resources: AsyncDisposable;

  /** `resources` is what the files need, and is disposed of with it. */
  constructor(path: string, resources: AsyncDisposable) {
    this.#path = path;
    this.#resources = resources;
  }

  put(file: LayoutFile, content: MadeFile): void {
    this.#files.set(file, content);
  }

  putBytes(file: LayoutFile, bytes: Uint8Array, location = this.locationOf(file)): void {
    const open = (): Promise<BlobReader> => Promise.resolve(new MemoryReader(bytes, location));
    this.put(file, { location, size: bytes.byteLength, open });
  }

  locationOf(file: LayoutFile): string {
    return this.#files.get(file)?.location ?? `${this.#path}: ${file}`;
  }

  sizeOf(file: LayoutFile): Promise<number | undefined> {
    return Promise.resolve(this.#files.get(file)?.size);
  }

  blobNames(): Promise<readonly string[]> {
    const files = [...this.#files.keys()].filter((file) => file.startsWith('blobs/'));
    return Promise.resolve(files.map((file) => basename(file)));
  }

  async open(file: LayoutFile): Promise<BlobReader | undefined> {
    return this.#files.get(file)?.open();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#resources[Symbol.asyncDispose]();
  }
}
