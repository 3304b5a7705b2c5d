import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { selectImage } from '../../src/image/select-image.ts';
import { buildImage, type Image, named } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { indexOf } from '../support/memory-content.ts';

const image = (seed: string) => buildImage({ seed, layers: [] });
const [a, b] = [image('a'), image('b')];

function annotated(graph: Image, annotations: Readonly<Record<string, string>>): Image {
  return { ...graph, descriptor: { ...graph.descriptor, annotations } };
}

const select = (wanted: string | undefined, ...entries: readonly Image[]) =>
  selectImage(indexOf(...entries), 'layout', wanted).digest;

const CONTAINERD = 'io.containerd.image.name';
const FULL = 'docker.io/library/app:1.0';

const chosen: readonly [
  name: string,
  wanted: string | undefined,
  entries: readonly Image[],
  expected: Image,
][] = [
  ['the only entry, when nothing is asked for', undefined, [a], a],
  ['the only entry, though it has a name', undefined, [named(a, '1.0')], a],
  [
    'one image under two names, when nothing is asked for',
    undefined,
    [named(a, '1'), named(a, '2')],
    a,
  ],
  ['by its ref.name', '2.0', [named(a, '1.0'), named(b, '2.0')], b],
  ['by one of several names in one string', '2.1', [named(a, '1.0'), named(b, '2.0, 2.1')], b],
  ['by full reference', FULL, [named(a, 'other'), annotated(b, { [CONTAINERD]: FULL })], b],
  ['by digest', b.descriptor.digest, [named(a, '1.0'), named(b, '1.0')], b],
  ['by digest, where the entry has no name', b.descriptor.digest, [a, b], b],
  [
    'by a name that two entries of one image share',
    '1.0',
    [named(a, '1.0'), named(a, '1.0'), b],
    a,
  ],
];

for (const [name, wanted, entries, expected] of chosen) {
  test(`an image is chosen: ${name}`, () => {
    assert.equal(select(wanted, ...entries), expected.descriptor.digest);
  });
}

test('an empty layout holds no image', () => {
  assert.throws(() => select(undefined), refused('NO_IMAGE', 'layout'));
  assert.throws(() => select('1.0'), refused('NO_IMAGE', 'layout'));
});

test('of several images none is taken by chance: the error lists them', () => {
  const digests = [a, b].map(({ descriptor }) => descriptor.digest);
  assert.throws(
    () => select(undefined, named(a, '1.0'), b),
    refused('AMBIGUOUS_IMAGE', ...digests, '1.0', '(no name)', 'linux/amd64'),
  );
});

test('a name that two images have says so', () => {
  assert.throws(
    () => select('1.0', named(a, '1.0'), named(b, '1.0')),
    refused(
      'AMBIGUOUS_IMAGE',
      'several images named 1.0',
      a.descriptor.digest,
      b.descriptor.digest,
    ),
  );
});

test('a name that no image has lists those that there are', () => {
  assert.throws(
    () => select('3.0', named(a, '1.0'), named(b, '2.0')),
    refused('IMAGE_NOT_FOUND', '3.0', '1.0', '2.0', a.descriptor.digest),
  );
});

test('part of a name, or an empty annotation, names nothing', () => {
  assert.throws(() => select('1', named(a, '1.0'), named(b, '')), refused('IMAGE_NOT_FOUND'));
});

test('a long list is cut, and says how much is left out', () => {
  const many = Array.from({ length: 25 }, (_, at) => image(`image ${at}`));
  assert.throws(
    () => select(undefined, ...many),
    (error) => {
      assert.ok(error instanceof PushError);
      assert.match(error.message, /and 5 more$/);
      assert.equal(error.message.split('\n').length, 1 + 20 + 1);
      return true;
    },
  );
});

test('a name with line breaks is listed in one line', () => {
  assert.throws(
    () => select(undefined, named(a, 'one\n::error::two'), named(b, '1.0')),
    refused('AMBIGUOUS_IMAGE', 'one\\n::error::two'),
  );
});
