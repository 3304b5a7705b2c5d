import { describeRepository } from '../ecr/names/reference.ts';
import type { HeldManifest, Registry } from '../ecr/registry.ts';
import { PushError } from '../errors.ts';
import type { Digest } from '../oci/digest.ts';

/** What several repositories hold, together. */
interface Held {
  readonly manifests: ReadonlyMap<Digest, HeldManifest>;
  /** Why one of them could not be asked; undefined if all could. */
  readonly error: PushError | undefined;
}

/**
 * Those of the manifests that any of the repositories holds, with their bytes where one gives them. One that cannot be
 * asked does not stop the others: its own push asks it again, and reports why.
 * @throws the signal's reason
 */
export async function heldByAny(
  digests: readonly Digest[],
  registries: readonly Registry[],
  signal: AbortSignal,
): Promise<Held> {
  const answers = await Promise.all(registries.map((registry) => ask(digests, registry, signal)));
  signal.throwIfAborted();
  const manifests = new Map<Digest, HeldManifest>();
  for (const answer of answers) {
    if (answer instanceof PushError) continue;
    for (const [digest, found] of answer)
      if (manifests.get(digest)?.bytes === undefined) manifests.set(digest, found);
  }
  return { manifests, error: answers.find((answer) => answer instanceof PushError) };
}

async function ask(
  digests: readonly Digest[],
  registry: Registry,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, HeldManifest> | PushError> {
  try {
    return (await registry.findManifests(digests, signal)) ?? notReadable(registry);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PushError) return error;
    throw error;
  }
}

const UNREADABLE = {
  private:
    'Allow ecr:BatchGetImage: an index is replaced by what it lists, and has to be read for that.',
  public:
    'Name the registry by its account ID and allow ecr-public:DescribeImages, or give the output descriptor of push-by-digest as it is: of an index in ECR Public, it has the bytes (data).',
} as const;

function notReadable({ repository }: Registry): PushError {
  return new PushError(
    'ACCESS_DENIED',
    `The images in ${describeRepository(repository)} cannot be looked up`,
    { hint: UNREADABLE[repository.type] },
  );
}
