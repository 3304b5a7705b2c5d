import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { openLayout } from '../../src/layout/open-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { MAX_LAYERS, MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import {
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
} from '../../src/oci/media-types.ts';
import { walkGraph } from '../../src/image/walk.ts';
import {
  buildAttestation,
  buildImage,
  buildIndex,
  type Graph,
  type Image,
  jsonBytes,
} from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory } from '../support/write-layout.ts';
import { MemoryContent, rawBlob, rawGraph } from '../support/memory-content.ts';

const walk = (root: Graph, content = new MemoryContent(root)) =>
  walkGraph(root.descriptor, content);
const digestsOf = (items: readonly { readonly digest: Digest }[]) =>
  items.map(({ digest }) => digest);

const layer = (size: number) => rawBlob(OCI_LAYER, Buffer.alloc(size, size % 256));
const config = rawBlob(OCI_CONFIG, Buffer.from('{"os":"linux","architecture":"amd64"}'));

/** An image with these layers' descriptors, whether there is anything under them or not. */
function imageOf(
  layers: readonly Descriptor[],
  below: readonly Pick<Graph, 'blobs'>[],
  configBlob = config,
): Graph {
  const body = { schemaVersion: 2, config: configBlob.descriptor, layers };
  return rawGraph(body, { mediaType: OCI_MANIFEST, below: [configBlob, ...below] });
}

test('children come before their parents, and the root last', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((seed) => buildImage({ seed })) as [Image, Image, Image];
  const inner = buildIndex([b, c]);
  const root = buildIndex([a, inner]);
  const graph = await walk(root);
  assert.deepEqual(
    digestsOf(graph.manifests.map(({ descriptor }) => descriptor)),
    digestsOf([a, b, c, inner, root].map(({ descriptor }) => descriptor)),
  );
  assert.equal(graph.root, graph.manifests.at(-1));
});

test('a manifest is kept as the bytes that were read', async () => {
  const image = buildImage({ seed: 'a' });
  assert.deepEqual(Buffer.from((await walk(image)).root.bytes), Buffer.from(image.manifest));
});

test('blobs come once each, however often they are named, and manifests too', async () => {
  const image = buildImage({ seed: 'same', layers: [{ size: 10 }, { files: { a: 'b' } }] });
  const other = imageOf([...image.layers, ...image.layers], [image]);
  const graph = await walk(buildIndex([image, buildIndex([image, other]), other]));
  assert.deepEqual(
    digestsOf(graph.blobs),
    digestsOf([image.config, ...image.layers, config.descriptor]),
  );
  assert.equal(graph.manifests.length, 4);
});

test('attestations of an index are part of it', async () => {
  const image = buildImage({ seed: 'a' });
  const attestation = buildAttestation(image);
  const graph = await walk(buildIndex([image, attestation]));
  assert.ok(
    graph.manifests.some(({ descriptor }) => descriptor.digest === attestation.descriptor.digest),
  );
  assert.ok(graph.blobs.some(({ digest }) => digest === attestation.config.digest));
});

const foreignBlob = layer(10);
const foreign = { ...foreignBlob.descriptor, urls: ['https://example.com/layer'] };

test('a foreign layer is left out where the layout leaves it out', async () => {
  const graph = await walk(imageOf([foreign], []));
  assert.deepEqual(digestsOf(graph.blobs), [config.descriptor.digest]);
  assert.deepEqual(digestsOf(graph.absentForeignLayers), [foreign.digest]);
});

test('a foreign layer is pushed where the layout holds it', async () => {
  const graph = await walk(imageOf([foreign], [foreignBlob]));
  assert.deepEqual(digestsOf(graph.blobs), [config.descriptor.digest, foreign.digest]);
  assert.deepEqual(graph.absentForeignLayers, []);
});

test('a layer that is not there is absent: ECR may hold it', async () => {
  const { descriptor } = layer(10);
  const graph = await walk(imageOf([descriptor], []));
  assert.deepEqual(graph.absentLayers, [descriptor]);
  assert.equal(graph.absentHint, undefined);
  assert.deepEqual(digestsOf(graph.blobs), [config.descriptor.digest]);
});

test('a config that is not there is missing, and named', async () => {
  const root = imageOf([], []);
  const content = new MemoryContent(root).without(config.descriptor.digest);
  await assert.rejects(walk(root, content), refused('BLOB_MISSING', config.descriptor.digest));
});

for (const what of ['layer', 'config']) {
  test(`an empty ${what} is refused: ECR takes none`, async () => {
    const empty = rawBlob(what === 'config' ? OCI_CONFIG : OCI_LAYER, new Uint8Array());
    const root = what === 'config' ? imageOf([], [], empty) : imageOf([empty.descriptor], [empty]);
    await assert.rejects(walk(root), refused('EMPTY_BLOB', what, empty.descriptor.digest));
  });
}

