import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { Overlay } from '../../src/image/content.ts';
import { filterRoots, type Selection } from '../../src/image/filter.ts';
import { walkGraph } from '../../src/image/walk.ts';
import type { Descriptor, Platform } from '../../src/oci/descriptor.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { entriesOf, MemoryContent, parsed, rawBlob, rawGraph } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

interface Wanted {
  /** `linux/amd64,linux/arm64` */
  readonly platforms?: string;
  readonly attestations?: Selection['attestations'];
}

/** What is left of each root, and what holds all of it. */
async function filterAll(
  roots: readonly Graph[],
  { platforms = '', attestations = 'keep' }: Wanted,
  content = new MemoryContent(...roots),
) {
  const overlay = new Overlay(content);
  const names = platforms.split(',').filter((name) => name !== '');
  const selection = { platforms: names.map(parsePlatformName), attestations };
  const descriptors = roots.map(({ descriptor }) => descriptor);
  return { left: await filterRoots(descriptors, overlay, selection), overlay };
}

/** What is left of one root, and its bytes. */
async function filtered(root: Graph, wanted: Wanted, content?: MemoryContent) {
  const { left, overlay } = await filterAll([root], wanted, content);
  const [descriptor] = left;
  assert.ok(descriptor, 'nothing is left');
  return { descriptor, overlay, bytes: await overlay.readVerified(descriptor) };
}

function imageFor(architecture: string, variant?: string): Graph {
  const platform: Platform = {
    os: 'linux',
    architecture,
    ...(variant === undefined ? {} : { variant }),
  };
  return buildImage({ seed: `${architecture} ${variant ?? ''}`, layers: [], platform });
}

const [amd, arm, riscv] = [imageFor('amd64'), imageFor('arm64'), imageFor('riscv64')];
const [amdProof, armProof] = [buildAttestation(amd), buildAttestation(arm)];
const index = buildIndex([amd, arm, amdProof, armProof]);
const digests = (...graphs: readonly Graph[]) => graphs.map(({ descriptor }) => descriptor.digest);

test('nothing asked for leaves the roots as they are, and reads nothing', async () => {
  const content = new MemoryContent();
  const { left } = await filterAll([index, amd], {}, content);
  assert.deepEqual(left, [index.descriptor, amd.descriptor]);
  assert.deepEqual(content.reads, []);
});

const same: readonly [name: string, root: Graph, wanted: Wanted][] = [
  ['all platforms are kept', index, { platforms: 'linux/amd64,linux/arm64' }],
  ['there is no attestation to drop', buildIndex([amd, arm]), { attestations: 'drop' }],
  ['the image itself is of the platform', amd, { platforms: 'linux/amd64' }],
  [
    'the layout spells the platforms in another way',
    buildIndex([imageFor('x86_64'), imageFor('ARM64', '8'), imageFor('armhf')]),
    { platforms: 'linux/amd64,linux/arm64/v8,linux/arm/v7' },
  ],
  [
    'the input spells the platforms in another way',
    buildIndex([amd, arm, imageFor('arm', 'v7')]),
    { platforms: 'Linux/x86_64,linux/aarch64,linux/armhf' },
  ],
  [
    'the config spells the platform in another way',
    imageFor('aarch64'),
    { platforms: 'linux/arm64' },
  ],
  ['an index lists the same image twice', buildIndex([amd, amd]), { platforms: 'linux/amd64' }],
  [
    'a nested index comes twice',
    buildIndex([buildIndex([amd]), buildIndex([amd])]),
    { platforms: 'linux/amd64' },
  ],
];

for (const [name, root, wanted] of same) {
  test(`the digest stays when nothing has to go: ${name}`, async () => {
    const { descriptor, bytes } = await filtered(root, wanted);
    assert.equal(descriptor.digest, root.descriptor.digest);
    assert.deepEqual(Buffer.from(bytes), Buffer.from(root.manifest));
  });
}

