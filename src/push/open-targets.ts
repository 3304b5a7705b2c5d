import type { RepositoryReference } from '../ecr/names/reference.ts';
import type { Registry } from '../ecr/registry.ts';

type Open = (repository: RepositoryReference) => Promise<Registry>;

interface WantedTarget {
  readonly repository: RepositoryReference;
  readonly tags: readonly string[];
}

interface OpenedTarget {
  readonly registry: Registry;
  readonly tags: readonly string[];
}

/**
 * Opens the repositories that are wanted, each once: a bare name and a full reference may mean the same one, which is
 * known as soon as ECR has said whose registry the bare name is in. It is asked only where that makes a difference.
 */
export async function openTargets(
  wanted: readonly WantedTarget[],
  open: Open,
  signal: AbortSignal,
): Promise<readonly OpenedTarget[]> {
  const opened: OpenedTarget[] = [];
  for (const { repository, tags } of wanted)
    opened.push({ registry: await open(repository), tags });
  const groups = groupBy(opened, ({ registry }) => nameKey(registry.repository));
  const merged = await Promise.all(groups.map((group) => mergeSame(group, signal)));
  return merged.flat();
}

async function mergeSame(
  group: readonly OpenedTarget[],
  signal: AbortSignal,
): Promise<readonly OpenedTarget[]> {
  if (group.length === 1) return group;
  await Promise.all(group.map(({ registry }) => registry.identify(signal)));
  signal.throwIfAborted();
  return groupBy(group, ({ registry }) => identityKey(registry.repository)).flatMap((same) => {
    // A full reference may ask for a kind of endpoint, which a bare name does not.
    const { registry } = same.find((target) => hasHost(target)) ?? same[0];
    return [{ registry, tags: [...new Set(same.flatMap(({ tags }) => tags))] }];
  });
}

function hasHost({ registry }: OpenedTarget): boolean {
  return registry.repository.host !== undefined;
}

/** What two names of one repository have in common. */
function nameKey({ type, region, name }: RepositoryReference): string {
  return JSON.stringify([type, region, name]);
}

/** Equal for two names of one repository, once both are known. */
function identityKey({ registryId, alias = registryId }: RepositoryReference): string {
  return alias ?? '';
}

/** In the order of each group's first. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
