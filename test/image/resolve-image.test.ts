import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../../src/image/reshape.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import { buildImage, buildIndex, type Graph, type Image, named } from '../support/image.ts';
import { entriesOf, indexOf, MemoryContent, rawBlob, rawGraph } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

const AS_IS: Shape = { platforms: [], attestations: 'keep', singleImage: 'keep' };

const image = buildImage({ seed: 'image' });
const stranger = buildImage({ seed: 'stranger' });

function referrerTo({ descriptor }: Graph, seed: string): Image {
  return buildImage({ seed, subject: descriptor, artifactType: 'application/vnd.example' });
}

const digests = (graphs: readonly Pick<Graph, 'descriptor'>[]) =>
  graphs.map(({ descriptor }) => descriptor.digest);
const digestsOf = (descriptors: readonly Descriptor[]) => descriptors.map(({ digest }) => digest);

const signature = referrerTo(image, 'signature');
const sbom = referrerTo(signature, 'sbom of the signature');

/** What is resolved of layouts that list these graphs, a list each. */
async function resolved(
  layouts: readonly (readonly Graph[])[],
  { image: wanted, ...shape }: Partial<Shape> & { image?: string } = {},
) {
  const content = new MemoryContent(...layouts.flat());
  const indexes = layouts.map((graphs, at) => ({
    path: `layout ${at}`,
    index: indexOf(...graphs),
  }));
  const request = { image: wanted, shape: { ...AS_IS, ...shape }, referrers: true };
  return resolveImage(indexes, content, request);
}

test('the only image of a layout is resolved as it stands, and is its own origin', async () => {
  const { graph, origins, brokenEntries } = await resolved([[image]]);
  assert.equal(graph.root.descriptor, image.descriptor);
  assert.deepEqual(origins, [image.descriptor]);
  assert.deepEqual(digestsOf(graph.blobs), digestsOf([image.config, ...image.layers]));
  assert.deepEqual(brokenEntries, []);
});

test('of several images the one that is named is resolved, and none of the others', async () => {
  const { graph } = await resolved([[named(stranger, '1'), named(image, '2')]], { image: '2' });
  assert.equal(graph.root.descriptor.digest, image.descriptor.digest);
  assert.deepEqual(digests(graph.manifests), digests([image]));
});

const [amd, arm] = ['amd64', 'arm64'].map((architecture) =>
  buildImage({ seed: architecture, platform: { os: 'linux', architecture } }),
) as [Image, Image];

test('an index that loses a platform has another root, and the whole index for its origin', async () => {
  const index = buildIndex([amd, arm]);
  const { graph, origins } = await resolved([[index]], {
    platforms: [parsePlatformName('linux/arm64')],
  });
  assert.deepEqual(origins, [index.descriptor]);
  assert.notEqual(graph.root.descriptor.digest, index.descriptor.digest);
  assert.deepEqual(entriesOf(graph.root.bytes), digests([arm]));
  assert.deepEqual(digestsOf(graph.blobs), digestsOf([arm.config, ...arm.layers]));
});

test('several layouts make one root, and each of them is an origin', async () => {
  const { graph, origins } = await resolved([[amd], [arm]]);
  assert.deepEqual(origins, [amd.descriptor, arm.descriptor]);
  assert.deepEqual(entriesOf(graph.root.bytes), digests([amd, arm]));
});

test('a name is looked for in each of several layouts', async () => {
  const layouts = [[named(amd, '1'), stranger], [named(arm, '1')]];
  const { graph } = await resolved(layouts, { image: '1' });
  assert.deepEqual(entriesOf(graph.root.bytes), digests([amd, arm]));
  await assert.rejects(
    resolved([[named(amd, '1')], [named(arm, '2')]], { image: '1' }),
    refused('IMAGE_NOT_FOUND', 'layout 1'),
  );
});

test('what refers to an image may be in another layout', async () => {
  const armSignature = referrerTo(arm, 'signature of arm64');
  const layouts = [[named(amd, '1'), armSignature], [named(arm, '1')]];
  const { graph } = await resolved(layouts, { image: '1' });
  assert.deepEqual(digests(graph.referrers), digests([armSignature]));
});

/** The image with these beside it, of which the content lacks some blobs. */
async function resolvedWithout(absent: readonly Digest[], ...beside: readonly Graph[]) {
  const content = new MemoryContent(image, ...beside).without(...absent);
  return resolveImage([{ path: 'layout', index: indexOf(image, ...beside) }], content, {
    image: image.descriptor.digest,
    shape: AS_IS,
    referrers: true,
  });
}

test('a referrer without one of its layers stays behind, and nothing of it is pushed', async () => {
  const [layer] = signature.layers;
  assert.ok(layer);
  const { graph, brokenEntries } = await resolvedWithout([layer.digest], signature, sbom);
  assert.deepEqual(graph.referrers, []);
  assert.deepEqual(digestsOf(graph.blobs), digestsOf([image.config, ...image.layers]));
  const [error, ...others] = brokenEntries;
  refused('BLOB_MISSING', signature.descriptor.digest, layer.digest)(error);
  assert.deepEqual(others, []);
});

test('a referring index without one of its children stays behind with the others', async () => {
  const [whole, broken] = [stranger, buildImage({ seed: 'broken' })];
  const body = {
    schemaVersion: 2,
    manifests: [whole.descriptor, broken.descriptor],
    subject: image.descriptor,
  };
  const index = rawGraph(body, { mediaType: OCI_INDEX, below: [whole, broken] });
  const [layer] = broken.layers;
  assert.ok(layer);
  const { graph, brokenEntries } = await resolvedWithout([layer.digest], index, signature);
  assert.deepEqual(digests(graph.referrers), digests([signature]));
  assert.ok(!digestsOf(graph.blobs).includes(whole.config.digest));
  refused('INCOMPLETE_INDEX', index.descriptor.digest)(brokenEntries[0]);
});

test('what a broken referrer shares with a whole one goes along with that', async () => {
  const [layer] = signature.layers;
  assert.ok(layer);
  const absent = rawBlob(layer.mediaType, Buffer.from('absent'));
  const body = {
    schemaVersion: 2,
    config: signature.config,
    layers: [layer, absent.descriptor],
    subject: image.descriptor,
  };
  const broken = rawGraph(body, { mediaType: OCI_MANIFEST, below: [signature] });
  const { graph, brokenEntries } = await resolvedWithout([], broken, signature);
  assert.deepEqual(digests(graph.referrers), digests([signature]));
  assert.ok(digestsOf(graph.blobs).includes(layer.digest));
  assert.equal(brokenEntries.length, 1);
});

test('a layer that the image itself lacks still ends the push', async () => {
  const [layer] = image.layers;
  assert.ok(layer);
  await assert.rejects(resolvedWithout([layer.digest], signature), refused('BLOB_MISSING'));
});

for (const switchedOn of [true, false]) {
  test(`the switch ${switchedOn ? 'on takes referrers along' : 'off leaves them, unread'}`, async () => {
    const content = new MemoryContent(image, signature);
    const layout = { path: 'layout', index: indexOf(image, signature) };
    const { graph } = await resolveImage([layout], content, {
      image: image.descriptor.digest,
      shape: AS_IS,
      referrers: switchedOn,
    });
    assert.deepEqual(digests(graph.referrers), digests(switchedOn ? [signature] : []));
    assert.equal(content.reads.includes(signature.descriptor.digest), switchedOn);
  });
}
