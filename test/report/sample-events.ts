import type { LayerOutcome } from '../../src/ecr/registry.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { plan } from '../../src/plan/plan.ts';
import type { PushEvent } from '../../src/push/events.ts';
import { buildImage } from '../support/image.ts';
import { walked } from '../support/walked.ts';

export const MIB = 1024 * 1024;

const { graph } = await walked(buildImage({ seed: 'events' }));

/** Layers of these sizes, in bytes. */
export function layersOf(...sizes: readonly number[]): Descriptor[] {
  return sizes.map((size, at) => ({
    mediaType: OCI_LAYER_GZIP,
    digest: digestOf(Buffer.from(`layer ${at}`)),
    size,
  }));
}

export function plannedTo(uploads: readonly Descriptor[]): PushEvent {
  const wanted = { tags: ['1.0'], ifTagExists: 'fail', create: false } as const;
  const state = {
    exists: true,
    availableLayers: new Set(graph.blobs.map(({ digest }) => digest)),
    images: [],
    immutableTags: [],
    missingPolicies: [],
  };
  return { kind: 'planned', plan: { ...plan(graph, wanted, state), uploads } };
}

export function started(layer: Descriptor, from = 0): PushEvent {
  return { kind: 'layer-started', layer, from };
}

export function progress(layer: Descriptor, bytes: number): PushEvent {
  return { kind: 'layer-progress', layer, bytes };
}

export function finished(layer: Descriptor, kind: LayerOutcome['kind'] = 'sent'): PushEvent {
  return { kind: 'layer-finished', layer, outcome: { kind, bytesOnWire: 0 } };
}
