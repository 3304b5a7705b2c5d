import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Platform } from '../../src/oci/descriptor.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { mergeRoots } from '../../src/image/merge.ts';
import { Overlay } from '../../src/image/content.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { entriesOf, MemoryContent, parsed, rawBlob, rawGraph } from '../support/memory-content.ts';

/** The merged index of layouts `a`, `b`, `c` … with one root each. */
async function merged(
  roots: readonly Graph[],
  content = new MemoryContent(...roots),
  warn?: (notice: string) => void,
) {
  const overlay = new Overlay(content);
  const layouts = roots.map(({ descriptor }, at) => ({
    root: descriptor,
    layoutPath: `layout-${'abc'.charAt(at)}`,
  }));
  const descriptor = await mergeRoots(layouts, overlay, warn);
  return { descriptor, bytes: await overlay.readVerified(descriptor) };
}

/** Without the platform in its descriptor, as `index.json` of most tools has it. */
function plain({ descriptor: { mediaType, digest, size }, ...rest }: Graph): Graph {
  return { ...rest, descriptor: { mediaType, digest, size } };
}

const imageFor = (architecture: string, seed = architecture): Graph =>
  buildImage({ seed, layers: [], platform: { os: 'linux', architecture } });
const [amd, arm] = [imageFor('amd64'), imageFor('arm64')];
const digests = (...graphs: readonly Graph[]) => graphs.map(({ descriptor }) => descriptor.digest);

test('images are merged in the order of their layouts, with platforms from their configs', async () => {
  const { descriptor, bytes } = await merged([plain(arm), plain(amd)]);
  const entry = ({ descriptor: { mediaType, digest, size } }: Graph, architecture: string) => ({
    mediaType,
    digest,
    size,
    platform: { architecture, os: 'linux' },
  });
  assert.equal(descriptor.mediaType, OCI_INDEX);
  assert.deepEqual(parsed(bytes), {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [entry(arm, 'arm64'), entry(amd, 'amd64')],
  });
});

test('the whole platform is taken from the config', async () => {
  const platform = { os: 'windows', architecture: 'arm', variant: 'v7', osVersion: '10.0.1' };
  const { bytes } = await merged([plain(buildImage({ seed: 'a', layers: [], platform })), amd]);
  const [first] = parsed(bytes)['manifests'] as { platform: unknown }[];
  assert.deepEqual(first?.platform, {
    os: 'windows',
    architecture: 'arm',
    variant: 'v7',
    'os.version': '10.0.1',
  });
});

test('a platform that index.json names goes into the merged index', async () => {
  const { bytes } = await merged([amd, arm]);
  const entries = parsed(bytes)['manifests'] as { platform: unknown }[];
  assert.deepEqual(
    entries.map(({ platform }) => platform),
    [amd, arm].map(({ descriptor }) => descriptor.platform),
  );
});

for (const platform of [undefined, null, {}, { os: '', architecture: '' }, { os: 'linux' }]) {
  test(`an entry whose platform is ${JSON.stringify(platform)} gets that of its config`, async () => {
    const body = { schemaVersion: 2, manifests: [{ ...amd.descriptor, platform }] };
    const { bytes } = await merged([rawGraph(body, { mediaType: OCI_INDEX, below: [amd] }), arm]);
    const [first] = parsed(bytes)['manifests'] as { platform: unknown }[];
    assert.deepEqual(first?.platform, { os: 'linux', architecture: 'amd64' });
  });
}

test('the indexes of layouts are dissolved, nested ones too, with their attestations', async () => {
  const attestation = buildAttestation(amd);
  const { bytes } = await merged([buildIndex([buildIndex([amd]), attestation]), arm]);
  assert.deepEqual(entriesOf(bytes), digests(amd, attestation, arm));
});

test('entries of a layout keep what their index said of them', async () => {
  const entry = {
    ...amd.descriptor,
    platform: { os: 'linux', architecture: 'amd64', 'os.features': ['x'] },
    annotations: { a: 'b' },
    'x-unknown': 1,
  };
  const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] };
  const { bytes } = await merged([rawGraph(body, { mediaType: OCI_INDEX, below: [amd] }), arm]);
  assert.deepEqual((parsed(bytes)['manifests'] as unknown[])[0], entry);
});

test('a name in index.json does not go into the merged index', async () => {
  const named = { ...amd, descriptor: { ...amd.descriptor, annotations: { name: '1.0' } } };
  const { bytes } = await merged([named, arm]);
  assert.ok(!Buffer.from(bytes).includes('1.0'));
});

test('what several layouts hold comes once', async () => {
  const { bytes } = await merged([amd, buildIndex([arm, amd]), arm]);
  assert.deepEqual(entriesOf(bytes), digests(amd, arm));
});

