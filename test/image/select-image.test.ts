import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { selectImage } from '../../src/image/select-image.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type Image,
  named,
} from '../support/image.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { refused } from '../support/refused.ts';
import { entriesIn, MemoryContent, rawBlob } from '../support/memory-content.ts';

const image = (seed: string) => buildImage({ seed, layers: [] });
const [a, b] = [image('a'), image('b')];

function annotated(graph: Image, annotations: Readonly<Record<string, string>>): Image {
  return { ...graph, descriptor: { ...graph.descriptor, annotations } };
}

async function select(wanted: string | undefined, ...graphs: readonly Graph[]): Promise<string> {
  return selectOf({ image: wanted }, ...graphs);
}

/** With `platforms` such as `linux/amd64,linux/arm64`. */
async function selectOf(
  { image, platforms = '' }: { image?: string | undefined; platforms?: string },
  ...graphs: readonly Graph[]
): Promise<string> {
  const content = new MemoryContent(...graphs);
  const names = platforms.split(',').filter((name) => name !== '');
  const wanted = { image, platforms: names.map(parsePlatformName) };
  const selected = await selectImage(await entriesIn(graphs, content), 'layout', wanted, content);
  if ('mediaType' in selected) return selected.digest;
  if (!('without' in selected)) return selected.map(({ digest }) => digest).join();
  return ['index.json', ...selected.without].join(' without ');
}

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
  ['by its place, from 0, as skopeo counts', '@1', [a, named(b, '2.0')], b],
  ['by its place behind one that stands there twice', '@2', [named(a, '1'), named(a, '2'), b], b],
  ['by a name that looks like a place', '@0', [a, named(b, '@0')], b],
  [
    'by a name that two entries of one image share',
    '1.0',
    [named(a, '1.0'), named(a, '1.0'), b],
    a,
  ],
];

for (const [name, wanted, entries, expected] of chosen) {
  test(`an image is chosen: ${name}`, async () => {
    assert.equal(await select(wanted, ...entries), expected.descriptor.digest);
  });
}

test('an empty layout holds no image', async () => {
  await assert.rejects(select(undefined), refused('NO_IMAGE', 'layout'));
  await assert.rejects(select('1.0'), refused('NO_IMAGE', 'layout'));
});

test('of several images none is taken by chance: the error lists them', async () => {
  const digests = [a, b].map(({ descriptor }) => descriptor.digest);
  await assert.rejects(
    select(undefined, named(a, '1.0'), b),
    refused(
      'AMBIGUOUS_IMAGE',
      ...digests,
      '1.0',
      'no name',
      'linux/amd64',
      'image: 1.0',
      `image: ${b.descriptor.digest}`,
    ),
  );
});

test('a name that two images have says so', async () => {
  await assert.rejects(
    select('1.0', named(a, '1.0'), named(b, '1.0')),
    refused(
      'AMBIGUOUS_IMAGE',
      'several images named 1.0',
      a.descriptor.digest,
      b.descriptor.digest,
    ),
  );
});

test('a name that no image has lists those that there are', async () => {
  await assert.rejects(
    select('3.0', named(a, '1.0'), named(b, '2.0')),
    refused('IMAGE_NOT_FOUND', '3.0', '1.0', '2.0', a.descriptor.digest),
  );
});

test('part of a name, or an empty annotation, names nothing', async () => {
  await assert.rejects(select('1', named(a, '1.0'), named(b, '')), refused('IMAGE_NOT_FOUND'));
});

test('a long list is cut, and says how much is left out', async () => {
  const many = Array.from({ length: 25 }, (_, at) => image(`image ${at}`));
  await assert.rejects(select(undefined, ...many), (error) => {
    assert.ok(error instanceof PushError);
    assert.match(error.message, /and 5 more$/);
    assert.equal(error.message.split('\n').length, 1 + 20 + 1);
    return true;
  });
});

test('a name with line breaks is listed in one line', async () => {
  await assert.rejects(
    select(undefined, named(a, 'one\n::error::two'), named(b, '1.0')),
    refused('AMBIGUOUS_IMAGE', 'one\\n::error::two'),
  );
});

const hexOf = ({ descriptor }: Graph) => descriptor.digest.slice('sha256:'.length);
const kind = (graph: Image, name: string) => annotated(graph, { kind: name });
const amd = buildImage({ seed: 'amd', layers: [] });
const arm = buildImage({
  seed: 'arm',
  layers: [],
  platform: { os: 'linux', architecture: 'arm64' },
});
const index = buildIndex([amd, arm]);
const nested = buildIndex([index]);
const signature = buildImage({ seed: 'signature', subject: a.descriptor });