test('a config without bytes is refused with the config that works', async () => {
  const empty = rawBlob('application/vnd.devcontainers', new Uint8Array());
  const blob = layer(10);
  await assert.rejects(walk(imageOf([blob.descriptor], [blob], empty)), (error) => {
    refused('EMPTY_BLOB', 'config', empty.descriptor.digest, '0 bytes')(error);
    assert.ok(error instanceof PushError);
    assert.match(error.hint, /"\{\}".*application\/vnd\.oci\.empty\.v1\+json/);
    assert.doesNotMatch(error.hint, /tar/);
    return true;
  });
});

test('the empty config is taken, of whatever type', async () => {
  for (const mediaType of [OCI_EMPTY, OCI_CONFIG]) {
    const empty = rawBlob(mediaType, Buffer.from('{}'));
    const { blobs } = await walk(imageOf([], [], empty));
    assert.deepEqual(digestsOf(blobs), [empty.descriptor.digest]);
  }
});

test('an image whose layers are null has none, and goes as it is', async () => {
  const body = { schemaVersion: 2, config: config.descriptor, layers: null, annotations: null };
  const root = rawGraph(body, { mediaType: OCI_MANIFEST, below: [config] });
  const graph = await walk(root);
  assert.deepEqual(digestsOf(graph.blobs), [config.descriptor.digest]);
  assert.equal(graph.root.bytes, root.manifest);
});

test(`${MAX_LAYERS} layers are taken, and one more is not`, async () => {
  const blob = layer(10);
  const layersOf = (count: number) => Array<Descriptor>(count).fill(blob.descriptor);
  assert.equal((await walk(imageOf(layersOf(MAX_LAYERS), [blob]))).blobs.length, 2);
  await assert.rejects(
    walk(imageOf(layersOf(MAX_LAYERS + 1), [blob])),
    refused('TOO_MANY_LAYERS', '501', '500'),
  );
});

const configs: readonly [
  name: string,
  mediaType: string,
  text: string,
  code: PushError['code'] | 'taken',
][] = [
  ['an image config that is not JSON', OCI_CONFIG, 'not JSON', 'INVALID_JSON'],
  ['an image config that is no object', OCI_CONFIG, '[]', 'INVALID_MANIFEST'],
  ["an artifact's config that is not JSON", 'application/vnd.example', 'not JSON', 'taken'],
  ["OCI's empty config", 'application/vnd.oci.empty.v1+json', '{}', 'taken'],
];

for (const [name, mediaType, text, code] of configs) {
  test(`${name}: ${code}`, async () => {
    const blob = rawBlob(mediaType, Buffer.from(text));
    const walked = walk(imageOf([], [], blob));
    if (code === 'taken')
      assert.deepEqual(digestsOf((await walked).blobs), [blob.descriptor.digest]);
    else await assert.rejects(walked, refused(code, blob.descriptor.digest));
  });
}

test('content that descriptors carry inline needs no file', async () => {
  await using directory = await temporaryDirectory();
  const data = Buffer.from('{}');
  const inline = { ...rawBlob('application/vnd.oci.empty.v1+json', data), manifest: data };
  const carried = { ...inline.descriptor, data: data.toString('base64') };
  const body = { schemaVersion: 2, config: carried, layers: [carried] };
  const image = rawGraph(body, { mediaType: OCI_MANIFEST });
  const child = {
    ...image.descriptor,
    data: Buffer.from(image.manifest).toString('base64'),
  };
  const root = rawGraph({ schemaVersion: 2, manifests: [child] }, { mediaType: OCI_INDEX });
  await writeLayoutDirectory(join(directory.path, 'layout'), [root]);
  await using layout = await openLayout(join(directory.path, 'layout'));
  const graph = await walkGraph(root.descriptor, layout);
  assert.equal(graph.manifests.length, 2);
  assert.deepEqual(digestsOf(graph.blobs), [inline.descriptor.digest]);
});

test('an index without a child that it names says which platforms are there', async () => {
  const image = (architecture: string) =>
    buildImage({ seed: architecture, platform: { os: 'linux', architecture } });
  const [amd, arm, riscv] = ['amd64', 'arm64', 'riscv64'].map(image) as [Image, Image, Image];
  const root = buildIndex([amd, arm, buildAttestation(amd), riscv]);
  const content = new MemoryContent(root).without(arm.descriptor.digest);
  await assert.rejects(walk(root, content), (error) => {
    refused('INCOMPLETE_INDEX', root.descriptor.digest, arm.descriptor.digest)(error);
    assert.ok(error instanceof PushError);
    assert.match(error.hint, /platforms: linux\/amd64,linux\/riscv64 /);
    return true;
  });
});