test('the same layouts make the same digest', async () => {
  const roots = [buildIndex([amd, buildAttestation(amd)]), arm];
  assert.equal((await merged(roots)).descriptor.digest, (await merged(roots)).descriptor.digest);
});

test('two layouts with different images of one platform are refused, naming both', async () => {
  const other = imageFor('amd64', 'other');
  await assert.rejects(
    merged([amd, buildIndex([arm, other])]),
    refused('CONFLICTING_PLATFORMS', 'linux/amd64', 'layout-a', 'layout-b', ...digests(amd, other)),
  );
});

test('platforms conflict also where a variant goes without saying', async () => {
  const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' };
  const explicit = buildImage({ seed: 'explicit', layers: [], platform });
  await assert.rejects(merged([arm, explicit]), refused('CONFLICTING_PLATFORMS'));
});

function windowsWith(osFeatures: readonly string[]): Platform {
  return { os: 'windows', architecture: 'amd64', osVersion: '1', osFeatures };
}

const apart: readonly [name: string, first: Graph, second: Graph][] = [
  [
    'versions of Windows',
    buildImage({ seed: 'a', platform: { os: 'windows', architecture: 'amd64', osVersion: '1' } }),
    buildImage({ seed: 'a', platform: { os: 'windows', architecture: 'amd64', osVersion: '2' } }),
  ],
  [
    'variants',
    buildImage({ seed: 'a', platform: { os: 'linux', architecture: 'arm', variant: 'v6' } }),
    buildImage({ seed: 'a', platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }),
  ],
  [
    'features of Windows',
    buildImage({ seed: 'a', platform: windowsWith(['win32k']) }),
    buildImage({ seed: 'b', platform: windowsWith([]) }),
  ],
  ['attestations', buildAttestation(amd), buildAttestation(arm)],
];

for (const [name, first, second] of apart) {
  test(`${name} do not conflict`, async () => {
    assert.deepEqual(entriesOf((await merged([first, second])).bytes), digests(first, second));
  });
}

test('one layout may hold two images of one platform: its tool meant it so', async () => {
  const [gzip, zstd] = [imageFor('amd64', 'gzip'), imageFor('amd64', 'zstd')];
  const { bytes } = await merged([buildIndex([gzip, zstd]), arm]);
  assert.deepEqual(entriesOf(bytes), digests(gzip, zstd, arm));
});

/** Each level lists the one below it many times: followed entry by entry, they would be read 9^12 times. */
test('what an index names again and again is read once', async () => {
  let nested: Graph = amd;
  for (let depth = 0; depth < 12; depth++) nested = buildIndex(Array<Graph>(9).fill(nested));
  const content = new MemoryContent(nested, arm);
  const { bytes } = await merged([nested, arm], content);
  assert.deepEqual(entriesOf(bytes), digests(amd, arm));
  assert.ok(content.reads.length < 100, `${content.reads.length} reads`);
});

test('an artifact of the platform of an image does not conflict with it', async () => {
  const config = rawBlob('application/vnd.amazon.soci.index.v2+json', Buffer.from('{}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  const platform = { os: 'linux', architecture: 'amd64' };
  const soci = rawGraph(body, {
    ...{ mediaType: OCI_MANIFEST, below: [config], properties: { platform } },
  });
  const { bytes } = await merged([amd, buildIndex([soci, arm])]);
  assert.deepEqual(entriesOf(bytes), digests(amd, soci, arm));
});

test('a conflict shows all that tells platforms apart', async () => {
  const platform = { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' };
  const features = { ...platform, osFeatures: ['win32k'] };
  const [one, two] = ['one', 'two'].map((seed) => buildImage({ seed, platform: features }));
  assert.ok(one && two);
  await assert.rejects(
    merged([one, two]),
    refused('CONFLICTING_PLATFORMS', 'windows/amd64 10.0.1 (os.features: win32k)'),
  );
});

test('an image without a platform is warned of, and an artifact is not', async () => {
  const config = rawBlob(OCI_CONFIG, Buffer.from('{"os":"","architecture":""}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  const [image, artifact] = [{}, { artifactType: 'application/vnd.example' }].map((more) =>
    rawGraph({ ...body, ...more }, { mediaType: OCI_MANIFEST, below: [config] }),
  );
  assert.ok(image && artifact);
  const notices: string[] = [];
  const { bytes } = await merged([image, artifact, amd], undefined, (text) => notices.push(text));
  assert.deepEqual(entriesOf(bytes), digests(image, artifact, amd));
  assert.equal(notices.length, 1);
  assert.ok(notices[0]?.startsWith(`${image.descriptor.digest} of layout-a has no platform`));
});
