import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { attestedDigest, isAttestation } from '../../src/oci/annotations.ts';
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
