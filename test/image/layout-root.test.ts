import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overlay } from '../../src/image/content.ts';
import { type ChosenRoot, chooseRoots } from '../../src/image/layout-root.ts';
import type { Descriptor, Platform } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { buildAttestation, buildImage, type Graph, jsonBytes, named } from '../support/image.ts';
import { entriesIn, entriesOf, MemoryContent, parsed, rawBlob } from '../support/memory-content.ts';

const imageFor = (architecture: string): Graph =>
  buildImage({ seed: architecture, platform: { os: 'linux', architecture } });
const [amd, arm] = [imageFor('amd64'), imageFor('arm64')];

function signatureOf({ descriptor: { mediaType, digest, size } }: Graph): Graph {
  return buildImage({ seed: `signature of ${digest}`, subject: { mediaType, digest, size } });
}

const digests = (...graphs: readonly Pick<Graph, 'descriptor'>[]) =>
  graphs.map(({ descriptor }) => descriptor.digest);

interface Sample {
  readonly graphs: readonly Graph[];
  readonly image?: string;
  /** Of `index.json`. */
  readonly members?: object;
}

async function chosen(samples: readonly Sample[], platforms: readonly Platform[] = []) {
  const content = new MemoryContent(...samples.flatMap(({ graphs }) => graphs));
  const overlay = new Overlay(content);
  const layouts = samples.map(async ({ graphs, image, members }, at) => {
    const manifests = graphs.map(({ descriptor }) => descriptor);
    const index = { kind: 'index', mediaType: OCI_INDEX, manifests } as const;
    const indexBytes = jsonBytes({ ...(members ?? { schemaVersion: 2 }), manifests });
    const layout = { path: `layout ${at}`, index, indexBytes, image };
    return { layout, entries: await entriesIn(graphs, content) };
  });
  const read = await Promise.all(layouts);
  const roots = await chooseRoots(read, overlay, { image: undefined, platforms });
  const bytesOf = (descriptor: Descriptor) => overlay.readVerified(descriptor);
  return { roots, bytesOf, indexBytes: read.map(({ layout }) => layout.indexBytes) };
}

/** Of the one layout that there is. */
async function chosenOf(sample: Sample) {
  const { roots, bytesOf, indexBytes } = await chosen([sample]);
  const [root, ...others] = roots;
  assert.ok(root);
  assert.deepEqual(others, []);
  return { root, bytesOf, indexBytes: indexBytes[0] };
}

async function wholeOf({ whole }: ChosenRoot, bytesOf: (whole: Descriptor) => Promise<Uint8Array>) {
  assert.ok(whole);
  return bytesOf(whole);
}

test('an image that is listed is the root, as it stands', async () => {
  const { root } = await chosenOf({ graphs: [amd, signatureOf(amd)] });
  assert.deepEqual(root, { root: amd.descriptor, origin: amd.descriptor, layoutPath: 'layout 0' });
});

test('an index.json of images alone is the root, byte for byte', async () => {
  const { root, bytesOf, indexBytes } = await chosenOf({
    graphs: [amd, arm, buildAttestation(amd)],
  });
  assert.equal(await bytesOf(root.root), indexBytes);
  assert.equal(await wholeOf(root, bytesOf), indexBytes);
  assert.equal(root.lacksVersion, false);
});

const tag = `sha256-${amd.descriptor.digest.slice('sha256:'.length)}.sig`;
const stranger = buildImage({ seed: 'stranger' });
const withKind = (graph: Graph, kind: string): Graph => ({
  ...graph,
  descriptor: { ...graph.descriptor, annotations: { kind } },
});

for (const [what, signature] of [
  ['a subject', signatureOf(amd)],
  ["cosign's tag", named(stranger, tag)],
  ["cosign's kind", withKind(stranger, 'dev.cosignproject.cosign/sigs')],
] as const) {
  test(`a signature in an index.json that is the image is no part of what is made of it: by ${what}`, async () => {
    const { root, bytesOf, indexBytes } = await chosenOf({ graphs: [amd, signature, arm] });
    assert.deepEqual(entriesOf(await bytesOf(root.root)), digests(amd, arm));
    assert.equal(await wholeOf(root, bytesOf), indexBytes);
    assert.equal(root.origin.digest, root.whole?.digest);
  });
}

test('what is no manifest is no part of the image', async () => {
  const xml = rawBlob('application/xml', Buffer.from('<a/>'));
  const { root, bytesOf } = await chosenOf({ graphs: [amd, xml, arm] });
  assert.deepEqual(entriesOf(await wholeOf(root, bytesOf)), digests(amd, arm));
});

test('an index.json without schemaVersion gets it, and loses nothing', async () => {
  const members = { 'x-own': 1, schemaVersion: null };
  const { root, bytesOf, indexBytes } = await chosenOf({ graphs: [amd, arm], members });
  assert.ok(indexBytes);
  assert.deepEqual(parsed(await wholeOf(root, bytesOf)), {
    ...parsed(indexBytes),
    schemaVersion: 2,
  });
  assert.equal(root.lacksVersion, true);
  assert.notEqual(root.origin.digest, digestOf(indexBytes));
});

test('a layout of signatures alone has no image, if the image is in another layout', async () => {
  const signature = signatureOf(amd);
  const sbom = signatureOf(signature);
  const tagged = named(stranger, tag);
  for (const beside of [[signature], [signature, sbom], [tagged], [tagged, signature]]) {
    const { roots } = await chosen([{ graphs: beside }, { graphs: [amd] }]);
    assert.deepEqual(
      roots.map(({ layoutPath, root }) => [layoutPath, root.digest]),
      [['layout 1', amd.descriptor.digest]],
    );
  }
});

test('it has one where the image is nowhere, or where it was asked for', async () => {
  const signature = signatureOf(amd);
  const image = signature.descriptor.digest;
  for (const samples of [
    [{ graphs: [signature] }, { graphs: [arm] }],
    [{ graphs: [signature], image }, { graphs: [amd] }],
  ]) {
    const { roots } = await chosen(samples);
    assert.deepEqual(roots[0]?.root, signature.descriptor);
    assert.equal(roots.length, 2);
  }
});

test('images of one name are in an index with their platforms, where platforms choose from them', async () => {
  const plain = ({ descriptor: { mediaType, digest, size }, ...rest }: Graph): Graph => ({
    ...rest,
    descriptor: { mediaType, digest, size },
  });
  const graphs = [...[amd, arm].map((graph) => named(plain(graph), '1')), signatureOf(amd)];
  const both = [amd, arm].flatMap(({ descriptor }) => descriptor.platform ?? []);
  const { roots, bytesOf, indexBytes } = await chosen([{ graphs }], both);
  const [root] = roots;
  assert.ok(root && indexBytes[0]);
  const { manifests } = parsed(await bytesOf(root.root)) as { manifests: Descriptor[] };
  assert.deepEqual(
    manifests.map(({ digest, platform }) => ({ digest, platform })),
    [amd, arm].map(({ descriptor: { digest, platform } }) => ({ digest, platform })),
  );
  assert.equal(root.origin.digest, digestOf(indexBytes[0]));
});
