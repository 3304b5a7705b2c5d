import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import type { RepositoryState } from '../../src/plan/state.ts';
import { planTags, tagsToMove, type TagStep } from '../../src/plan/tags.ts';

const [mine, theirs] = ['mine', 'theirs'].map((text) => digestOf(Buffer.from(text))) as [
  ReturnType<typeof digestOf>,
  ReturnType<typeof digestOf>,
];
const at = (holder: typeof mine): RepositoryState['images'] => [
  { digest: mine },
  { digest: holder, tag: '1.0' },
];

const EMPTY: RepositoryState = {
  exists: true,
  availableLayers: new Set(),
  images: [],
  immutableTags: [],
  missingPolicies: [],
};

interface Case {
  readonly state?: Partial<RepositoryState>;
  readonly ifTagExists?: 'fail' | 'skip';
  readonly expected: TagStep;
}

const cases: Readonly<Record<string, Case>> = {
  'a tag that is not there is created': { expected: { tag: '1.0', kind: 'create' } },
  'a tag of a repository that is not there is created': {
    state: { exists: false },
    expected: { tag: '1.0', kind: 'create' },
  },
  'also where nothing may be looked up: in what is not there nothing is': {
    state: { exists: false, images: undefined },
    expected: { tag: '1.0', kind: 'create' },
  },
  'a tag of the image is unchanged': {
    state: { images: at(mine) },
    expected: { tag: '1.0', kind: 'unchanged' },
  },
  'a tag of the image is unchanged where it is immutable': {
    state: { images: at(mine), immutableTags: ['1.0'] },
    expected: { tag: '1.0', kind: 'unchanged' },
  },
  'a tag of another image moves, from that one': {
    state: { images: at(theirs) },
    expected: { tag: '1.0', kind: 'move', from: theirs },
  },
  'a tag of another image moves where others are immutable': {
    state: { images: at(theirs), immutableTags: ['1.1'] },
    expected: { tag: '1.0', kind: 'move', from: theirs },
  },
  'a tag of another image that cannot move is refused': {
    state: { images: at(theirs), immutableTags: ['1.0'] },
    expected: { tag: '1.0', kind: 'refuse', holder: theirs },
  },
  'or skipped, where that is wanted': {
    state: { images: at(theirs), immutableTags: ['1.0'] },
    ifTagExists: 'skip',
    expected: { tag: '1.0', kind: 'skip', holder: theirs },
  },
  'a tag that is to be skipped if it cannot move, and can, moves': {
    state: { images: at(theirs) },
    ifTagExists: 'skip',
    expected: { tag: '1.0', kind: 'move', from: theirs },
  },
  'where nothing may be looked up, it is put and ECR decides': {
    state: { images: undefined },
    ifTagExists: 'skip',
    expected: { tag: '1.0', kind: 'put' },
  },
};

for (const [name, { state, ifTagExists = 'fail', expected }] of Object.entries(cases)) {
  test(name, () => {
    const wanted = { tags: ['1.0'], ifTagExists };
    assert.deepEqual(planTags(mine, wanted, { ...EMPTY, ...state }), [expected]);
  });
}

test('tags stay in the order in which they were given', () => {
  const wanted = { tags: ['b', '1.0', 'a'], ifTagExists: 'fail' } as const;
  const steps = planTags(mine, wanted, { ...EMPTY, images: at(theirs) });
  assert.deepEqual(
    steps.map(({ tag, kind }) => [tag, kind]),
    [
      ['b', 'create'],
      ['1.0', 'move'],
      ['a', 'create'],
    ],
  );
});

const moving: readonly [string, RepositoryState['images'], string[]][] = [
  ['no image is there', [], []],
  ['nothing may be looked up', undefined, []],
  ['a tag is at the image', at(mine), []],
  ['a tag is at another image', at(theirs), ['1.0']],
];

for (const [name, images, expected] of moving) {
  test(`where ${name}, ${expected.length} tags are to move`, () => {
    assert.deepEqual(tagsToMove(mine, ['0.9', '1.0'], images), expected);
  });
}
