import type { Descriptor } from '../oci/descriptor.ts';
import type { BlobReader, BlobStore, Layout } from './layout.ts';

/** The blobs of several layouts as one: each is read from the first layout that holds it. */
export class JoinedContent implements BlobStore {
  readonly #layouts: readonly Layout[];
  readonly #first: Layout;

  constructor(first: Layout, ...others: readonly Layout[]) {
    this.#first = first;
    this.#layouts = [first, ...others];
  }

  async has(descriptor: Descriptor): Promise<boolean> {
    return (await this.#holderOf(descriptor)) !== undefined;
  }

  async readVerified(descriptor: Descriptor): Promise<Uint8Array> {
    return ((await this.#holderOf(descriptor)) ?? this.#first).readVerified(descriptor);
  }

  async openBlob(descriptor: Descriptor): Promise<BlobReader> {
    return ((await this.#holderOf(descriptor)) ?? this.#first).openBlob(descriptor);
  }

  async #holderOf(descriptor: Descriptor): Promise<Layout | undefined> {
    for (const layout of this.#layouts) {
      if (await layout.has(descriptor)) return layout;
    }
    return undefined;
  }
}