const belonging: readonly [what: string, image: Graph, ...beside: Graph[]][] = [
  ['the images of an index', named(index, 'v1'), amd, arm],
  ['the images of an index in an index, and that index', nested, amd, index, arm],
  ['a manifest whose subject is there', a, signature],
  ['a manifest whose subject is an image of the index', index, referrerTo(amd)],
  ['a referrer of a referrer', a, signature, referrerTo(signature)],
  ['the tag of a signature', a, named(b, `sha256-${hexOf(a)}.sig`)],
  ['the index of the referrers tag schema', a, named(buildIndex([b]), `sha256-${hexOf(a)}`), b],
  ['an attestation', a, buildAttestation(a)],
  [
    'the kinds of cosign save',
    kind(a, 'dev.cosignproject.cosign/image'),
    kind(b, 'dev.cosignproject.cosign/sigs'),
    kind(arm, 'dev.cosignproject.cosign/atts'),
  ],
  [
    'kinds of the same meaning',
    a,
    kind(b, 'dev.hauler/sboms'),
    kind(arm, 'dev.hauler/referrers/1'),
  ],
];

function referrerTo({ descriptor }: Graph): Image {
  return buildImage({ seed: `referrer to ${descriptor.digest}`, subject: descriptor });
}

for (const [what, image, ...beside] of belonging) {
  test(`what belongs to another image is no candidate: ${what}`, async () => {
    assert.equal(await select(undefined, image, ...beside), image.descriptor.digest);
    assert.equal(await select(undefined, ...beside, image), image.descriptor.digest);
  });

  test(`and can be chosen by its digest all the same: ${what}`, async () => {
    for (const { descriptor } of beside)
      assert.equal(await select(descriptor.digest, image, ...beside), descriptor.digest);
  });
}

test('an image and what belongs to it are told apart under one name', async () => {
  const [image, other] = [named(a, '1.0'), named(signature, '1.0')];
  assert.equal(await select('1.0', other, image), a.descriptor.digest);
  assert.equal(await select('1.0', other, b), signature.descriptor.digest);
});

test('where the image is elsewhere, what belongs to it is all there is', async () => {
  const tagged = named(b, `sha256-${hexOf(a)}.sig`);
  assert.equal(await select(undefined, tagged), b.descriptor.digest);
  assert.equal(await select(undefined, signature), signature.descriptor.digest);
  const sigs = kind(b, 'dev.cosignproject.cosign/sigs');
  assert.equal(await select(undefined, sigs), b.descriptor.digest);
});

test('images that only their platforms tell apart make index.json the image', async () => {
  assert.equal(await select(undefined, amd, arm), 'index.json');
  assert.equal(await select(undefined, amd, arm, referrerTo(amd)), 'index.json');
  assert.equal(await select(amd.descriptor.digest, amd, arm), amd.descriptor.digest);
});

const apart: readonly [what: string, ...entries: Graph[]][] = [
  ['names', named(amd, '1.0-amd64'), named(arm, '1.0-arm64')],
  ['the name of one', named(amd, '1.0'), arm],
  ['nothing: their platform is one', a, b],
  ['nothing that index.json says', amd, withoutPlatform(arm)],
];

function withoutPlatform(graph: Image): Image {
  const { mediaType, digest, size } = graph.descriptor;
  return { ...graph, descriptor: { mediaType, digest, size } };
}

for (const [what, ...entries] of apart) {
  test(`images stay ambiguous that are told apart by ${what}`, async () => {
    await assert.rejects(
      select(undefined, ...entries),
      refused('AMBIGUOUS_IMAGE', ...entries.map(({ descriptor }) => descriptor.digest)),
    );
  });
}

test('an image of an index is chosen by its digest, however deep it lies', async () => {
  assert.equal(await select(arm.descriptor.digest, index), arm.descriptor.digest);
  assert.equal(await select(arm.descriptor.digest, nested, a), arm.descriptor.digest);
  await assert.rejects(select(b.descriptor.digest, nested, a), refused('IMAGE_NOT_FOUND'));
});

test('an entry that is absent can be chosen, and is said to be unreadable in a list', async () => {
  const content = new MemoryContent(b);
  const entries = await entriesIn([a, b], content);
  const choose = (image: string | undefined) =>
    selectImage(entries, 'layout', { image, platforms: [] }, content);
  assert.equal(await choose(a.descriptor.digest), a.descriptor);
  await assert.rejects(choose(undefined), refused('AMBIGUOUS_IMAGE', 'cannot be read'));
});

