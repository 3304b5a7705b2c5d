import type { Descriptor } from '../oci/descriptor.ts';
import type { BlobReader, BlobStore, Layout } from './layout.ts';

/** The blobs of several layouts as one store: each is read from the first layout that has it. */
export class JoinedContent implements BlobStore {
  readonly #layouts: readonly Layout[];
  readonly #first: Layout;

  constructor(first: Layout, ...others: readonly Layout[]) {
    this.#first = first;
    this.#layouts = [first, ...others];
  }

  async has(descriptor: Descriptor): Promise<boolean> {
    return (await this.#find(descriptor)) !== undefined;
  }

  async readVerified(descriptor: Descriptor): Promise<Uint8Array> {
    return (await this.#holderOf(descriptor)).readVerified(descriptor);
  }

  async openBlob(descriptor: Descriptor): Promise<BlobReader> {
    return (await this.#holderOf(descriptor)).openBlob(descriptor);
  }

  /** If none has it, the first layout, which then reports it missing. A single layout need not be asked. */
  async #holderOf(descriptor: Descriptor): Promise<Layout> {
    if (this.#layouts.length === 1) return this.#first;
    return (await this.#find(descriptor)) ?? this.#first;
  }

  async #find(descriptor: Descriptor): Promise<Layout | undefined> {
    for (const layout of this.#layouts) {
      if (await layout.has(descriptor)) return layout;
    }
    return undefined;
  }
}
