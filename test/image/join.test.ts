import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PushError } from '../../src/errors.ts';
import { joinImages, type KnownManifests } from '../../src/image/join.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { refused } from '../support/refused.ts';

const imageFor = (architecture: string, flavour: 'oci' | 'docker' = 'oci') =>
  buildImage({ seed: architecture, platform: { os: 'linux', architecture }, flavour });
const [amd, arm, ppc] = [imageFor('amd64'), imageFor('arm64'), imageFor('ppc64le')];
const [attestation, ofArm] = [buildAttestation(amd), buildAttestation(arm)];
const attested = buildIndex([amd, attestation]);
const chart = buildImage({
  seed: 'chart',
  artifactType: 'application/vnd.cncf.helm.config.v1+json',
});

/** Without its platform. */
function platformless({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

const digestOf = ({ descriptor }: Graph) => descriptor.digest;

/** A repository that holds all of these; `bytes: false` for ECR Public, which only says that they are there. */
function holding(
  graphs: readonly Graph[],
  { bytes = true, error = undefined as Error | undefined } = {},
) {
  const asked: (readonly string[])[] = [];
  const known = new Map(
    graphs.map(({ descriptor, manifest }) => [
      descriptor.digest,
      { mediaType: descriptor.mediaType, bytes: bytes ? manifest : undefined },
    ]),
  );
  const read = (digests: readonly string[]): Promise<KnownManifests> => {
    asked.push(digests);
    const found = [...known].filter(([digest]) => digests.includes(digest));
    return Promise.resolve({ manifests: new Map(found), error });
  };
  return { read, asked };
}

const ALL = [amd, arm, ppc, attestation, ofArm, attested, chart];

function given(...descriptors: readonly Descriptor[]) {
  return descriptors.map((descriptor, at) => ({ descriptor, where: `line ${at + 1}` }));
}

function join(
  graphs: readonly Graph[],
  {
    attestations = 'keep',
    read = holding(ALL).read,
  }: Partial<Parameters<typeof joinImages>[1]> = {},
) {
  return joinImages(given(...graphs.map(({ descriptor }) => descriptor)), { read, attestations });
}

/** The digests that an index lists, and its type. */
async function listed(...args: Parameters<typeof join>) {
  const { root } = await join(...args);
  assert.ok(root.manifest.kind === 'index');
  return root.manifest.manifests.map(({ digest }) => digest);
}

test('the index lists each image with its platform, and the repository must hold what was given', async () => {
  const graph = await join([arm, amd]);
  assert.deepEqual(JSON.parse(Buffer.from(graph.root.bytes).toString()), {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [amd, arm].map(({ descriptor: { mediaType, digest, size, platform } }) => ({
      ...{ mediaType, digest, size, platform },
    })),
  });
  assert.deepEqual(graph.absentManifests, [arm.descriptor, amd.descriptor]);
  assert.deepEqual([graph.manifests, graph.blobs], [[graph.root], []]);
  assert.equal(graph.roles.get(graph.root.descriptor.digest)?.kind, 'index');
});

test('an index is replaced by what it lists: attestations come along, after the images, as they were', async () => {
  const { root } = await join([attested, arm]);
  assert.ok(root.manifest.kind === 'index');
  assert.deepEqual(root.manifest.manifests, [
    amd.descriptor,
    arm.descriptor,
    attestation.descriptor,
  ]);
});

test('so is an index in an index, and each level is asked for at once', async () => {
  const outer = buildIndex([attested, arm]);
  const { read, asked } = holding([...ALL, outer]);
  assert.deepEqual(
    await listed([outer, ppc], { read }),
    [amd, arm, ppc, attestation].map(digestOf),
  );
  assert.deepEqual(asked, [[outer, ppc].map(digestOf), [digestOf(attested)]]);
});

test('any order, and any number of times, makes the same bytes', async () => {
  const graphs = [attested, arm, ppc, amd, attestation, chart];
  const { root } = await join(graphs);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(graphs, { minLength: graphs.length }),
      fc.array(fc.constantFrom(...graphs), { maxLength: 4 }),
      async (order, again) => {
        const other = await join([...order, ...again]);
        assert.deepEqual(other.root.bytes, root.bytes);
      },
    ),
    { numRuns: 50 },
  );
});

const types: readonly [what: string, graphs: readonly Graph[], mediaType: string][] = [
  [
    "Docker's images alone",
    [imageFor('amd64', 'docker'), imageFor('arm64', 'docker')],
    DOCKER_MANIFEST_LIST,
  ],
  ["Docker's images and others", [imageFor('amd64', 'docker'), arm], OCI_INDEX],
  [
    "a list of Docker's",
    [buildIndex([imageFor('amd64', 'docker')], { flavour: 'docker' })],
    DOCKER_MANIFEST_LIST,
  ],
  ["OCI's images in a list of Docker's", [buildIndex([amd], { flavour: 'docker' })], OCI_INDEX],
];
for (const [what, graphs, mediaType] of types) {
  test(`${what} make an index of the type ${mediaType}`, async () => {
    const { root } = await join(graphs, { read: holding(graphs).read });
    assert.equal(root.descriptor.mediaType, mediaType);
    assert.equal(
      (JSON.parse(Buffer.from(root.bytes).toString()) as Descriptor).mediaType,
      mediaType,
    );
  });
}

test('attestations are left out if they are not wanted', async () => {
  assert.deepEqual(
    await listed([attested, arm], { attestations: 'drop' }),
    [amd, arm].map(digestOf),
  );
});

