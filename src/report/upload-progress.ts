import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { PushEvent } from '../push/events.ts';

/** How far the uploads to all repositories are, added up; configs count as blobs. */
export interface UploadState {
  readonly blobs: number;
  readonly finished: number;
  /** Of all blobs that were missing when the push began. */
  readonly total: number;
  /** Of the total, what is there now. */
  readonly bytes: number;
  /** Of that, what was sent by this run. */
  readonly sent: number;
  readonly retries: number;
  /** In the order in which they were started. */
  readonly underWay: readonly BlobState[];
}

interface BlobState {
  readonly digest: Digest;
  readonly size: number;
  /** That ECR has confirmed. */
  readonly bytes: number;
}

/** A blob that is there. */
export interface FinishedBlob {
  readonly layer: Descriptor;
  readonly kind: LayerFinished['outcome']['kind'];
  /** The byte at which this run began. */
  readonly from: number;
  /** Milliseconds. */
  readonly took: number;
}

type LayerFinished = Extract<PushEvent, { kind: 'layer-finished' }>;

interface Tracked {
  readonly size: number;
  bytes: number;
  from: number;
  /** Undefined before its turn. */
  startedAt: number | undefined;
  isFinished: boolean;
}

/** Adds up how far the uploads to each repository are. */
export class UploadProgress {
  readonly #now: () => number;
  readonly #targets = new Map<string, Map<Digest, Tracked>>();
  #sent = 0;
  #retries = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `target`: a name for the repository. @returns the blob that is there with this event, if any */
  note(target: string, event: PushEvent): FinishedBlob | undefined {
    const blobs = this.#targets.get(target) ?? new Map<Digest, Tracked>();
    this.#targets.set(target, blobs);
    switch (event.kind) {
      case 'planned':
        blobs.clear();
        for (const layer of event.plan.uploads) track(blobs, layer);
        break;
      case 'layer-started':
        Object.assign(track(blobs, event.layer), {
          ...{ bytes: event.from, from: event.from },
          ...{ startedAt: this.#now(), isFinished: false },
        });
        break;
      case 'layer-progress':
        this.#advance(track(blobs, event.layer), event.bytes);
        break;
      case 'layer-finished':
        return this.#finish(track(blobs, event.layer), event);
      case 'retried':
        this.#retries += 1;
        // It is sent again from its start.
        if (event.notice.name === 'layer' && event.what !== undefined)
          restart(blobs.get(event.what));
        break;
      case 'target-failed':
        for (const [digest, { isFinished }] of blobs) if (!isFinished) blobs.delete(digest);
        break;
      default:
    }
    return undefined;
  }

  /** Another attempt at a call. */
  noteRetry(): void {
    this.#retries += 1;
  }

  get state(): UploadState {
    const all = [...this.#targets.values()].flatMap((blobs) => [...blobs]);
    const sum = (valueOf: (blob: Tracked) => number): number =>
      all.reduce((total, [, blob]) => total + valueOf(blob), 0);
    return {
      blobs: all.length,
      finished: sum(({ isFinished }) => (isFinished ? 1 : 0)),
      total: sum(({ size }) => size),
      bytes: sum(({ bytes }) => bytes),
      sent: this.#sent,
      retries: this.#retries,
      underWay: all
        .filter(([, { startedAt, isFinished }]) => startedAt !== undefined && !isFinished)
        .sort(([, a], [, b]) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
        .map(([digest, { size, bytes }]) => ({ digest, size, bytes })),
    };
  }

  #advance(blob: Tracked, bytes: number): void {
    this.#sent += Math.max(0, bytes - blob.bytes);
    blob.bytes = bytes;
  }

  #finish(blob: Tracked, { layer, outcome: { kind } }: LayerFinished): FinishedBlob {
    if (kind === 'sent') this.#advance(blob, blob.size);
    blob.bytes = blob.size;
    blob.isFinished = true;
    const now = this.#now();
    return { layer, kind, from: blob.from, took: now - (blob.startedAt ?? now) };
  }
}

/** One that ECR lost after the plan is new here. */
function track(blobs: Map<Digest, Tracked>, { digest, size }: Descriptor): Tracked {
  const known = blobs.get(digest) ?? {
    ...{ size, bytes: 0, from: 0 },
    ...{ startedAt: undefined, isFinished: false },
  };
  blobs.set(digest, known);
  return known;
}

function restart(blob: Tracked | undefined): void {
  if (blob !== undefined) Object.assign(blob, { bytes: 0, from: 0 });
}