test('an index of which nothing is there names no platform', async () => {
  const image = buildImage({ seed: 'a' });
  const root = buildIndex([image]);
  const content = new MemoryContent(root).without(image.descriptor.digest);
  await assert.rejects(walk(root, content), (error) => {
    refused('INCOMPLETE_INDEX')(error);
    assert.ok(error instanceof PushError);
    assert.doesNotMatch(error.hint, /platforms/);
    return true;
  });
});

/** As BuildKit exports a cache, unless it is told to make an image of it. */
for (const size of [100, MAX_MANIFEST_BYTES + 1]) {
  test(`a layer of ${size} bytes that an index lists is refused for what it is`, async () => {
    await using directory = await temporaryDirectory();
    const cached = layer(size);
    const root = buildIndex([buildImage({ seed: 'a' }), cached]);
    await writeLayoutDirectory(directory.path, [root]);
    await using layout = await openLayout(directory.path);
    await assert.rejects(walkGraph(root.descriptor, layout), (error) => {
      refused('UNSUPPORTED_MEDIA_TYPE', cached.descriptor.digest, OCI_LAYER)(error);
      assert.ok(error instanceof PushError);
      assert.match(error.hint, /image-manifest=true/);
      return true;
    });
  });
}

test('an index that reaches itself is refused', async () => {
  // No real content can, as its digest would be part of it.
  const digest = digestOf(Buffer.from('loop'));
  const entry = { mediaType: OCI_INDEX, digest, size: 0 };
  const text = jsonBytes({ schemaVersion: 2, manifests: [{ ...entry, size: 1000 }] });
  const padded = Buffer.concat([text, Buffer.alloc(1000 - text.length, ' ')]);
  const content = new MemoryContent().forge(digest, padded);
  const root = { ...entry, size: 1000 };
  await assert.rejects(walkGraph(root, content), refused('INVALID_MANIFEST', digest));
});

for (const depth of [16, 17]) {
  test(`an image under ${depth} indexes is ${depth > 16 ? 'too deep' : 'taken'}`, async () => {
    let root: Graph = buildImage({ seed: 'a' });
    for (let level = 0; level < depth; level++) root = buildIndex([root]);
    if (depth > 16) await assert.rejects(walk(root), refused('TOO_LARGE'));
    else assert.equal((await walk(root)).manifests.length, depth + 1);
  });
}

test('manifests that are too large together are refused', async () => {
  const padding = ' '.repeat(4_000_000);
  const images = Array.from({ length: 17 }, (_, at) =>
    rawGraph(
      {
        schemaVersion: 2,
        config: config.descriptor,
        layers: [],
        annotations: { at: `${at}`, padding },
      },
      { mediaType: OCI_MANIFEST, below: [config] },
    ),
  );
  await assert.rejects(walk(buildIndex(images)), refused('TOO_LARGE'));
});

const contradicted: readonly [name: string, root: (blob: Graph) => Graph][] = [
  ['a layer', (blob) => imageOf([blob.descriptor, { ...blob.descriptor, size: 11 }], [blob])],
  [
    'a manifest',
    (blob) => {
      const image = imageOf([], [blob]);
      const again = {
        ...image,
        descriptor: { ...image.descriptor, size: image.manifest.length + 1 },
      };
      return buildIndex([image, again]);
    },
  ],
];

for (const [name, rootOf] of contradicted) {
  test(`${name} that is named again with another size is refused`, async () => {
    await using directory = await temporaryDirectory();
    const root = rootOf(layer(10));
    await writeLayoutDirectory(directory.path, [root]);
    await using layout = await openLayout(directory.path);
    await assert.rejects(walkGraph(root.descriptor, layout), refused('DIGEST_MISMATCH', 'blobs'));
  });
}

test('a manifest that is named again with another media type is refused', async () => {
  const image = buildImage({ seed: 'a' });
  const again = { ...image, descriptor: { ...image.descriptor, mediaType: OCI_INDEX } };
  await assert.rejects(walk(buildIndex([image, again])), refused('INVALID_MANIFEST'));
});

test('a blob of the wrong size is found before anything is sent', async () => {
  await using directory = await temporaryDirectory();
  const image = buildImage({ seed: 'a' });
  const [first] = image.layers;
  assert.ok(first);
  const files = { [blobPath(first.digest)]: Buffer.from('short') };
  await writeLayoutDirectory(directory.path, [image], { files });
  await using layout = await openLayout(directory.path);
  await assert.rejects(
    walkGraph(image.descriptor, layout),
    refused('DIGEST_MISMATCH', blobPath(first.digest), '5', `${first.size}`),
  );
});