const kept: readonly [name: string, root: Graph, wanted: Wanted, expected: readonly string[]][] = [
  [
    'one platform, with its attestation alone',
    index,
    { platforms: 'linux/amd64' },
    digests(amd, amdProof),
  ],
  [
    'the platforms in the order of the index, not of the input',
    buildIndex([amd, arm, riscv]),
    { platforms: 'linux/riscv64,linux/amd64' },
    digests(amd, riscv),
  ],
  ['the images, when attestations are dropped', index, { attestations: 'drop' }, digests(amd, arm)],
  [
    'one image, when both are asked for',
    index,
    { platforms: 'linux/arm64', attestations: 'drop' },
    digests(arm),
  ],
  [
    'every variant, when none is asked for',
    buildIndex([amd, imageFor('arm', 'v6'), imageFor('arm', 'v7')]),
    { platforms: 'linux/arm' },
    digests(imageFor('arm', 'v6'), imageFor('arm', 'v7')),
  ],
  [
    'the variant asked for, also where it goes without saying',
    buildIndex([amd, arm, imageFor('arm64', 'v9')]),
    { platforms: 'linux/arm64/v8' },
    digests(arm),
  ],
];

for (const [name, root, wanted, expected] of kept) {
  test(`what is kept of an index: ${name}`, async () => {
    const { descriptor, bytes } = await filtered(root, wanted);
    assert.deepEqual(entriesOf(bytes), expected);
    assert.equal(descriptor.mediaType, root.descriptor.mediaType);
    assert.equal(descriptor.size, bytes.byteLength);
  });
}

test('members that nothing here knows survive in the index and in its entries', async () => {
  const entry = { ...amd.descriptor, 'x-entry': { deep: [1, 2] }, annotations: { a: 'b' } };
  const root = rawGraph(
    {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      'x-index': true,
      annotations: { of: 'index' },
      manifests: [entry, arm.descriptor],
    },
    { mediaType: OCI_INDEX, below: [amd, arm] },
  );
  const { bytes } = await filtered(root, { platforms: 'linux/amd64' });
  assert.deepEqual(parsed(bytes), {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    'x-index': true,
    annotations: { of: 'index' },
    manifests: [entry],
  });
});

test('a nested index is made anew, and so is the one above it', async () => {
  const inner = buildIndex([amd, arm], { annotations: { name: 'inner' } });
  const { bytes, overlay } = await filtered(buildIndex([inner, riscv]), {
    platforms: 'linux/arm64,linux/riscv64',
  });
  const made = parsed(bytes) as { manifests: Descriptor[] };
  const [first, second] = made.manifests;
  assert.ok(first);
  assert.equal(second?.digest, riscv.descriptor.digest);
  assert.deepEqual(first.annotations, { name: 'inner' });
  assert.deepEqual(entriesOf(await overlay.readVerified(first)), digests(arm));
});

test('inline data of a nested index go when it is made anew, and stay when it is not', async () => {
  const inline = (graph: Graph) => ({
    ...graph.descriptor,
    data: Buffer.from(graph.manifest).toString('base64'),
  });
  const [changed, same] = [buildIndex([amd, arm]), buildIndex([arm, imageFor('arm64', 'v9')])];
  const body = { schemaVersion: 2, manifests: [inline(changed), inline(same)] };
  const root = rawGraph(body, { mediaType: OCI_INDEX, below: [changed, same] });
  const { descriptor, overlay } = await filtered(root, { platforms: 'linux/arm64' });
  const { manifests } = parsed(await overlay.readVerified(descriptor)) as {
    manifests: readonly object[];
  };
  assert.ok(!('data' in (manifests[0] ?? {})));
  assert.deepEqual(manifests[1], inline(same));
  assert.equal((await walkGraph(descriptor, overlay)).manifests.length, 5);
});

test('a nested index of which nothing is kept goes', async () => {
  const root = buildIndex([buildIndex([amd]), arm]);
  const { bytes } = await filtered(root, { platforms: 'linux/arm64' });
  assert.deepEqual(entriesOf(bytes), digests(arm));
});

