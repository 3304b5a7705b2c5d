import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JoinedMembers, type Member } from '../../src/image/joined-members.ts';
import type { Descriptor, Platform } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

function descriptor(name: string, platform?: Platform, more: Partial<Descriptor> = {}): Descriptor {
  return {
    ...{ mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(name)), size: 100 },
    ...(platform !== undefined && { platform }),
    ...more,
  };
}

function membersOf(descriptors: readonly Descriptor[], more: Partial<Member> = {}): JoinedMembers {
  const members = new JoinedMembers();
  for (const [at, one] of descriptors.entries())
    members.add({ descriptor: one, where: `${at}`, isArtifact: false, isListed: false, ...more });
  return members;
}

const linux = (architecture: string, variant?: string): Platform => ({
  ...{ os: 'linux', architecture },
  ...(variant !== undefined && { variant }),
});
const windows = (osVersion: string): Platform => ({
  os: 'windows',
  architecture: 'amd64',
  osVersion,
});

test('images are sorted by system, architecture, variant and version', () => {
  const platforms = [
    linux('amd64'),
    linux('arm', 'v6'),
    linux('arm', 'v7'),
    linux('arm64'),
    windows('10.0.17763.1'),
    windows('10.0.20348.1'),
  ];
  const all = platforms.map((platform, at) => descriptor(String(at), platform));
  assert.deepEqual(membersOf(all.toReversed()).listed('keep'), all);
});

test('versions of Windows are platforms of their own, and spellings of one are not', () => {
  const clash = [descriptor('a', linux('arm64')), descriptor('b', linux('aarch64', 'v8'))];
  assert.throws(() => membersOf(clash).listed('keep'), refused('CONFLICTING_PLATFORMS'));
});

test('what a layout called an image stays away, and other annotations do not', () => {
  const annotations = { 'org.opencontainers.image.ref.name': 'v1', own: 'kept' };
  const [one] = membersOf([descriptor('a', linux('amd64'), { annotations })]).listed('keep');
  assert.deepEqual(one?.annotations, { own: 'kept' });
});

const same: readonly [what: string, descriptors: readonly Descriptor[], expected: Descriptor][] = [
  [
    'what only one of them says',
    [
      descriptor('a', linux('amd64')),
      descriptor('a', undefined, { annotations: { own: 'x' } }),
      descriptor('a', linux('amd64'), { artifactType: 'application/vnd.oci.image.config.v1+json' }),
    ],
    descriptor('a', linux('amd64'), {
      annotations: { own: 'x' },
      artifactType: 'application/vnd.oci.image.config.v1+json',
    }),
  ],
  [
    'one spelling of the platform',
    [
      descriptor('a', linux('arm64', 'v8')),
      descriptor('a', linux('arm64')),
      descriptor('a', linux('aarch64')),
    ],
    descriptor('a', linux('aarch64')),
  ],
];
for (const [what, descriptors, expected] of same) {
  test(`of one image that is given several times, in any order, there is ${what}`, () => {
    for (const order of [descriptors, descriptors.toReversed()])
      assert.deepEqual(membersOf(order).listed('keep'), [expected]);
  });
}

const contradictions: readonly [what: string, more: Partial<Descriptor>][] = [
  ['sizes', { size: 101 }],
  ['media types', { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }],
  ['platforms', { platform: linux('arm64') }],
  ['annotations', { annotations: { own: 'y' } }],
  ['types', { artifactType: 'application/other' }],
];
for (const [what, more] of contradictions) {
  test(`two ${what} of one image are refused`, () => {
    const full = { annotations: { own: 'x' }, artifactType: 'application/one' };
    const one = descriptor('a', linux('amd64'), full);
    assert.throws(
      () => membersOf([one, { ...one, ...more }]),
      refused('INVALID_DESCRIPTOR', '0 and 1'),
    );
  });
}

test('an attestation that an index lists is not asked for its image', () => {
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const lone = [descriptor('a', linux('amd64')), descriptor('b', undefined, { annotations })];
  assert.equal(membersOf(lone, { isListed: true }).listed('keep').length, 2);
  assert.throws(() => membersOf(lone).listed('keep'), refused('INVALID_DESCRIPTOR', 'of no image'));
});

test('more images than any has platforms are refused', () => {
  const many = Array.from({ length: 1001 }, (_, at) => descriptor(String(at), linux(`a${at}`)));
  assert.throws(() => membersOf(many), refused('TOO_LARGE', '1000'));
  assert.equal(membersOf(many.slice(1)).listed('keep').length, 1000);
});
