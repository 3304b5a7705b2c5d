import { OpenParts } from './open-parts.ts';

/** A manifest as a client put it. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly text: string;
}

export interface StoredBlob {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** What one repository holds: all that the sink knows. */
export interface Contents {
  readonly blobs: readonly StoredBlob[];
  readonly manifests: readonly StoredManifest[];
  readonly tags: readonly (readonly [tag: string, digest: string])[];
}

export const EMPTY: Contents = { blobs: [], manifests: [], tags: [] };

/** The one repository of the sink, whatever its name: sizes and manifests, and no byte of any blob. */
export class State {
  readonly blobs: Map<string, number>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  /** Bytes received, by upload. */
  readonly uploads = new Map<string, number>();
  /** Uploads of which a part was taken, and not answered yet. */
  readonly unanswered = new Set<string>();
  /** Parts under way. */
  readonly parts = new OpenParts();
  #lastUpload = 0;

  constructor({ blobs, manifests, tags }: Contents = EMPTY) {
    this.blobs = new Map(blobs.map(({ digest, size }) => [digest, size]));
    this.manifests = new Map(manifests.map((manifest) => [manifest.digest, manifest]));
    this.tags = new Map(tags);
  }

  /** In the form of a UUID, which clients may check. */
  beginUpload(): string {
    const number = (++this.#lastUpload).toString(16).padStart(12, '0');
    const id = `00000000-0000-4000-8000-${number}`;
    this.uploads.set(id, 0);
    return id;
  }

  completeUpload(id: string, digest: string): void {
    this.blobs.set(digest, this.uploads.get(id) ?? 0);
    this.uploads.delete(id);
  }

  putManifest(manifest: StoredManifest, tag: string | undefined): void {
    this.manifests.set(manifest.digest, manifest);
    if (tag !== undefined) this.tags.set(tag, manifest.digest);
  }

  /** By digest or tag. */
  findManifest(reference: string): StoredManifest | undefined {
    return this.manifests.get(this.tags.get(reference) ?? reference);
  }
}
