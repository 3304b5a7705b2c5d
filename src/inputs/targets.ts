import type { RepositoryReference } from '../ecr/names/reference.ts';
import { parseTag } from './parse-tag.ts';
import type { TargetDefaults } from './default-repository.ts';

/** One repository and the tags to put on the image there. */
export interface TargetInput {
  readonly repository: RepositoryReference;
  readonly tags: readonly string[];
}

const DEFAULT_TAG = 'latest';

/**
 * The repositories that `tags` name, each once: full references name their own, bare tags go to `repository`.
 * @throws PushError INVALID_INPUT
 */
export function parseTargets(
  tags: readonly string[],
  defaults: TargetDefaults,
): readonly TargetInput[] {
  const given = tags.length === 0 ? [DEFAULT_TAG] : tags;
  const references = given.map((text) => parseTag(text, defaults));
  const targets = new Map<string, { repository: RepositoryReference; tags: Set<string> }>();
  for (const { repository, tag = DEFAULT_TAG } of references) {
    const key = JSON.stringify([
      repository.type,
      repository.registryId,
      repository.region,
      repository.name,
    ]);
    const target = targets.get(key) ?? { repository, tags: new Set() };
    targets.set(key, target);
    target.tags.add(tag);
  }
  return [...targets.values()].map(({ repository, tags: names }) => ({
    repository,
    tags: [...names],
  }));
}
