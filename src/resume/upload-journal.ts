import { messageOf } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';
import type { JournalFolder, LeftUpload } from './journal-folder.ts';
import { JournalWriter } from './journal-writer.ts';
import { isInto, type Place, pushName, uploadName } from './place.ts';
import type { UploadCache } from './upload-cache.ts';
import { type KeptUpload, uploadsToBytes } from './uploads.ts';

/** The parts of a layer's descriptor that tell it. */
interface Layer {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** As `KeptUpload`. */
interface Position {
  readonly uploadId: string;
  readonly partSize: number;
  readonly nextByte: number;
}

interface Options {
  readonly folder: Pick<JournalFolder, 'read' | 'fileOf' | 'write' | 'remove'>;
  readonly cache: Pick<UploadCache, 'isAvailable' | 'restore'>;
  /** Bytes that a part is going to have: for a layer without a second part, there is nothing to go on with. */
  readonly partSize: number;
  /** Called with the push's name before anything of it is kept. */
  readonly onKept: (push: string) => void;
  readonly debug: (message: string) => void;
  readonly now?: () => number;
}

/**
 * Keeps how far each upload of a push has come, for the next step, attempt or run, and knows how far those before had
 * come. Nothing here fails a push or holds it up: what cannot be read or written is a debug line.
 */
export class UploadJournal {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The uploads of a push to each of the repositories, in their order. */
  open(image: Digest, places: readonly Place[]): readonly UploadNotes[] {
    const { folder, debug } = this.#options;
    const push = pushName(places, image);
    const writer = new JournalWriter({ folder, debug, onFirst: () => this.#announce(push) });
    let restored: Promise<readonly KeptUpload[]> | undefined;
    const restore = (): Promise<readonly KeptUpload[]> => (restored ??= this.#restore(push));
    return places.map(
      (place) => new UploadNotes({ ...this.#options, push, place, writer, restore }),
    );
  }

  /** Without it the next step still finds the files. */
  #announce(push: string): void {
    try {
      this.#options.onKept(push);
    } catch (error) {
      this.#options.debug(`The post step does not know of uploads: ${messageOf(error)}`);
    }
  }

  async #restore(push: string): Promise<readonly KeptUpload[]> {
    const { cache, debug } = this.#options;
    if (!cache.isAvailable) return [];
    try {
      return await cache.restore(push);
    } catch (error) {
      debug(`Where uploads of an earlier run ended is not known: ${messageOf(error)}`);
      return [];
    }
  }
}

interface NotesOptions extends Options {
  readonly push: string;
  readonly place: Place;
  readonly writer: JournalWriter;
  /** What the cache has; asked at most once. */
  readonly restore: () => Promise<readonly KeptUpload[]>;
}

/** How far uploads into one repository have come. */
export class UploadNotes {
  readonly #options: NotesOptions;
  /** Of earlier steps and runs, by layer; complete once `#looked`. */
  readonly #known = new Map<Digest, Earlier>();
  #looked: Promise<void> = Promise.resolve();
  readonly #forgotten = new Set<Digest>();

  constructor(options: NotesOptions) {
    this.#options = options;
  }

  /** Begins to look for what earlier runs left of the layers that are to be uploaded. What they left of others goes. */
  expect(uploads: readonly Layer[], present: readonly Layer[]): void {
    this.#looked = this.#look(
      uploads.filter((layer) => this.#isWorthIt(layer)),
      present,
    );
  }

  /** Where an earlier upload of the layer had come to. Never throws. */
  async find(layer: Layer): Promise<Position | undefined> {
    if (!this.#isWorthIt(layer) || this.#forgotten.has(layer.digest)) return undefined;
    await this.#looked;
    const found = this.#known.get(layer.digest);
    if (found === undefined) return undefined;
    const { uploadId, partSize, nextByte } = found.upload;
    return { uploadId, partSize, nextByte };
  }

  /** ECR has confirmed that much of the layer. */
  note(layer: Layer, position: Position): void {
    if (!this.#isWorthIt(layer) || position.nextByte <= 0) return;
    const { digest, size } = layer;
    const { place, now = Date.now } = this.#options;
    const { type, registryId, region, name: repository } = place;
    const { uploadId, partSize, nextByte } = position;
    const where = { type, registryId, region, repository };
    this.#keep({ ...where, digest, size, uploadId, partSize, nextByte, at: now() });
  }

  /** The layer has arrived, or its upload is lost. */
  forget(layer: Layer): void {
    if (!this.#isWorthIt(layer)) return;
    const { writer } = this.#options;
    this.#forgotten.add(layer.digest);
    writer.remove([this.#fileOf(layer.digest)]);
    writer.remove(this.#known.get(layer.digest)?.files ?? []);
  }

  #isWorthIt({ size }: Layer): boolean {
    return size > this.#options.partSize;
  }

  async #look(layers: readonly Layer[], present: readonly Layer[]): Promise<void> {
    const { folder, writer, restore } = this.#options;
    const left = await folder.read();
    for (const layer of present) writer.remove(this.#best(layer, left)?.files ?? []);
    const lacking = layers.filter((layer) => !this.#learn(layer, left));
    if (lacking.length === 0) return;
    const cached = (await restore()).map((upload) => ({ upload }));
    for (const layer of lacking) {
      const found = this.#learn(layer, cached);
      // On disk from now on: this run may end before it has come any further.
      if (found !== undefined) this.#keep(found.upload);
    }
  }

  #learn(layer: Layer, uploads: readonly Found[]): Earlier | undefined {
    const found = this.#best(layer, uploads);
    if (found !== undefined) this.#known.set(layer.digest, found);
    return found;
  }

  /** The one with the least left to send. */
  #best(layer: Layer, uploads: readonly Found[]): Earlier | undefined {
    const { place } = this.#options;
    const ofLayer = uploads.filter(
      ({ upload }) =>
        isInto(place, upload) && upload.digest === layer.digest && upload.size === layer.size,
    );
    const [best] = ofLayer.toSorted((a, b) => b.upload.nextByte - a.upload.nextByte);
    if (best === undefined) return undefined;
    return { upload: best.upload, files: ofLayer.flatMap(({ file = [] }) => file) };
  }

  #keep(upload: KeptUpload): void {
    const { push, writer } = this.#options;
    writer.put(this.#fileOf(upload.digest), uploadsToBytes({ push, uploads: [upload] }));
  }

  #fileOf(layer: Digest): string {
    const { folder, place } = this.#options;
    return folder.fileOf(uploadName(place, layer));
  }
}

type Found = Pick<LeftUpload, 'upload'> & Partial<Pick<LeftUpload, 'file'>>;

interface Earlier {
  readonly upload: KeptUpload;
  /** The files that hold it, or an older one of the layer; none if it was in the cache. */
  readonly files: readonly string[];
}
