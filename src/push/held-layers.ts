import { PushError } from '../errors.ts';
import type { Registry } from '../ecr/registry.ts';
import type { Digest } from '../oci/digest.ts';

/**
 * Those of the layers that every repository has. One that cannot be asked counts as empty: the push itself asks it
 * again, and reports why.
 * @throws the signal's reason
 */
export async function heldByAll(
  digests: readonly Digest[],
  registries: readonly Registry[],
  signal: AbortSignal,
): Promise<ReadonlySet<Digest>> {
  const answers = await Promise.all(registries.map((registry) => held(digests, registry, signal)));
  signal.throwIfAborted();
  return new Set(digests.filter((digest) => answers.every((answer) => answer.has(digest))));
}

async function held(
  digests: readonly Digest[],
  registry: Registry,
  signal: AbortSignal,
): Promise<ReadonlySet<Digest>> {
  try {
    return await registry.availableLayers(digests, signal);
  } catch (error) {
    if (error instanceof PushError || signal.aborted) return new Set();
    throw error;
  }
}