test('platforms come from the configs where the entries do not say', async () => {
  const plain = ({ descriptor: { mediaType, digest, size }, ...rest }: Graph): Graph => ({
    ...rest,
    descriptor: { mediaType, digest, size },
  });
  const root = buildIndex([plain(amd), plain(arm)]);
  const { bytes } = await filtered(root, { platforms: 'linux/arm64' });
  assert.deepEqual(entriesOf(bytes), digests(arm));
});

test('what has no platform, such as an artifact, goes when platforms are kept', async () => {
  const config = rawBlob('application/vnd.example.config', Buffer.from('{}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  const artifact = rawGraph(body, { mediaType: OCI_MANIFEST, below: [config] });
  const { bytes } = await filtered(buildIndex([amd, artifact]), { platforms: 'linux/amd64' });
  assert.deepEqual(entriesOf(bytes), digests(amd));
});

test('platforms that are kept may leave others absent, as docker save does', async () => {
  const content = new MemoryContent(index).without(...arm.blobs.keys(), ...armProof.blobs.keys());
  const { bytes } = await filtered(index, { platforms: 'linux/amd64' }, content);
  assert.deepEqual(entriesOf(bytes), digests(amd, amdProof));
});

test('an attestation stays with an image that a nested index holds', async () => {
  const root = buildIndex([buildIndex([amd]), arm, amdProof, armProof]);
  const { bytes } = await filtered(root, { platforms: 'linux/amd64' });
  assert.deepEqual(entriesOf(bytes), digests(buildIndex([amd]), amdProof));
});

test('a platform that is missing is named, with those that there are', async () => {
  await assert.rejects(
    filtered(index, { platforms: 'linux/amd64,linux/s390x' }),
    refused('PLATFORM_NOT_FOUND', 'linux/s390x', 'linux/amd64, linux/arm64'),
  );
});

test('an image of another platform is refused', async () => {
  await assert.rejects(
    filtered(amd, { platforms: 'linux/arm64' }),
    refused('PLATFORM_NOT_FOUND', 'linux/arm64', 'has linux/amd64'),
  );
});

/** What is left of several roots, as their places in the list. */
const several: readonly [name: string, wanted: Wanted, left: readonly (string | undefined)[]][] = [
  [
    'a platform that one of them has',
    { platforms: 'linux/riscv64' },
    [undefined, 'riscv', undefined],
  ],
  [
    'platforms that are in different ones',
    { platforms: 'linux/amd64,linux/riscv64' },
    ['amd', 'riscv', undefined],
  ],
  ['images without attestations', { attestations: 'drop' }, ['amd', 'riscv', undefined]],
];

for (const [name, wanted, expected] of several) {
  test(`each of several roots is filtered, in their order: ${name}`, async () => {
    const { left } = await filterAll([amd, riscv, buildIndex([amdProof])], wanted);
    const graphs = { amd, riscv };
    assert.deepEqual(
      left.map((root) => root?.digest),
      expected.map((key) => key && graphs[key as keyof typeof graphs].descriptor.digest),
    );
  });
}

test('an index without entries stays: there is nothing that could go', async () => {
  const empty = buildIndex([]);
  const { left } = await filterAll([empty], { attestations: 'drop' });
  assert.deepEqual(left, [empty.descriptor]);
});

test('where no entry has a platform, the message says so', async () => {
  const config = rawBlob('application/vnd.example.config', Buffer.from('{}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  const artifact = rawGraph(body, { mediaType: OCI_MANIFEST, below: [config] });
  await assert.rejects(
    filterAll([artifact], { platforms: 'linux/amd64' }),
    refused('PLATFORM_NOT_FOUND', 'linux/amd64', 'names no platform'),
  );
});

/** Each level lists the one below it many times: followed entry by entry, they would be read 9^12 times. */
test('what an index names again and again is read once', async () => {
  let nested: Graph = amd;
  for (let depth = 0; depth < 12; depth++) nested = buildIndex(Array<Graph>(9).fill(nested));
  const content = new MemoryContent(nested);
  const { descriptor } = await filtered(nested, { platforms: 'linux/amd64' }, content);
  assert.equal(descriptor.digest, nested.descriptor.digest);
  assert.ok(content.reads.length < 100, `${content.reads.length} reads`);
});

test('indexes that lie too deep are refused', async () => {
  let nested: Graph = amd;
  for (let depth = 0; depth < 20; depth++) nested = buildIndex([nested]);
  await assert.rejects(
    filtered(nested, { platforms: 'linux/amd64' }),
    refused('TOO_LARGE', amd.descriptor.digest.slice(0, 6)),
  );
});

/** Of a platform, as a SOCI index is, or of none. */
function artifactFor(platform?: Platform): Graph {
  const config = rawBlob('application/vnd.amazon.soci.index.v2+json', Buffer.from('{}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  return rawGraph(body, {
    mediaType: OCI_MANIFEST,
    below: [config],
    ...(platform === undefined ? {} : { properties: { platform } }),
  });
}

const s390x = { os: 'linux', architecture: 's390x' };
const withArtifacts = buildIndex([amd, arm, amdProof, artifactFor(s390x), artifactFor()]);

for (const platforms of ['linux/s390x', 'linux/riscv64']) {
  test(`artifacts and attestations are no images of a platform: ${platforms}`, async () => {
    await assert.rejects(filtered(withArtifacts, { platforms }), (error) => {
      refused('PLATFORM_NOT_FOUND', platforms, 'has linux/amd64, linux/arm64')(error);
      assert.doesNotMatch(String(error), /unknown|linux\/arm64, /);
      return true;
    });
  });
}

test('an artifact of a platform that is kept stays beside its image', async () => {
  const soci = artifactFor({ os: 'linux', architecture: 'amd64' });
  const { bytes } = await filtered(buildIndex([soci, amd, arm]), { platforms: 'linux/amd64' });
  assert.deepEqual(entriesOf(bytes), digests(soci, amd));
});

test('null in an entry that is kept stays as it is', async () => {
  const entry = { ...amd.descriptor, annotations: null, urls: null };
  const body = { schemaVersion: 2, annotations: null, manifests: [entry, arm.descriptor] };
  const root = rawGraph(body, { mediaType: OCI_INDEX, below: [amd, arm] });
  const { bytes } = await filtered(root, { platforms: 'linux/amd64' });
  assert.deepEqual(parsed(bytes), { ...body, manifests: [entry] });
});

test('an index whose list is null stays as an empty one does', async () => {
  const root = rawGraph({ schemaVersion: 2, manifests: null }, { mediaType: OCI_INDEX });
  const { left } = await filterAll([root], { attestations: 'drop' });
  assert.deepEqual(left, [root.descriptor]);
});

const bottles = ['amd64', 'arm64'].map((architecture) =>
  artifactFor({ os: 'darwin', architecture }),
);

test('platforms choose from artifacts where there is no image', async () => {
  const root = buildIndex([...bottles, artifactFor()]);
  const { bytes } = await filtered(root, { platforms: 'darwin/arm64' });
  assert.deepEqual(entriesOf(bytes), digests(...bottles.slice(1)));
  await assert.rejects(
    filtered(root, { platforms: 'darwin/arm64,linux/arm64' }),
    refused('PLATFORM_NOT_FOUND', 'for linux/arm64: the layout has darwin/amd64, darwin/arm64'),
  );
});

test('where nothing has a platform, the hint is to leave the input out', async () => {
  await assert.rejects(
    filtered(buildIndex([artifactFor()]), { platforms: 'linux/amd64' }),
    (error) => {
      refused('PLATFORM_NOT_FOUND', 'names no platform')(error);
      assert.ok(error instanceof PushError);
      assert.match(error.hint, /leave it out/);
      return true;
    },
  );
});
