import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isImmutableTag, type TagMutability } from '../../src/ecr/tag-mutability.ts';

const excluding = (imageTagMutability: string, ...filters: string[]): TagMutability => ({
  imageTagMutability,
  imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filter })),
});

const cases: readonly [what: string, tag: string, settings: TagMutability, isImmutable: boolean][] =
  [
    ['a mutable repository', '1.0', { imageTagMutability: 'MUTABLE' }, false],
    ['an immutable repository', '1.0', { imageTagMutability: 'IMMUTABLE' }, true],
    ['settings that are not known', '1.0', {}, false],
    ['a kind of mutability that is new', '1.0', { imageTagMutability: 'SOMETIMES' }, false],
    ['exclusions that do not match', '1.0', excluding('IMMUTABLE_WITH_EXCLUSION', 'dev-*'), true],
    ['an exclusion that matches', 'dev-1', excluding('IMMUTABLE_WITH_EXCLUSION', 'dev-*'), false],
    ['one of several', 'latest', excluding('IMMUTABLE_WITH_EXCLUSION', 'a', 'latest'), false],
    ['immutable tags among mutable', 'v1', excluding('MUTABLE_WITH_EXCLUSION', 'v*'), true],
    ['a mutable tag there', 'dev', excluding('MUTABLE_WITH_EXCLUSION', 'v*'), false],
    ['a star for nothing', 'v', excluding('MUTABLE_WITH_EXCLUSION', 'v*'), true],
    ['stars on both sides', 'a-rc-1', excluding('MUTABLE_WITH_EXCLUSION', '*rc*'), true],
    [
      'a dot that is a dot and no wildcard',
      '1x0',
      excluding('MUTABLE_WITH_EXCLUSION', '1.0'),
      false,
    ],
    [
      'a match of a part, which is none',
      'v1-dev',
      excluding('MUTABLE_WITH_EXCLUSION', 'v1'),
      false,
    ],
    [
      'an immutable repository with filters that do not count',
      'dev',
      excluding('IMMUTABLE', 'dev'),
      true,
    ],
    [
      'a filter without a text',
      'dev',
      {
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ filter: undefined }],
      },
      true,
    ],
  ];

for (const [what, tag, settings, isImmutable] of cases) {
  test(`${what}: ${tag} ${isImmutable ? 'cannot' : 'can'} be moved`, () => {
    assert.equal(isImmutableTag(tag, settings), isImmutable);
  });
}

test('a filter of many stars is told soon', () => {
  const filter = '*a*a*a*a*';
  assert.equal(isImmutableTag('b'.repeat(128), excluding('MUTABLE_WITH_EXCLUSION', filter)), false);
  assert.equal(isImmutableTag('a'.repeat(128), excluding('MUTABLE_WITH_EXCLUSION', filter)), true);
});