test('a name is found without what Docker and podman put before it', async () => {
  const [docker, podman] = [named(a, 'docker.io/library/app:1'), named(b, 'localhost/app:2')];
  assert.equal(await select('app:1', docker, podman), a.descriptor.digest);
  assert.equal(await select('app:2', docker, podman), b.descriptor.digest);
  assert.equal(await select('localhost/app:2', docker, podman), b.descriptor.digest);
});

test('what is no manifest, and the tag of a signature whose image is elsewhere, are no candidates', async () => {
  const other = rawBlob('application/xml', Buffer.from('<a/>'));
  const elsewhere = named(b, `sha256-${'0'.repeat(64)}.sig`);
  assert.equal(await select(undefined, other, a, elsewhere), a.descriptor.digest);
  assert.equal(await select(other.descriptor.digest, other, a), other.descriptor.digest);
});

test('in the place of an index, index.json lists no other files', async () => {
  const xml = rawBlob('application/xml', Buffer.from('<a/>'));
  assert.equal(
    await select(undefined, amd, xml, arm),
    `index.json without ${xml.descriptor.digest}`,
  );
});

test('where nothing is an image, the error lists what is there', async () => {
  const [xml, text] = [
    rawBlob('application/xml', Buffer.from('<a/>')),
    rawBlob('text/plain', Buffer.from('a')),
  ];
  await assert.rejects(
    select(undefined, xml, text),
    refused(
      'UNSUPPORTED_MEDIA_TYPE',
      'lists no image',
      xml.descriptor.digest,
      'application/xml',
      text.descriptor.digest,
      'text/plain',
    ),
  );
  const tagged = [b, arm].map((graph) => named(graph, `sha256-${'0'.repeat(64)}.sig`));
  await assert.rejects(select(undefined, xml, ...tagged), (error) => {
    refused('AMBIGUOUS_IMAGE', b.descriptor.digest, arm.descriptor.digest)(error);
    assert.doesNotMatch(String(error), /xml/);
    return true;
  });
});

test('images without names are listed with the platforms of their configs', async () => {
  await assert.rejects(
    select(undefined, withoutPlatform(amd), withoutPlatform(arm)),
    refused('AMBIGUOUS_IMAGE', 'no name, linux/amd64', 'no name, linux/arm64'),
  );
  await assert.rejects(
    select('1', withoutPlatform(amd), a),
    refused('IMAGE_NOT_FOUND', 'no name, linux/amd64'),
  );
});

const s390x = buildImage({
  seed: 's390x',
  layers: [],
  platform: { os: 'linux', architecture: 's390x' },
});

const SAME_NAME: readonly [what: string, image: string | undefined, entries: readonly Graph[]][] = [
  ['the name that is wanted', '1', [amd, arm, s390x].map((graph) => named(graph, '1'))],
  ['the only name', undefined, [amd, arm, s390x].map((graph) => named(graph, '1'))],
  ['no name, nor platforms in index.json', undefined, [amd, arm, s390x].map(withoutPlatform)],
  [
    'a name that is wanted, among others',
    '1',
    [named(amd, '1'), named(arm, '1, latest'), named(s390x, '1'), named(a, '2')],
  ],
];

for (const [what, image, entries] of SAME_NAME) {
  test(`platforms tell images apart that share ${what}`, async () => {
    const all = [amd, arm, s390x].map(({ descriptor }) => descriptor.digest).join();
    for (const [platforms, expected] of [
      ['linux/arm64', arm.descriptor.digest],
      ['linux/amd64,linux/s390x', all],
      // Which is then found to be absent, with those that are there.
      ['linux/riscv64', all],
    ] as const)
      assert.equal(await selectOf({ image, platforms }, ...entries), expected);
    await assert.rejects(selectOf({ image }, ...entries), refused('AMBIGUOUS_IMAGE'));
  });
}

test('platforms choose neither between names, nor between images of one platform, nor an index', async () => {
  const platforms = 'linux/arm64';
  await assert.rejects(
    selectOf({ platforms }, named(amd, '1-amd64'), named(arm, '1-arm64')),
    refused('AMBIGUOUS_IMAGE'),
  );
  await assert.rejects(
    selectOf(
      { platforms: 'linux/amd64', image: '1' },
      ...[a, b, arm].map((one) => named(one, '1')),
    ),
    refused('AMBIGUOUS_IMAGE', a.descriptor.digest, b.descriptor.digest),
  );
  await assert.rejects(
    selectOf({ platforms, image: '1' }, ...[index, s390x].map((one) => named(one, '1'))),
    refused('AMBIGUOUS_IMAGE', 'an index of 2'),
  );
});
