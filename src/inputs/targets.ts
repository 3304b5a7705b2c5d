import type { ImageReference, RepositoryReference } from '../ecr/names/reference.ts';
import { PushError } from '../errors.ts';
import { parseTag } from './parse-tag.ts';
import { defaultRepository, type TargetDefaults } from './default-repository.ts';
import { list } from './read-input.ts';

/** One repository and the tags to put on the image there. */
export interface TargetInput {
  readonly repository: RepositoryReference;
  /** None to push by digest. */
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
  return grouped(
    given.map((text) => {
      const { repository, tag = DEFAULT_TAG } = parseTag(text, defaults);
      return { repository, tag };
    }),
  );
}

/**
 * The same without tags: `repository` may then name several, as there are no full references to do it.
 * @throws PushError INVALID_INPUT if there are tags, or no repository
 */
export function parseDigestTargets(
  tags: readonly string[],
  defaults: TargetDefaults,
): readonly TargetInput[] {
  if (tags.length > 0) {
    throw new PushError(
      'INVALID_INPUT',
      `The input tags has ${tags.join(', ')}, but push-by-digest: true puts no tag`,
      { hint: 'Leave tags out here: the step that joins the images (index-of) puts them.' },
    );
  }
  const names = list(defaults.repository ?? '');
  if (names.length === 0) {
    throw new PushError('INVALID_INPUT', 'push-by-digest needs the input repository', {
      hint: 'Set repository to a name or a full reference, or to several, one a line.',
    });
  }
  return grouped(
    names.map((repository) => ({
      repository: defaultRepository('', { ...defaults, repository }),
      tag: undefined,
    })),
  );
}

/** Each repository once. */
function grouped(references: readonly ImageReference[]): readonly TargetInput[] {
  const targets = new Map<string, { repository: RepositoryReference; tags: Set<string> }>();
  for (const { repository, tag } of references) {
    const key = JSON.stringify([
      repository.type,
      repository.registryId,
      repository.region,
      repository.name,
    ]);
    const target = targets.get(key) ?? { repository, tags: new Set() };
    targets.set(key, target);
    if (tag !== undefined) target.tags.add(tag);
  }
  return [...targets.values()].map(({ repository, tags: names }) => ({
    repository,
    tags: [...names],
  }));
}
