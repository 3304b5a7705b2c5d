import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, digestOf } from '../oci/digest.ts';

/** What an image is read from: a layout, or several as one. */
export interface ContentReader {
  has(descriptor: Descriptor): Promise<boolean>;
  readVerified(descriptor: Descriptor): Promise<Uint8Array>;
  openBlob(descriptor: Descriptor): Promise<OpenBlob>;
}

interface OpenBlob extends AsyncDisposable {
  /** Fills `target` with the bytes from `position` on. */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** The content of a layout and, in front of it, indexes that were made from it and exist in no file. */
export class Overlay implements ContentReader {
  readonly #below: ContentReader;
  readonly #made = new Map<Digest, Uint8Array>();

  constructor(below: ContentReader) {
    this.#below = below;
  }

  add(mediaType: string, bytes: Uint8Array): Descriptor {
    const digest = digestOf(bytes);
    this.#made.set(digest, bytes);
    return { mediaType, digest, size: bytes.byteLength };
  }

  async has(descriptor: Descriptor): Promise<boolean> {
    return this.#made.has(descriptor.digest) || this.#below.has(descriptor);
  }

  async readVerified(descriptor: Descriptor): Promise<Uint8Array> {
    return this.#made.get(descriptor.digest) ?? this.#below.readVerified(descriptor);
  }

  /** Of what lies in the layout alone. */
  openBlob(descriptor: Descriptor): Promise<OpenBlob> {
    return this.#below.openBlob(descriptor);
  }
}
