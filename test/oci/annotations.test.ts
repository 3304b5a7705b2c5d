import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import {
  attestedDigest,
  isAttestation,
  namesAnnotation,
  namesOf,
  withoutNames,
} from '../../src/oci/annotations.ts';
import { buildAttestation, buildImage } from '../support/image.ts';

const image = buildImage({ seed: 'a' });
const { descriptor } = buildAttestation(image);
const UNKNOWN = { os: 'unknown', architecture: 'unknown' };

const entries: readonly [name: string, entry: Descriptor, expected: boolean][] = [
  ['what buildx writes', descriptor, true],
  [
    'the annotation alone',
    { ...descriptor, platform: { os: 'linux', architecture: 'arm64' } },
    true,
  ],
  ['the platform alone', { ...image.descriptor, platform: UNKNOWN }, true],
  ['an image', image.descriptor, false],
  [
    'an unknown system alone',
    { ...image.descriptor, platform: { ...UNKNOWN, os: 'linux' } },
    false,
  ],
  [
    'a reference of another type',
    { ...image.descriptor, annotations: { 'vnd.docker.reference.type': 'other' } },
    false,
  ],
];

for (const [name, entry, expected] of entries) {
  test(`${name} is ${expected ? 'an' : 'no'} attestation`, () => {
    assert.equal(isAttestation(entry), expected);
  });
}

test('an attestation names the image that it speaks of', () => {
  assert.equal(attestedDigest(descriptor), image.descriptor.digest);
  assert.equal(attestedDigest(image.descriptor), undefined);
});

const REF_NAME = 'org.opencontainers.image.ref.name';
const CONTAINERD_NAME = 'io.containerd.image.name';

const named: readonly [name: string, annotations: Readonly<Record<string, string>>, string[]][] = [
  ['no annotation', {}, []],
  ['its ref.name', { [REF_NAME]: '1.0' }, ['1.0']],
  ["containerd's full reference", { [CONTAINERD_NAME]: 'docker.io/a:1' }, ['docker.io/a:1']],
  ['both', { [CONTAINERD_NAME]: 'docker.io/a:1', [REF_NAME]: '1' }, ['1', 'docker.io/a:1']],
  ['several names in one string', { [REF_NAME]: '2.0, 2.1,2' }, ['2.0', '2.1', '2']],
  ['an empty name', { [REF_NAME]: '' }, []],
  ['commas and spaces alone', { [REF_NAME]: ' , ,' }, []],
  ['other annotations', { 'org.opencontainers.image.version': '1.0' }, []],
];

for (const [name, annotations, names] of named) {
  test(`the names of an entry come from ${name}`, () => {
    assert.deepEqual(namesOf({ ...image.descriptor, annotations }), names);
  });
}

test('an entry without annotations has no names', () => {
  const { mediaType, digest, size } = image.descriptor;
  assert.deepEqual(namesOf({ mediaType, digest, size }), []);
});

test('names that are given to a descriptor are its names', () => {
  const names = ['team/app:1', 'team/app:stable'];
  assert.deepEqual(namesOf({ ...image.descriptor, annotations: namesAnnotation(names) }), names);
});

test('a descriptor without its names keeps all else, and no annotations that are none', () => {
  const own = { ...image.descriptor, annotations: { own: 'kept' } };
  const names = { 'org.opencontainers.image.ref.name': 'v1', 'io.containerd.image.name': 'app:v1' };
  const named = { ...own, annotations: { ...names, own: 'kept' } };
  assert.deepEqual(withoutNames(named), own);
  assert.deepEqual(withoutNames({ ...named, annotations: names }), image.descriptor);
  assert.deepEqual(withoutNames(image.descriptor), image.descriptor);
});
