import { isFields } from './fields.ts';
import { MAX_LAYERS } from './limits.ts';

/** The most characters of one instruction that are kept: enough to recognise it by. */
const MAX_INSTRUCTION = 500;

/**
 * What made each layer, lowest first, as `created_by` of a config's `history` says; '' where it does not.
 * None if the history is absent or malformed: an image runs without one.
 * https://github.com/opencontainers/image-spec/blob/main/config.md#properties
 */
export function instructionsIn(history: unknown): readonly string[] {
  if (!Array.isArray(history)) return [];
  const steps: readonly unknown[] = history;
  const layers = steps.filter((step) => !isFields(step) || step['empty_layer'] !== true);
  return layers.length > MAX_LAYERS ? [] : layers.map(instructionOf);
}

function instructionOf(step: unknown): string {
  const text = isFields(step) ? step['created_by'] : undefined;
  // A copy: a slice would keep the whole text in memory.
  return typeof text === 'string' ? Buffer.from(text.slice(0, MAX_INSTRUCTION)).toString() : '';
}
