import type { RepositoryReference } from '../ecr/names/reference.ts';
import type { Registry } from '../ecr/registry.ts';
import type { ImageGraph } from '../image/graph.ts';
import type { Descriptor, Platform } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Plan, RepositoryStep } from '../plan/plan.ts';
import type { TagStep } from '../plan/tags.ts';
import type { PushEvent, TagOutcome } from './events.ts';

/** What happened in a push: the end of the log and the outputs are made from this. Times are ms since the epoch. */
export interface PushReport {
  readonly image: ImageReport;
  readonly targets: readonly TargetReport[];
}

export interface ImageReport {
  /** Of the root. */
  readonly descriptor: Descriptor;
  /** Digest of the config; undefined for an index. */
  readonly config: Digest | undefined;
  /** Of the root, as its descriptor or its config names it; undefined for an index. */
  readonly platform: Platform | undefined;
  /** What made each layer, where the image's history tells it. */
  readonly instructions: ReadonlyMap<Digest, string>;
  /** What it lists, if it is an index of images that were in ECR. */
  readonly joined: readonly Descriptor[];
  /** The bytes of an index that others are to join, and that they could not read there. */
  readonly inline: Uint8Array | undefined;
}

/** An image with its attestation makes an index of a thousand bytes, and what outputs hold is limited. */
const MAX_INLINE = 16 * 1024;

/** What happened to one repository. */
export interface TargetReport {
  /** As ECR names it. */
  readonly repository: RepositoryReference;
  /** Why it failed; undefined if it is complete. */
  readonly error: unknown;
  readonly created: boolean;
  /** What was decided before anything was done; undefined if the repository could not be asked. */
  readonly planned: PlannedReport | undefined;
  /** Each tag that was wanted. */
  readonly tags: readonly TagReport[];
  /** Each config and layer of the image; none if the repository could not be asked. */
  readonly layers: readonly LayerReport[];
  /** Manifests that were put, in their order. */
  readonly manifests: readonly ManifestReport[];
  /** Of layers that did not arrive, as much as ECR has confirmed. */
  readonly bytesUnfinished: number;
  /** Of the requests that carried parts of layers, those of layers that did not arrive, too. */
  readonly bytesOnWire: number;
  /** The SDK's retries and the push's own. */
  readonly retries: number;
  /** Of the retries: those after ECR asked for a lower rate. */
  readonly throttles: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** What a push would do to a repository, besides its uploads. */
export interface PlannedReport {
  readonly repository: RepositoryStep;
  readonly tags: readonly TagStep[];
  /** In their order. */
  readonly manifests: readonly ManifestReport[];
}

/** `untouched`: the push failed before it got there. `unsure`: it failed on the way there, and may have moved it. */
export type TagReport =
  TagOutcome | { readonly tag: string; readonly kind: 'untouched' | 'unsure' };

export interface LayerReport {
  readonly descriptor: Descriptor;
  /** `missing`: it did not arrive. `completed-elsewhere`: by another job, while this one sent it or was about to. */
  readonly kind: 'sent' | 'present' | 'completed-elsewhere' | 'missing';
  readonly bytesOnWire: number;
  /** Both undefined if no upload was needed; `finishedAt` also if the upload did not finish. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

export interface ManifestReport {
  readonly digest: Digest;
  /** What it is in the image, for messages. */
  readonly what: string;
  readonly tag: string | undefined;
}

/** `targets`: where it goes, and under which tags. */
export function reportImage(graph: ImageGraph, targets: readonly PushTarget[] = []): ImageReport {
  const { root, platforms, instructions, absentManifests } = graph;
  const { descriptor, manifest, bytes } = root;
  const isIndex = manifest.kind === 'index';
  const config = isIndex ? undefined : manifest.config.digest;
  const isInline = isIndex && bytes.byteLength <= MAX_INLINE && targets.some(isUnreadable);
  return {
    descriptor,
    config,
    platform: descriptor.platform ?? (config && platforms.get(config)),
    instructions,
    joined: isIndex && absentManifests.length > 0 ? manifest.manifests : [],
    inline: isInline ? bytes : undefined,
  };
}

interface PushTarget {
  readonly registry: Pick<Registry, 'repository'>;
  readonly tags: readonly string[];
}

/** By digest, to ECR Public: it has no call that reads a manifest. */
function isUnreadable({ registry, tags }: PushTarget): boolean {
  return tags.length === 0 && registry.repository.type === 'public';
}

function reportPlan({ graph, repository, tags, waves, tagPuts }: Plan): PlannedReport {
  const manifests = [...waves.flat(), ...tagPuts].map(({ node, tag }) => {
    const { digest } = node.descriptor;
    return { digest, what: graph.roles.get(digest)?.name ?? `manifest ${digest}`, tag };
  });
  return { repository, tags, manifests };
}

/** How one target ended. */
interface Ending {
  readonly repository: RepositoryReference;
  readonly error: unknown;
  /** Of its registry. */
  readonly traffic: Registry['traffic'];
}

/** Records what happens to one repository. */
export class TargetRecord {
  readonly #tags: readonly string[];
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #outcomes = new Map<string, TagOutcome>();
  readonly #layers = new Map<Digest, LayerReport>();
  /** Bytes of layers under way that ECR has confirmed. */
  readonly #confirmed = new Map<Digest, number>();
  readonly #manifests: ManifestReport[] = [];
  readonly #unsure = new Set<string>();
  #created = false;
  #planned: PlannedReport | undefined;
  #retries = 0;
  #throttles = 0;
  #finishedAt: number;

