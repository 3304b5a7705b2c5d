import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';

/**
 * What made each layer of one image, by the layer's digest. `instructions`: those of its history, lowest first. None if
 * there are not as many as layers: which belongs to which is then unknown.
 */
export function instructionsByLayer(
  layers: readonly Descriptor[],
  instructions: readonly string[],
): ReadonlyMap<Digest, string> {
  if (layers.length !== instructions.length) return new Map();
  const pairs = layers.map(({ digest }, at) => [digest, instructions[at] ?? ''] as const);
  return new Map(pairs.filter(([, text]) => text !== ''));
}
