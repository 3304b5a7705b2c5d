import { PushError } from '../errors.ts';
import { type Digest, digestOf, isDigest } from '../oci/digest.ts';
import { isNotAllowed } from './calls/exceptions.ts';
import { batches, foundImage, type NamedImage } from './images.ts';
import type { FoundImage, HeldManifest, ImageId } from './registry.ts';

/** One call, for as many images as it takes. Undefined if it cannot tell. */
type Ask = (ids: readonly ImageId[]) => Promise<readonly NamedImage[] | undefined>;

interface LookUpOptions {
  /** Answers reveal whose registry it is. */
  readonly learn: (answer: unknown) => void;
}

/** What one repository holds, asked for in calls of as many as one takes; undefined where that is not allowed. */
export class LookUps {
  readonly #learn: LookUpOptions['learn'];
  /** A digest never means another manifest, so none is asked for twice. */
  readonly #held = new Map<Digest, HeldManifest>();

  constructor({ learn }: LookUpOptions) {
    this.#learn = learn;
  }

  async images(ids: readonly ImageId[], ask: Ask): Promise<readonly FoundImage[] | undefined> {
    return (await this.#look(ids, ask))?.flatMap(foundImage);
  }

  /** @throws PushError UNEXPECTED_RESPONSE if the bytes of a manifest have another digest */
  async manifests(
    digests: readonly Digest[],
    ask: Ask,
  ): Promise<ReadonlyMap<Digest, HeldManifest> | undefined> {
    const unknown = digests.filter((digest) => !this.#held.has(digest));
    const found = await this.#look(
      unknown.map((digest) => ({ digest })),
      ask,
    );
    if (found === undefined) return undefined;
    for (const image of found) this.#hold(image);
    const wanted = new Set(digests);
    return new Map([...this.#held].filter(([digest]) => wanted.has(digest)));
  }

  async #look(ids: readonly ImageId[], ask: Ask): Promise<readonly NamedImage[] | undefined> {
    try {
      const answers = await Promise.all(batches(ids).map(ask));
      const images = answers.flatMap((answer) => answer ?? []);
      images.forEach((image) => this.#learn(image));
      return answers.includes(undefined) ? undefined : images;
    } catch (error) {
      if (isNotAllowed(error)) return undefined;
      throw error;
    }
  }

  #hold({ imageDigest = '', manifest, mediaType }: NamedImage): void {
    if (!isDigest(imageDigest)) return;
    const bytes = manifest === undefined ? undefined : Buffer.from(manifest);
    const found = bytes && digestOf(bytes);
    if (found !== undefined && found !== imageDigest) throw otherManifest(imageDigest, found);
    this.#held.set(imageDigest, { mediaType, bytes });
  }
}

function otherManifest(asked: Digest, found: Digest): PushError {
  return new PushError(
    'UNEXPECTED_RESPONSE',
    `ECR was asked for the manifest ${asked}, and answered with one that has the digest ${found}`,
  );
}
