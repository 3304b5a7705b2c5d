import { MAX_LAYERS } from '../oci/limits.ts';
import type { ImageGraph } from './graph.ts';

const MIB = 1024 * 1024;

/**
 * Of a layer, in bytes.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 * https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html
 */
const MAX_LAYER_BYTES = { private: 52_000 * MIB, public: 10_000 * MIB } as const;

/** From this share of a limit on, the next build may exceed it. */
const NEAR = 0.9;

/** What of an image is close to a limit of such a registry's, a sentence each. */
export function nearLimits(
  { manifests, referrers, blobs, absentLayers, roles }: ImageGraph,
  registry: keyof typeof MAX_LAYER_BYTES,
): readonly string[] {
  const most = MAX_LAYER_BYTES[registry];
  const full = [...manifests, ...referrers].flatMap(({ descriptor: { digest }, manifest }) => {
    const layers = manifest.kind === 'image' ? manifest.layers.length : 0;
    if (layers < NEAR * MAX_LAYERS) return [];
    const name = roles.get(digest)?.name ?? `manifest ${digest}`;
    return [
      `${layers} layers in ${name}: ECR accepts at most ${MAX_LAYERS}. Combine RUN steps, or squash the image`,
    ];
  });
  const large = [...blobs, ...absentLayers]
    .filter(({ size }) => size >= NEAR * most)
    .map(
      ({ digest, size }) =>
        `Layer ${digest} has ${Math.round(size / MIB)} MiB: ECR accepts at most ${most / MIB}. Divide what it holds among several layers`,
    );
  return [...full, ...large];
}
