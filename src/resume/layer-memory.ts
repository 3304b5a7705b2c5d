import { messageOf } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { LayerMap, parseLayerMap } from './layer-map.ts';

/** Where a map is kept beyond the end of the step. Its failures are no failures of the push. */
export interface MapStore {
  /** For messages. */
  readonly name: string;
  /** Undefined if there is none. */
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

/** Which of the layers every target of the push has. */
export type AreThere = (digests: readonly Digest[]) => Promise<ReadonlySet<Digest>>;

interface Options {
  /** The nearest first. Each is read if those before lack a layer, and written if there is anything new. */
  readonly stores: readonly MapStore[];
  readonly debug: (message: string) => void;
}

/**
 * Remembers from one push to the next what layers were compressed to. That is only ever a hint: a layer counts as known
 * once ECR has said that it has what the map says.
 */
export class LayerMemory {
  readonly #options: Options;
  readonly #map = new LayerMap();
  #unread: readonly MapStore[];
  #hasNews = false;

  constructor(options: Options) {
    this.#options = options;
    this.#unread = options.stores;
  }

  /** @throws what `areThere` throws, which is asked only if the map knows any of the layers */
  async find(
    diffIds: readonly Digest[],
    format: string,
    areThere: AreThere,
  ): Promise<ReadonlyMap<Digest, Descriptor>> {
    await this.#readFor(diffIds, format);
    const known = diffIds.flatMap((diffId) => {
      const compressed = this.#map.get(diffId, format);
      return compressed === undefined ? [] : [[diffId, compressed] as const];
    });
    if (known.length === 0) return new Map();
    const there = await areThere(known.map(([, { digest }]) => digest));
    return new Map(known.filter(([, { digest }]) => there.has(digest)));
  }

  add(diffId: Digest, format: string, compressed: Descriptor): void {
    this.#map.add(diffId, format, compressed);
    this.#hasNews = true;
  }

  /** Writes the map to every store, if anything was added. Never throws. */
  async save(): Promise<void> {
    if (!this.#hasNews) return;
    this.#hasNews = false;
    const bytes = this.#map.toBytes();
    for (const store of this.#options.stores) {
      await this.#attempt(store, 'written', () => store.save(bytes));
    }
  }

  async #readFor(diffIds: readonly Digest[], format: string): Promise<void> {
    const lacksAny = (): boolean =>
      diffIds.some((diffId) => this.#map.get(diffId, format) === undefined);
    while (lacksAny()) {
      const [store, ...others] = this.#unread;
      if (store === undefined) return;
      this.#unread = others;
      await this.#attempt(store, 'read', async () => {
        const bytes = await store.load();
        if (bytes !== undefined) this.#map.addMissing(parseLayerMap(bytes, store.name));
      });
    }
  }

  async #attempt(store: MapStore, what: string, attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      const why = messageOf(error);
      this.#options.debug(`The map of compressed layers in ${store.name} was not ${what}: ${why}`);
    }
  }
}
