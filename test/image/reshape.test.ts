import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Platform } from '../../src/oci/descriptor.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { Overlay } from '../../src/image/content.ts';
import { reshape, type Shape } from '../../src/image/reshape.ts';
import { walkGraph } from '../../src/image/walk.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { entriesOf, MemoryContent, parsed, rawBlob, rawGraph } from '../support/memory-content.ts';

interface Wanted {
  /** `linux/amd64,linux/arm64` */
  readonly platforms?: string;
  readonly attestations?: Shape['attestations'];
  readonly singleImage?: Shape['singleImage'];
}

function shapeOf({ platforms = '', attestations = 'keep', singleImage = 'keep' }: Wanted): Shape {
  const names = platforms.split(',').filter((name) => name !== '');
  return { platforms: names.map(parsePlatformName), attestations, singleImage };
}

const layoutOf = ({ descriptor }: Graph, layoutPath = 'layout') => ({
  root: descriptor,
  layoutPath,
});

/** The new root, its bytes, and what holds all of it. */
async function reshaped(root: Graph, wanted: Wanted, content = new MemoryContent(root)) {
  const overlay = new Overlay(content);
  const descriptor = await reshape([layoutOf(root)], overlay, shapeOf(wanted));
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

const [amd, arm, riscv] = ['amd64', 'arm64', 'riscv64'].map((name) => imageFor(name)) as [
  Graph,
  Graph,
  Graph,
];
const [amdProof, armProof] = [buildAttestation(amd), buildAttestation(arm)];
const index = buildIndex([amd, arm, amdProof, armProof]);
const digests = (...graphs: readonly Graph[]) => graphs.map(({ descriptor }) => descriptor.digest);

test('nothing asked for leaves the root as it is, and reads nothing', async () => {
  const content = new MemoryContent();
  const root = await reshape([layoutOf(index)], new Overlay(content), shapeOf({}));
  assert.equal(root, index.descriptor);
  assert.deepEqual(content.reads, []);
});

const same: readonly [name: string, root: Graph, wanted: Wanted][] = [
  ['all platforms are kept', index, { platforms: 'linux/amd64,linux/arm64' }],
  ['there is no attestation to drop', buildIndex([amd, arm]), { attestations: 'drop' }],
  ['the image itself is of the platform', amd, { platforms: 'linux/amd64' }],
  ['an image is already single', amd, { singleImage: 'unwrap' }],
  ['an index lists the same image twice', buildIndex([amd, amd]), { platforms: 'linux/amd64' }],
  [
    'a nested index comes twice',
    buildIndex([buildIndex([amd]), buildIndex([amd])]),
    { platforms: 'linux/amd64' },
  ],
];

for (const [name, root, wanted] of same) {
  test(`the digest stays when nothing has to go: ${name}`, async () => {
    const { descriptor, bytes } = await reshaped(root, wanted);
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
    const { descriptor, bytes } = await reshaped(root, wanted);
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
  const { bytes } = await reshaped(root, { platforms: 'linux/amd64' });
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
  const overlay = new Overlay(new MemoryContent(buildIndex([inner, riscv])));
  const root = await reshape(
    [layoutOf(buildIndex([inner, riscv]))],
    overlay,
    shapeOf({ platforms: 'linux/arm64,linux/riscv64' }),
  );
  const made = parsed(await overlay.readVerified(root)) as { manifests: Graph['descriptor'][] };
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
  const { descriptor, overlay } = await reshaped(root, { platforms: 'linux/arm64' });
  const { manifests } = parsed(await overlay.readVerified(descriptor)) as {
    manifests: readonly object[];
  };
  assert.ok(!('data' in (manifests[0] ?? {})));
  assert.deepEqual(manifests[1], inline(same));
  assert.equal((await walkGraph(descriptor, overlay)).manifests.length, 5);
});

test('a nested index of which nothing is kept goes', async () => {
  const root = buildIndex([buildIndex([amd]), arm]);
  const { bytes } = await reshaped(root, { platforms: 'linux/arm64' });
  assert.deepEqual(entriesOf(bytes), digests(arm));
});

test('platforms come from the configs where the entries do not say', async () => {
  const plain = ({ descriptor: { mediaType, digest, size }, ...rest }: Graph): Graph => ({
    ...rest,
    descriptor: { mediaType, digest, size },
  });
  const root = buildIndex([plain(amd), plain(arm)]);
  const { bytes } = await reshaped(root, { platforms: 'linux/arm64' });
  assert.deepEqual(entriesOf(bytes), digests(arm));
});

test('what has no platform, such as an artifact, goes when platforms are kept', async () => {
  const config = rawBlob('application/vnd.example.config', Buffer.from('{}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  const artifact = rawGraph(body, { mediaType: OCI_MANIFEST, below: [config] });
  const { bytes } = await reshaped(buildIndex([amd, artifact]), { platforms: 'linux/amd64' });
  assert.deepEqual(entriesOf(bytes), digests(amd));
});

test('platforms that are kept may leave others absent, as docker save does', async () => {
  const content = new MemoryContent(index).without(...arm.blobs.keys(), ...armProof.blobs.keys());
  const { bytes } = await reshaped(index, { platforms: 'linux/amd64' }, content);
  assert.deepEqual(entriesOf(bytes), digests(amd, amdProof));
});

test('an attestation stays with an image that a nested index holds', async () => {
  const root = buildIndex([buildIndex([amd]), arm, amdProof, armProof]);
  const { bytes } = await reshaped(root, { platforms: 'linux/amd64' });
  assert.deepEqual(entriesOf(bytes), digests(buildIndex([amd]), amdProof));
});

/** The one root of layouts `a`, `b` … */
async function joined(roots: readonly Graph[], wanted: Wanted) {
  const overlay = new Overlay(new MemoryContent(...roots));
  const layouts = roots.map((root, at) => layoutOf(root, 'abc'.charAt(at)));
  const descriptor = await reshape(layouts, overlay, shapeOf(wanted));
  return { descriptor, bytes: await overlay.readVerified(descriptor) };
}

const otherArm = buildImage({
  seed: 'other',
  layers: [],
  platform: parsePlatformName('linux/arm64'),
});
const severalLayouts: readonly [
  name: string,
  roots: readonly Graph[],
  wanted: Wanted,
  expected: readonly Graph[],
][] = [
  ['all of them', [amd, arm, riscv], {}, [amd, arm, riscv]],
  [
    'those of a platform that is kept',
    [amd, arm, riscv],
    { platforms: 'linux/arm64,linux/riscv64' },
    [arm, riscv],
  ],
  ['one, which is still in an index', [amd, arm], { platforms: 'linux/amd64' }, [amd]],
  [
    'platforms that do not conflict, next to some that would',
    [buildIndex([amd, arm]), buildIndex([otherArm, riscv])],
    { platforms: 'linux/amd64,linux/riscv64' },
    [amd, riscv],
  ],
  [
    'images, with their attestations',
    [index, buildIndex([riscv, buildAttestation(riscv)])],
    { platforms: 'linux/amd64,linux/riscv64' },
    [amd, amdProof, riscv, buildAttestation(riscv)],
  ],
  [
    'images without attestations',
    [index, riscv, buildIndex([armProof])],
    { attestations: 'drop' },
    [amd, arm, riscv],
  ],
];

for (const [name, roots, wanted, expected] of severalLayouts) {
  test(`what is kept of several layouts: ${name}`, async () => {
    assert.deepEqual(entriesOf((await joined(roots, wanted)).bytes), digests(...expected));
  });
}

test('the image of the one layout that has the platform comes out of several', async () => {
  const wanted: Wanted = { platforms: 'linux/arm64', singleImage: 'unwrap' };
  assert.equal((await joined([amd, arm], wanted)).descriptor.digest, arm.descriptor.digest);
});

test('a platform that conflicts is refused if it is kept', async () => {
  const roots = [buildIndex([amd, arm]), buildIndex([otherArm, riscv])];
  await assert.rejects(
    joined(roots, { platforms: 'linux/amd64,linux/arm64' }),
    refused('CONFLICTING_PLATFORMS', ...digests(arm, otherArm)),
  );
});

test('a platform that is in none of several layouts is named', async () => {
  await assert.rejects(
    joined([amd, arm], { platforms: 'linux/amd64,linux/s390x' }),
    refused('PLATFORM_NOT_FOUND', 'linux/s390x', 'linux/amd64, linux/arm64'),
  );
});

test('layouts of attestations alone have nothing left without them', async () => {
  const roots = [buildIndex([amdProof]), buildIndex([armProof])];
  await assert.rejects(
    joined(roots, { attestations: 'drop' }),
    refused('NO_IMAGE', ...digests(...roots), ' of a', ' of b'),
  );
});

const unwrapped: readonly [name: string, root: Graph, wanted: Wanted][] = [
  ['an index of one image', buildIndex([amd]), {}],
  ['an index of one image and its attestation', buildIndex([amd, amdProof]), {}],
  ['an index in an index', buildIndex([buildIndex([amd])]), {}],
  ['what is left when one platform is kept', index, { platforms: 'linux/amd64' }],
];

for (const [name, root, wanted] of unwrapped) {
  test(`the image comes out of ${name}`, async () => {
    const { descriptor } = await reshaped(root, { ...wanted, singleImage: 'unwrap' });
    assert.equal(descriptor.digest, amd.descriptor.digest);
  });
}

test('an index of several images cannot be unwrapped', async () => {
  await assert.rejects(
    reshaped(index, { singleImage: 'unwrap' }),
    refused('NOT_A_SINGLE_IMAGE', index.descriptor.digest, '2 images'),
  );
});

test('a platform that is missing is named, with those that there are', async () => {
  await assert.rejects(
    reshaped(index, { platforms: 'linux/amd64,linux/s390x' }),
    refused('PLATFORM_NOT_FOUND', 'linux/s390x', 'linux/amd64, linux/arm64'),
  );
});

test('an image of another platform is refused', async () => {
  await assert.rejects(
    reshaped(amd, { platforms: 'linux/arm64' }),
    refused('PLATFORM_NOT_FOUND', 'linux/arm64', 'has linux/amd64'),
  );
});

test('an index of attestations alone has nothing left without them', async () => {
  await assert.rejects(
    reshaped(buildIndex([amdProof]), { attestations: 'drop' }),
    refused('NO_IMAGE', buildIndex([amdProof]).descriptor.digest),
  );
});

/** Each level lists the one below it many times: followed entry by entry, they would be read 9^12 times. */
test('what an index names again and again is read once', async () => {
  let nested: Graph = amd;
  for (let depth = 0; depth < 12; depth++) nested = buildIndex(Array<Graph>(9).fill(nested));
  const content = new MemoryContent(nested);
  const { descriptor } = await reshaped(nested, { platforms: 'linux/amd64' }, content);
  assert.equal(descriptor.digest, nested.descriptor.digest);
  assert.ok(content.reads.length < 100, `${content.reads.length} reads`);
});

test('indexes that lie too deep are refused', async () => {
  let nested: Graph = amd;
  for (let depth = 0; depth < 20; depth++) nested = buildIndex([nested]);
  await assert.rejects(
    reshaped(nested, { platforms: 'linux/amd64' }),
    refused('TOO_LARGE', amd.descriptor.digest.slice(0, 6)),
  );
});
