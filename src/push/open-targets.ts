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
  /** Its place among those that are wanted. */
  readonly at: number;
}

/**
 * Opens the wanted repositories and merges duplicates: a bare name and a full reference may mean the same one, which is
 * known once ECR has said whose registry the bare name is in. ECR is asked only if two names match.
 */
export async function openTargets(
  wanted: readonly WantedTarget[],
  open: Open,
  signal: AbortSignal,
): Promise<readonly OpenedTarget[]> {
  const opened: OpenedTarget[] = [];
  for (const [at, { repository, tags }] of wanted.entries())
    opened.push({ registry: await open(repository), tags, at });
  const groups = groupBy(opened, ({ registry }) => nameKey(registry.repository));
  const merged = await Promise.all(groups.map((group) => mergeSame(group, signal)));
  return merged.flat().toSorted((a, b) => a.at - b.at);
}

async function mergeSame(
  group: readonly OpenedTarget[],
  signal: AbortSignal,
): Promise<readonly OpenedTarget[]> {
  if (group.length === 1) return group;
  await Promise.all(group.map(({ registry }) => registry.identify(signal)));
  signal.throwIfAborted();
  return groupBy(group, ({ registry }) => identityKey(registry.repository)).flatMap((same) => {
    // Prefer a full reference: its host may ask for a FIPS or dual-stack endpoint.
    const { registry } = same.find((target) => hasHost(target)) ?? same[0];
    return [{ registry, tags: [...new Set(same.flatMap(({ tags }) => tags))], at: same[0].at }];
  });
}

function hasHost({ registry }: OpenedTarget): boolean {
  return registry.repository.host !== undefined;
}

/** Equal for all names that may mean the same repository. */
function nameKey({ type, region, name }: RepositoryReference): string {
  return JSON.stringify([type, region, name]);
}

/** Equal for two names of one repository, once both are known. */
function identityKey({ registryId, alias = registryId }: RepositoryReference): string {
  return alias ?? '';
}

/** In the order of each group's first item. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
