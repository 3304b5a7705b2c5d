import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { SavedImage } from '../../src/layout/saved-images.ts';
import { isSavedAs, selectSavedImage } from '../../src/layout/select-saved-image.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { refused } from '../support/refused.ts';

function saved(id: string, ...repoTags: readonly string[]): SavedImage {
  const hex = digestOf(Buffer.from(id)).slice('sha256:'.length);
  return { config: `${hex}.json`, repoTags, layers: [], positions: [] };
}

function idOf(name: string): string {
  return digestOf(Buffer.from(name));
}

const one = saved('one', 'team/one:1', 'team/one:stable');
const two = saved('two', 'docker.io/library/two:2', 'localhost:5000/two:3');
const local = saved('local', 'localhost/team/local:4');
const unnamed = saved('unnamed');
const crane = { config: idOf('crane'), repoTags: [], layers: [], positions: [] };
const bazel = { config: 'config.json', repoTags: [], layers: [], positions: [5, 7] };
const all = [one, two, local, unnamed, crane, bazel];

const chosen: readonly [wanted: string, image: SavedImage][] = [
  ['team/one:1', one],
  ['team/one:stable', one],
  ['docker.io/team/one:1', one],
  ['localhost/team/one:1', one],
  ['team/one', one],
  ['stable', one],
  ['two:2', two],
  ['docker.io/library/two:2', two],
  ['localhost:5000/two:3', two],
  ['localhost:5000/two', two],
  ['3', two],
  ['team/local:4', local],
  ['localhost/team/local:4', local],
  [idOf('unnamed'), unnamed],
  [idOf('one'), one],
  [idOf('crane'), crane],
  ['@5', bazel],
  ['@7', bazel],
];

for (const [wanted, image] of chosen) {
  test(`${wanted} is the image ${image.repoTags.join(', ') || 'without a name'}`, () => {
    assert.equal(selectSavedImage(all, 'all.tar', wanted), image);
    assert.equal(isSavedAs(image, wanted), true);
  });
}

test('the only image need not be named', () => {
  assert.equal(selectSavedImage([one], 'one.tar', undefined), one);
});

test('a digest may be that of the manifest of the only image, which is not known yet', () => {
  const digest = idOf('a manifest');
  assert.equal(selectSavedImage([one], 'one.tar', digest), one);
  assert.equal(isSavedAs(one, digest), false);
});

test('a name in full goes before a tag or a repository of the same spelling', () => {
  const tagged = saved('tagged', 'app:two');
  const repository = saved('repository', 'two:latest');
  const exact = saved('exact', 'two');
  assert.equal(selectSavedImage([tagged, repository, exact], 'all.tar', 'two'), exact);
  assert.equal(selectSavedImage([repository, tagged], 'all.tar', 'two'), tagged);
});

test('several images, none named: the error lists them by id and name, and says to set the input', () => {
  assert.throws(
    () => selectSavedImage(all, 'all.tar', undefined),
    (error) => {
      refused(
        'AMBIGUOUS_IMAGE',
        'all.tar holds several images:',
        `${idOf('one')} team/one:1, team/one:stable`,
        `${idOf('unnamed')} (no name)`,
        'config.json @5',
      )(error);
      return error instanceof PushError && error.hint.includes('input image');
    },
  );
});

test('a tag that two images have is ambiguous, and only those are listed', () => {
  const other = saved('other', 'team/other:1');
  assert.throws(
    () => selectSavedImage([one, other, two], 'all.tar', '1'),
    (error) => {
      refused('AMBIGUOUS_IMAGE', 'several images named 1:', 'team/one:1', 'team/other:1')(error);
      return error instanceof Error && !error.message.includes('two');
    },
  );
});

for (const wanted of ['team/three:1', 'one', '5000/two', idOf('another'), '@6', '@05', '5']) {
  test(`no image is ${wanted}: the error lists what is there`, () => {
    assert.throws(
      () => selectSavedImage(all, 'all.tar', wanted),
      refused('IMAGE_NOT_FOUND', `no image ${wanted}`, 'team/one:1', idOf('unnamed')),
    );
  });
}

test('an archive without images has none', () => {
  assert.throws(() => selectSavedImage([], 'all.tar', 'x'), refused('NO_IMAGE', 'all.tar'));
});

test('a long list is cut, and what would break a line is escaped', () => {
  const many = Array.from({ length: 25 }, (_, at) => saved(String(at), `team/app:${at}\n`));
  assert.throws(
    () => selectSavedImage(many, 'all.tar', undefined),
    refused('AMBIGUOUS_IMAGE', 'team/app:19\\n', 'and 5 more'),
  );
});
