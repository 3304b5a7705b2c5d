import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Descriptor, Platform } from '../../src/oci/descriptor.ts';
import {
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
} from '../../src/oci/media-types.ts';
import { isImageEntry, platformOf, readManifest } from '../../src/image/read-manifest.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { MemoryContent, rawBlob, rawGraph } from '../support/memory-content.ts';

const WINDOWS: Platform = { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1' };

function unnamed({ descriptor: { mediaType, digest, size } }: Graph): Descriptor {
  return { mediaType, digest, size };
}

function withConfig(mediaType: string, text: string): Graph {
  const config = rawBlob(mediaType, Buffer.from(text));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [] };
  return rawGraph(body, { mediaType: OCI_MANIFEST, below: [config] });
}

for (const [kind, graph] of [
  ['image', buildImage({ seed: 'a' })],
  ['index', buildIndex([buildImage({ seed: 'a' })])],
] as const) {
  test(`an ${kind} is read with its bytes and its descriptor`, async () => {
    const node = await readManifest(graph.descriptor, new MemoryContent(graph));
    assert.equal(node.descriptor, graph.descriptor);
    assert.equal(node.bytes, graph.manifest);
    assert.equal(node.manifest.kind, kind);
  });
}

for (const mediaType of [OCI_LAYER, 'application/vnd.example', '']) {
  test(`what has the media type "${mediaType}" is refused without being read`, async () => {
    const blob = rawBlob(mediaType, Buffer.from('{}'));
    const content = new MemoryContent(blob);
    await assert.rejects(
      readManifest(blob.descriptor, content),
      refused('UNSUPPORTED_MEDIA_TYPE', blob.descriptor.digest),
    );
    assert.deepEqual(content.reads, []);
  });
}

test('a body that is not what its descriptor says is refused, by its digest', async () => {
  const { blobs, descriptor } = buildImage({ seed: 'a' });
  const content = new MemoryContent({ blobs });
  await assert.rejects(
    readManifest({ ...descriptor, mediaType: OCI_INDEX }, content),
    refused('INVALID_MANIFEST', `manifest ${descriptor.digest}`),
  );
});

test('a manifest that is not there is missing', async () => {
  const { descriptor } = buildImage({ seed: 'a' });
  await assert.rejects(readManifest(descriptor, new MemoryContent()), refused('BLOB_MISSING'));
});

test('the descriptor says the platform, and nothing is read', async () => {
  const image = buildImage({ seed: 'a', platform: WINDOWS });
  const content = new MemoryContent();
  assert.deepEqual(await platformOf(image.descriptor, content), WINDOWS);
  assert.deepEqual(content.reads, []);
});

for (const platform of [WINDOWS, { os: 'linux', architecture: 'arm', variant: 'v6' }]) {
  test(`the config says the platform where the descriptor does not: ${platform.os}`, async () => {
    const image = buildImage({ seed: 'a', platform });
    assert.deepEqual(await platformOf(unnamed(image), new MemoryContent(image)), platform);
  });
}

test('an index has no platform', async () => {
  const index = buildIndex([buildImage({ seed: 'a' })]);
  assert.equal(await platformOf(index.descriptor, new MemoryContent(index)), undefined);
});

test('a config that does not say has no platform', async () => {
  const image = withConfig(OCI_CONFIG, '{}');
  assert.equal(await platformOf(image.descriptor, new MemoryContent(image)), undefined);
});

test('an artifact has no platform, and its config can be anything', async () => {
  const artifact = withConfig('application/vnd.example.config', 'not JSON');
  assert.equal(await platformOf(artifact.descriptor, new MemoryContent(artifact)), undefined);
});

test("an image's config that is not JSON is refused", async () => {
  const image = withConfig(OCI_CONFIG, 'not JSON');
  await assert.rejects(
    platformOf(image.descriptor, new MemoryContent(image)),
    refused('INVALID_JSON', 'config'),
  );
});

const image = buildImage({ seed: 'a' });
const typed = (artifactType: string, graph = withConfig(OCI_EMPTY, '{}')) => ({
  ...graph,
  descriptor: { ...graph.descriptor, artifactType },
});
const saysItself = (members: object): Graph => {
  const config = rawBlob(OCI_CONFIG, Buffer.from('{"os":"linux","architecture":"amd64"}'));
  const body = { schemaVersion: 2, config: config.descriptor, layers: [], ...members };
  return rawGraph(body, { mediaType: OCI_MANIFEST, below: [config] });
};
const unknown = '{"os":"unknown","architecture":"unknown"}';
const artifact = 'application/vnd.example.chart';

const entries: readonly [name: string, entry: Graph, isImage: boolean][] = [
  ['an image', image, true],
  ['an image whose entry names no platform', { ...image, descriptor: unnamed(image) }, true],
  ['an image that has the type of its config', typed(OCI_CONFIG, saysItself({})), true],
  ['an image that says that of itself', saysItself({ artifactType: OCI_CONFIG }), true],
  ['an index', buildIndex([image]), true],
  ['an artifact by its entry', typed(artifact, saysItself({})), false],
  ['an artifact by what it says of itself', saysItself({ artifactType: artifact }), false],
  ['an artifact by its config', withConfig('application/vnd.example.config', '{}'), false],
  ['an artifact of the empty config', withConfig(OCI_EMPTY, '{}'), false],
  ['what names no platform anywhere', withConfig(OCI_CONFIG, '{}'), false],
  ['what is of an unknown platform', withConfig(OCI_CONFIG, unknown), false],
];

for (const [name, entry, isImage] of entries) {
  test(`${name} ${isImage ? 'is' : 'is not'} an image of an index`, async () => {
    assert.equal(await isImageEntry(entry.descriptor, new MemoryContent(entry)), isImage);
  });
}

test('an artifact of the platform of an image is none all the same', async () => {
  const soci = withConfig('application/vnd.amazon.soci.index.v2+json', '{}');
  const entry = { ...soci.descriptor, platform: { os: 'linux', architecture: 'amd64' } };
  assert.equal(await isImageEntry(entry, new MemoryContent(soci)), false);
});

test('what is absent counts as the image that its entry says', async () => {
  assert.equal(await isImageEntry(image.descriptor, new MemoryContent()), true);
});

test('what is broken is refused', async () => {
  const broken = { ...image.descriptor, size: image.descriptor.size + 1 };
  await assert.rejects(isImageEntry(broken, new MemoryContent(image)), refused('DIGEST_MISMATCH'));
});
