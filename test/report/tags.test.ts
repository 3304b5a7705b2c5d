import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TagReport } from '../../src/push/report.ts';
import { publishedDigest, skippedTags, taggedNow } from '../../src/report/tags.ts';
import { mine, pushReport, targetReport, theirs } from './sample-report.ts';

const every: readonly TagReport[] = [
  { tag: 'a', kind: 'created' },
  { tag: 'b', kind: 'moved', from: theirs },
  { tag: 'c', kind: 'unchanged' },
  { tag: 'd', kind: 'put' },
  { tag: 'e', kind: 'skipped', holder: theirs },
  { tag: 'f', kind: 'refused', holder: theirs },
  { tag: 'g', kind: 'untouched' },
  { tag: 'h', kind: 'unsure' },
];

test('what was created, moved, put or unchanged points to the image now, and nothing else', () => {
  assert.deepEqual(taggedNow(targetReport({ tags: every })), ['a', 'b', 'c', 'd']);
});

test('what was skipped keeps another image', () => {
  assert.deepEqual(skippedTags(targetReport({ tags: every })), ['e']);
});

const published: readonly [string, readonly TagReport[], string | undefined][] = [
  ['all tags were put', [{ tag: 'a', kind: 'created' }], mine],
  [
    'some were skipped',
    [
      { tag: 'a', kind: 'skipped', holder: theirs },
      { tag: 'b', kind: 'created' },
    ],
    mine,
  ],
  ['all were skipped', [{ tag: 'a', kind: 'skipped', holder: theirs }], theirs],
  [
    'all were skipped, and nobody may look who holds the first',
    [
      { tag: 'a', kind: 'skipped', holder: undefined },
      { tag: 'b', kind: 'skipped', holder: theirs },
    ],
    undefined,
  ],
];

for (const [name, tags, expected] of published) {
  test(`the digest where ${name}`, () => {
    assert.equal(publishedDigest(targetReport({ tags }), pushReport()), expected);
  });
}
