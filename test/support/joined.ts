import type { ImageGraph } from '../../src/image/graph.ts';
import { joinImages } from '../../src/image/join.ts';
import type { Graph } from './image.ts';

/** An index of images that are in ECR, as a push takes it. */
export function joined(...images: readonly Graph[]): Promise<ImageGraph> {
  const given = images.map(({ descriptor }) => ({ descriptor, where: descriptor.digest }));
  const held = images.map(
    ({ descriptor: { digest, mediaType }, manifest }) =>
      [digest, { mediaType, bytes: manifest }] as const,
  );
  const read = () => Promise.resolve({ manifests: new Map(held), error: undefined });
  return joinImages(given, { read, attestations: 'keep' });
}
