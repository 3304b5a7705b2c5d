import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../../src/image/reshape.ts';
import { resolveImage } from '../../src/image/resolve-image.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { OCI_ARTIFACT_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { parsePlatformName } from '../../src/oci/platform.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type Image,
  named,
} from '../support/image.ts';
import {
  entriesOf,
  MemoryContent,
  memoryLayout,
  rawBlob,
  rawGraph,
} from '../support/memory-content.ts';
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
  {
    image: wanted,
    referrers = true,
    ...shape
  }: Partial<Shape> & { image?: string; referrers?: boolean } = {},
) {
  const content = new MemoryContent(...layouts.flat());
  const indexes = layouts.map((graphs, at) => memoryLayout(`layout ${at}`, graphs));
  const request = { image: wanted, shape: { ...AS_IS, ...shape }, referrers };
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

test('an image that is named for one layout is resolved there, whatever the request names', async () => {
  const layout = memoryLayout('layout', [named(stranger, '1'), named(image, '2')]);
  const content = new MemoryContent(stranger, image);
  for (const [ofRequest, ofLayout, expected] of [
    [undefined, '2', image],
    ['1', '2', image],
    ['1', undefined, stranger],
  ] as const) {
    const request = { image: ofRequest, shape: AS_IS, referrers: true };
    const { graph } = await resolveImage([{ ...layout, image: ofLayout }], content, request);
    assert.equal(graph.root.descriptor.digest, expected.descriptor.digest);
  }
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
  return resolveImage([memoryLayout('layout', [image, ...beside])], content, {
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

test('a layer that the image itself lacks is left to ECR', async () => {
  const [layer] = image.layers;
  assert.ok(layer);
  const { graph } = await resolvedWithout([layer.digest], signature);
  assert.deepEqual(graph.absentLayers, [layer]);
  assert.ok(!digestsOf(graph.blobs).includes(layer.digest));
});

for (const switchedOn of [true, false]) {
  test(`the switch ${switchedOn ? 'on takes referrers along' : 'off leaves them'}`, async () => {
    const content = new MemoryContent(image, signature);
    const layout = memoryLayout('layout', [image, signature]);
    const { graph } = await resolveImage([layout], content, {
      image: image.descriptor.digest,
      shape: AS_IS,
      referrers: switchedOn,
    });
    assert.deepEqual(digests(graph.referrers), digests(switchedOn ? [signature] : []));
  });
}

test('an index.json that is the image is pushed as it was read', async () => {
  const layout = memoryLayout('layout', [amd, arm]);
  const content = new MemoryContent(amd, arm);
  const request = { image: undefined, shape: AS_IS, referrers: true };
  const { graph, origins } = await resolveImage([layout], content, request);
  assert.deepEqual(graph.root.bytes, layout.indexBytes);
  assert.equal(graph.root.descriptor.digest, digestOf(layout.indexBytes));
  assert.equal(graph.root.descriptor.mediaType, OCI_INDEX);
  assert.deepEqual(origins, [graph.root.descriptor]);
});

test('platforms are chosen of an index.json that is the image', async () => {
  const { graph } = await resolved([[amd, arm]], { platforms: [parsePlatformName('linux/arm64')] });
  assert.deepEqual(entriesOf(graph.root.bytes), digests([arm]));
});

test('a referrer that nothing lists goes along, and so does what refers to it', async () => {
  const stored = [signature, sbom].map(({ descriptor: { digest, size } }) => ({ digest, size }));
  const layout = memoryLayout('layout', [image], stored);
  const content = new MemoryContent(image, signature, sbom);
  const request = { image: undefined, shape: AS_IS, referrers: true };
  const { graph } = await resolveImage([layout], content, request);
  assert.deepEqual(digests(graph.referrers), digests([signature, sbom]));
  const without = await resolveImage([layout], content, { ...request, referrers: false });
  assert.deepEqual(without.graph.referrers, []);
});

test('what refers to an index that loses a platform stays behind, and is told of', async () => {
  const index = buildIndex([amd, arm]);
  const [ofIndex, ofArm] = [referrerTo(index, 'of the index'), referrerTo(arm, 'of arm64')];
  const { graph, leftBehind } = await resolved([[index, ofIndex, ofArm]], {
    platforms: [parsePlatformName('linux/arm64')],
  });
  assert.deepEqual(digests(graph.referrers), digests([ofArm]));
  assert.deepEqual(digests(leftBehind), digests([ofIndex]));
});

const kind = (graph: Image, name: string): Image => ({
  ...graph,
  descriptor: { ...graph.descriptor, annotations: { kind: name } },
});

test("what cosign save says belongs to the image gets cosign's tags", async () => {
  const entries = [
    kind(image, 'dev.cosignproject.cosign/image'),
    kind(stranger, 'dev.cosignproject.cosign/sigs'),
  ];
  const { graph } = await resolved([entries]);
  const [only, ...others] = graph.referrers;
  assert.equal(only?.descriptor.digest, stranger.descriptor.digest);
  assert.equal(only.tag, `${image.descriptor.digest.replace(':', '-')}.sig`);
  assert.deepEqual(others, []);
});

test('a signature that could belong to two images stays behind, and is told of', async () => {
  const entries = [named(image, '1'), named(amd, '2'), kind(stranger, 'dev.hauler/sigs')];
  const { graph, brokenEntries } = await resolved([entries], { image: '1' });
  assert.deepEqual(graph.referrers, []);
  refused('AMBIGUOUS_IMAGE', stranger.descriptor.digest)(brokenEntries[0]);
});

test('an attestation beside its image stays behind, and is told of', async () => {
  const proof = buildAttestation(amd);
  const { graph, attestationsBeside } = await resolved([[amd, proof]]);
  assert.equal(graph.root.descriptor.digest, amd.descriptor.digest);
  assert.deepEqual(digestsOf(attestationsBeside), [proof.descriptor.digest]);
  const whole = await resolved([[buildIndex([amd, proof])]]);
  assert.deepEqual(whole.attestationsBeside, []);
});

test('an attestation that is dropped from an index does not come back as a referrer', async () => {
  const { mediaType, digest, size } = amd.descriptor;
  const proof = buildImage({
    seed: 'proof',
    subject: { mediaType, digest, size },
    platform: { os: 'unknown', architecture: 'unknown' },
  });
  const index = buildIndex([amd, proof]);
  const stored = [{ digest: proof.descriptor.digest, size: proof.descriptor.size }];
  const content = new MemoryContent(index);
  const shape = { ...AS_IS, attestations: 'drop' } as const;
  const request = { image: undefined, shape, referrers: true };
  const { graph } = await resolveImage([memoryLayout('layout', [index], stored)], content, request);
  assert.deepEqual(graph.referrers, []);
});

test('a referrer that is the child of an index that loses a platform goes along', async () => {
  const ofAmd = buildImage({
    seed: 'of amd64',
    subject: amd.descriptor,
    platform: { os: 'linux', architecture: 'riscv64' },
  });
  const index = buildIndex([amd, arm, ofAmd]);
  const stored = [{ digest: ofAmd.descriptor.digest, size: ofAmd.descriptor.size }];
  const content = new MemoryContent(index);
  const shape = { ...AS_IS, platforms: [parsePlatformName('linux/amd64')] };
  const request = { image: undefined, shape, referrers: true };
  const { graph } = await resolveImage([memoryLayout('layout', [index], stored)], content, request);
  assert.deepEqual(digests(graph.referrers), digests([ofAmd]));
});

const ofAmd = referrerTo(amd, 'of amd64 in index.json');

test('an index.json that is the image stays whole, with the signature that it lists', async () => {
  const layout = memoryLayout('layout', [amd, arm, ofAmd]);
  const { graph, origins, notices } = await resolved([[amd, arm, ofAmd]]);
  assert.deepEqual(graph.root.bytes, layout.indexBytes);
  assert.deepEqual(digestsOf(origins), [graph.root.descriptor.digest]);
  assert.deepEqual(graph.referrers, []);
  assert.deepEqual(notices, []);
});

test('without referrers, the signature goes from an index.json that is the image', async () => {
  const { graph, origins } = await resolved([[amd, arm, ofAmd]], { referrers: false });
  assert.deepEqual(entriesOf(graph.root.bytes), digests([amd, arm]));
  assert.equal(graph.manifests.length, 3);
  assert.notEqual(origins[0]?.digest, graph.root.descriptor.digest);
  assert.deepEqual(graph.referrers, []);
});

test('what the inputs make of such an index.json lists no signature, which goes along', async () => {
  const riscv = buildImage({ seed: 'r', platform: { os: 'linux', architecture: 'riscv64' } });
  const proof = buildAttestation(arm);
  const entries = [amd, arm, ofAmd, proof];
  const cases: [Promise<Awaited<ReturnType<typeof resolved>>>, Graph[]][] = [
    [resolved([entries], { platforms: [parsePlatformName('linux/amd64')] }), [amd]],
    [resolved([entries], { attestations: 'drop' }), [amd, arm]],
    [resolved([entries, [riscv]]), [amd, arm, proof, riscv]],
  ];
  for (const [resolving, listed] of cases) {
    const { graph } = await resolving;
    assert.deepEqual(entriesOf(graph.root.bytes), digests(listed));
    assert.deepEqual(digests(graph.referrers), digests([ofAmd]));
  }
  const { graph } = await resolved([entries, [riscv]], { referrers: false });
  assert.deepEqual(entriesOf(graph.root.bytes), digests([amd, arm, proof, riscv]));
});

test('inputs that change nothing leave an index.json that is the image whole', async () => {
  const layout = memoryLayout('layout', [amd, arm, ofAmd]);
  const platforms = ['linux/amd64', 'linux/arm64'].map(parsePlatformName);
  const { graph } = await resolved([[amd, arm, ofAmd]], { platforms, attestations: 'drop' });
  assert.deepEqual(graph.root.bytes, layout.indexBytes);
});

test('signatures of a layout of their own go along, and make no index', async () => {
  const layouts = [[image], [signature, sbom]];
  const { graph } = await resolved(layouts);
  assert.equal(graph.root.descriptor, image.descriptor);
  assert.deepEqual(digests(graph.referrers), digests([signature, sbom]));
  assert.deepEqual((await resolved(layouts, { referrers: false })).graph.referrers, []);
});

test('a dropped attestation that index.json lists does not come back, nor is it told of', async () => {
  const { mediaType, digest, size } = amd.descriptor;
  const { descriptor } = buildAttestation(amd);
  const made = buildImage({ seed: 'proof', subject: { mediaType, digest, size } });
  const { annotations = {} } = descriptor;
  const proof = { ...made, descriptor: { ...made.descriptor, annotations } };
  const { graph, attestationsBeside } = await resolved([[amd, proof]], { attestations: 'drop' });
  assert.deepEqual(graph.referrers, []);
  assert.deepEqual(attestationsBeside, []);
});

test('an index.json without schemaVersion is pushed with it, which is told', async () => {
  const layout = memoryLayout('layout', [amd, arm]);
  const indexBytes = Buffer.from(JSON.stringify({ manifests: layout.index.manifests }));
  const content = new MemoryContent(amd, arm);
  const request = { image: undefined, shape: AS_IS, referrers: true };
  const { graph, notices } = await resolveImage([{ ...layout, indexBytes }], content, request);
  assert.deepEqual(entriesOf(graph.root.bytes), digests([amd, arm]));
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? '', /^index\.json of layout lacks schemaVersion/);
  assert.ok(notices[0]?.includes(graph.root.descriptor.digest));
  const shape = { ...AS_IS, platforms: [parsePlatformName('linux/arm64')] };
  const one = await resolveImage([{ ...layout, indexBytes }], content, { ...request, shape });
  assert.deepEqual(entriesOf(one.graph.root.bytes), digests([arm]));
  assert.deepEqual(one.notices, []);
});

test('entries of no manifest are told of, except a withdrawn kind without referrers', async () => {
  const xml = rawBlob('application/xml', Buffer.from('<a/>'));
  const artifact = rawBlob(OCI_ARTIFACT_MANIFEST, Buffer.from('{}'));
  for (const images of [[image], [amd, arm]]) {
    const { notices } = await resolved([[...images, xml, artifact]]);
    assert.deepEqual(
      notices,
      [xml, artifact].map(
        ({ descriptor: { digest, mediaType } }) =>
          `Left out ${digest}, which index.json of layout 0 lists: ${mediaType} is not the media type of an image or an index`,
      ),
    );
    const without = await resolved([[...images, xml, artifact]], { referrers: false });
    assert.deepEqual(without.notices, notices.slice(0, 1));
  }
});

test('an unlisted manifest of a withdrawn kind is told of', async () => {
  const { mediaType, digest, size } = image.descriptor;
  const body = { mediaType: OCI_ARTIFACT_MANIFEST, subject: { mediaType, digest, size } };
  const artifact = rawGraph(body, { mediaType: OCI_ARTIFACT_MANIFEST });
  const content = new MemoryContent(image, artifact);
  const layout = memoryLayout('layout', [image], [artifact.descriptor]);
  const request = { image: undefined, shape: AS_IS, referrers: true };
  const { brokenEntries } = await resolveImage([layout], content, request);
  assert.equal(brokenEntries.length, 1);
  refused('UNSUPPORTED_MEDIA_TYPE', artifact.descriptor.digest, digest)(brokenEntries[0]);
});

test('what an index.json that is the image lists is not said to be left out', async () => {
  const sigs = kind(stranger, 'dev.cosignproject.cosign/sigs');
  const entries = [amd, arm, sigs];
  const whole = await resolved([entries]);
  assert.deepEqual(entriesOf(whole.graph.root.bytes), digests(entries));
  assert.deepEqual(whole.brokenEntries, []);
  const { brokenEntries } = await resolved([entries], {
    platforms: [parsePlatformName('linux/amd64')],
  });
  refused('AMBIGUOUS_IMAGE', stranger.descriptor.digest)(brokenEntries[0]);
});

test('images of one name are filtered and told apart by platforms', async () => {
  const entries = [named(amd, '1'), named(arm, '1')];
  const platforms = [parsePlatformName('linux/arm64')];
  const { graph } = await resolved([entries], { image: '1', platforms });
  assert.equal(graph.root.descriptor.digest, arm.descriptor.digest);
  await assert.rejects(
    resolved([entries], { platforms: [parsePlatformName('linux/s390x')] }),
    refused('PLATFORM_NOT_FOUND', 'linux/amd64, linux/arm64'),
  );
});