test('an artifact needs no platform where its manifest is known, and is listed after the images', async () => {
  const { root } = await joinImages(given(platformless(chart.descriptor), amd.descriptor), {
    read: holding(ALL).read,
    attestations: 'keep',
  });
  assert.ok(root.manifest.kind === 'index');
  assert.deepEqual(
    root.manifest.manifests.map(({ digest }) => digest),
    [amd, chart].map(digestOf),
  );
});

test('the bytes of an index in its descriptor do where the registry gives none', async () => {
  const { read } = holding(ALL, { bytes: false });
  const inline = { ...attested.descriptor, data: attested.manifest };
  const graph = await joinImages(given(inline, arm.descriptor), { read, attestations: 'keep' });
  const whole = await join([attested, arm]);
  assert.deepEqual(graph.root.bytes, whole.root.bytes);
});

test('images that nobody could look up are joined all the same: ECR has the last word', async () => {
  const { read } = holding([], { error: new PushError('ACCESS_DENIED', 'no') });
  assert.deepEqual(await listed([amd, arm], { read }), [amd, arm].map(digestOf));
});

const amdAgain = buildImage({ seed: 'again' });

const refusals: Readonly<
  Record<
    string,
    [given: readonly Descriptor[], code: Parameters<typeof refused>[0], ...parts: string[]]
  >
> = {
  'two images of one platform': [
    [amd.descriptor, arm.descriptor, amdAgain.descriptor],
    'CONFLICTING_PLATFORMS',
    'linux/amd64',
    digestOf(amd),
    'line 1',
    digestOf(amdAgain),
    'line 3',
  ],
  'an image of the platform that one in an index has': [
    [attested.descriptor, amdAgain.descriptor],
    'CONFLICTING_PLATFORMS',
    `line 1, an entry of the index ${digestOf(attested)}`,
  ],
  'an image without a platform': [
    [platformless(amd.descriptor)],
    'INVALID_DESCRIPTOR',
    `line 1: ${digestOf(amd)} names no platform`,
  ],
  'an image without a platform in an index': [
    [buildIndex([{ ...arm, descriptor: platformless(arm.descriptor) }]).descriptor],
    'INVALID_DESCRIPTOR',
    'names no platform',
  ],
  'a size that is not that of the manifest': [
    [{ ...amd.descriptor, size: 7 }],
    'INVALID_DESCRIPTOR',
    'line 1: the size is 7, but',
    `has ${amd.descriptor.size} bytes`,
  ],
  'a media type that is not that of the manifest': [
    [{ ...amd.descriptor, mediaType: OCI_INDEX }],
    'INVALID_DESCRIPTOR',
    `line 1: the mediaType is ${OCI_INDEX}, but`,
    `is of ${OCI_MANIFEST}`,
  ],
  'two platforms of one image': [
    [amd.descriptor, { ...amd.descriptor, platform: { os: 'linux', architecture: 's390x' } }],
    'INVALID_DESCRIPTOR',
    'line 1 and line 2 say different things of',
  ],
  'an attestation without its image': [
    [arm.descriptor, attestation.descriptor],
    'INVALID_DESCRIPTOR',
    'line 2',
    `an attestation of ${digestOf(amd)}`,
  ],
  'an index that is nowhere': [
    [buildIndex([ppc]).descriptor],
    'IMAGE_NOT_IN_REPOSITORY',
    'line 1: the index',
  ],
  'nothing but an attestation of an index': [
    [buildIndex([attestation]).descriptor],
    'NO_IMAGE',
    'nothing but attestations',
  ],
  'an index of nothing': [[buildIndex([]).descriptor], 'NO_IMAGE', 'no descriptor'],
  nothing: [[], 'NO_IMAGE', 'no descriptor'],
  'manifests that no memory should hold': [
    Array.from({ length: 17 }, (_, at) => ({
      ...buildImage({ seed: String(at) }).descriptor,
      size: 4 * 1024 * 1024,
    })),
    'TOO_LARGE',
    'exceed',
  ],
};
const KNOWN = [
  ...ALL,
  amdAgain,
  buildIndex([]),
  buildIndex([attestation]),
  buildIndex([{ ...arm, descriptor: platformless(arm.descriptor) }]),
];
for (const [what, [descriptors, code, ...parts]] of Object.entries(refusals)) {
  test(`refused: ${what}`, async () => {
    const joined = joinImages(given(...descriptors), {
      read: holding(KNOWN).read,
      attestations: 'keep',
    });
    await assert.rejects(joined, refused(code, ...parts));
  });
}

test('refused: an index whose bytes ECR Public does not give', async () => {
  const { read } = holding(ALL, { bytes: false });
  await assert.rejects(join([attested], { read }), refused('INVALID_DESCRIPTOR', 'ECR Public'));
});

test('refused: an index that could not be read, for the reason that it could not', async () => {
  const error = new PushError('ACCESS_DENIED', 'no');
  await assert.rejects(join([attested], { read: holding([], { error }).read }), error);
});

test('refused: bytes in a descriptor that are no manifest of its type', async () => {
  const data = Buffer.from('{}');
  const broken = { ...attested.descriptor, size: 2, data };
  const joined = joinImages(given(broken), { read: holding([]).read, attestations: 'keep' });
  await assert.rejects(joined, refused('INVALID_DESCRIPTOR', 'line 1', 'schemaVersion'));
});

test('refused: indexes in indexes beyond any use', async () => {
  let nested: Graph = attested;
  const all = [...ALL];
  for (let depth = 0; depth < 20; depth++) all.push((nested = buildIndex([nested])));
  await assert.rejects(join([nested], { read: holding(all).read }), refused('TOO_LARGE', 'nested'));
});