  constructor(tags: readonly string[], now: () => number = Date.now) {
    this.#tags = tags;
    this.#now = now;
    this.#startedAt = now();
    this.#finishedAt = this.#startedAt;
  }

  note(event: PushEvent): void {
    switch (event.kind) {
      case 'planned':
        this.#planned = reportPlan(event.plan);
        for (const layer of event.plan.uploads) this.#noteLayer(layer, { kind: 'missing' });
        for (const layer of event.plan.present) this.#noteLayer(layer, { kind: 'present' });
        break;
      case 'repository-created':
        this.#created = true;
        break;
      case 'layer-started':
        this.#noteLayer(event.layer, { startedAt: this.#now() });
        break;
      case 'layer-progress':
        this.#confirmed.set(event.layer.digest, event.bytes);
        break;
      case 'layer-finished':
        this.#finishLayer(event);
        break;
      case 'retried':
        this.#retries += 1;
        if (event.notice.name === 'throttled') this.#throttles += 1;
        break;
      case 'manifest-put':
        if (event.isNew) this.#noteManifest(event);
        break;
      case 'tag-settled':
        this.#outcomes.set(event.outcome.tag, event.outcome);
        break;
      case 'tag-started':
        this.#unsure.add(event.tag);
        break;
      case 'tag-kept':
        this.#unsure.delete(event.tag);
        break;
      default:
    }
  }

  /** A step of the push is over, whether it failed or not. */
  noteStep(): void {
    this.#finishedAt = this.#now();
  }

  end({ repository, error, traffic }: Ending): TargetReport {
    return {
      repository,
      error,
      created: this.#created,
      planned: this.#planned,
      tags: this.#tags.map((tag) => this.#outcomes.get(tag) ?? this.#unsettled(tag)),
      layers: [...this.#layers.values()],
      manifests: this.#manifests,
      bytesUnfinished: [...this.#confirmed.values()].reduce((sum, bytes) => sum + bytes, 0),
      bytesOnWire: traffic.bytesOnWire,
      retries: traffic.retries + this.#retries,
      throttles: traffic.throttles + this.#throttles,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
    };
  }

  #unsettled(tag: string): TagReport {
    return { tag, kind: this.#unsure.has(tag) ? 'unsure' : 'untouched' };
  }

  #noteManifest({ digest, what, tag }: ManifestReport): void {
    this.#manifests.push({ digest, what, tag });
  }

  /** A layer that is sent again because ECR lost it counts once, with the bytes of all its uploads. */
  #finishLayer({ layer, outcome }: Extract<PushEvent, { kind: 'layer-finished' }>): void {
    const before = this.#layers.get(layer.digest);
    this.#confirmed.delete(layer.digest);
    this.#noteLayer(layer, {
      kind: before?.kind === 'sent' ? 'sent' : outcome.kind,
      bytesOnWire: (before?.bytesOnWire ?? 0) + outcome.bytesOnWire,
      finishedAt: this.#now(),
    });
  }

  #noteLayer(descriptor: Descriptor, change: Partial<LayerReport>): void {
    const known = this.#layers.get(descriptor.digest) ?? {
      descriptor,
      kind: 'missing',
      bytesOnWire: 0,
      startedAt: undefined,
      finishedAt: undefined,
    };
    this.#layers.set(descriptor.digest, { ...known, ...change });
  }
}
