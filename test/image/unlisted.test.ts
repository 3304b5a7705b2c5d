import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnlisted } from '../../src/image/unlisted.ts';
import { walkGraph } from '../../src/image/walk.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_ARTIFACT_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import type { StoredBlobs } from '../../src/oci/descriptor.ts';
import { buildImage, type Graph, named } from '../support/image.ts';
import { entriesIn, MemoryContent, rawBlob, rawGraph } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

const image = buildImage({ seed: 'image' });
const signature = buildImage({ seed: 'signature', subject: image.descriptor });

/** All blobs of these graphs, as they lie in a layout. */
function stored(...graphs: readonly Graph[]) {
  const contents = graphs.flatMap((graph) => [...graph.blobs]);
  const blobs = contents.map(([digest, content]) => ({
    digest,
    size: content instanceof Uint8Array ? content.byteLength : 0,
  }));
  return { blobs, unexamined: [] };
}

/** What is found in a layout that lists `listed`, and holds `unlisted` as well. */
async function found(listed: readonly Graph[], ...unlisted: readonly Graph[]) {
  const content = new MemoryContent(...listed, ...unlisted);
  const graph = await walkGraph(image.descriptor, content);
  const entries = await entriesIn(listed, content);
  content.reads.length = 0;
  const result = await findUnlisted([stored(...listed, ...unlisted)], graph, entries, content);
  return { ...result, reads: content.reads.length };
}

test('a manifest with a subject that nothing lists is found', async () => {
  const { digest, size, mediaType } = signature.descriptor;
  const { referrers, unsearched } = await found([image], signature);
  assert.deepEqual(referrers, [
    { descriptor: { digest, size, mediaType }, subject: image.descriptor.digest },
  ]);
  assert.equal(unsearched, 0);
});

test('so is an index with a subject, by the media type that it gives itself', async () => {
  const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], subject: image.descriptor };
  const index = rawGraph(body, { mediaType: OCI_INDEX });
  const { referrers } = await found([image], index);
  assert.deepEqual(
    referrers.map(({ descriptor }) => descriptor.mediaType),
    [OCI_INDEX],
  );
});

test('what index.json leads to is not read again, and not found', async () => {
  const { referrers, reads } = await found([image, named(signature, 'listed')]);
  assert.deepEqual(referrers, []);
  assert.equal(reads, 0);
});

const OTHERS: readonly [what: string, bytes: Uint8Array][] = [
  ['no JSON', Buffer.from('{no JSON')],
  ['no object', Buffer.from('"text"')],
  ['another document', Buffer.from('{"subject":"text"}')],
  [
    'a manifest whose subject is none',
    Buffer.from('{"schemaVersion":2,"subject":{"digest":"no"}}'),
  ],
  ['nothing', Buffer.from('')],
  ['a large file', Buffer.alloc(64 * 1024 + 1, '{')],
];

for (const [what, bytes] of OTHERS) {
  test(`a blob that is ${what} is none of ours`, async () => {
    const blob = rawBlob('application/octet-stream', bytes);
    assert.deepEqual((await found([image], blob)).referrers, []);
  });
}

/** That many blobs that are nowhere. */
function many(number: number, size: number) {
  return Array.from({ length: number }, (_, at) => ({
    digest: digestOf(Buffer.from(`${size} ${at}`)),
    size,
  }));
}

async function foundIn(stored: StoredBlobs) {
  const content = new MemoryContent(image);
  const graph = await walkGraph(image.descriptor, content);
  content.reads.length = 0;
  return { ...(await findUnlisted([stored], graph, [], content)), reads: content.reads };
}

for (const size of [10, 100_000]) {
  test(`too many blobs are not looked into, and how many is told: of ${size} bytes`, async () => {
    const result = await foundIn({ blobs: many(1001, size), unexamined: [] });
    assert.deepEqual(result, { referrers: [], unfit: [], unsearched: 1001, reads: [] });
  });
}

test('blobs that nobody examined are told of, except those of the image', async () => {
  const unexamined = [...image.blobs.keys(), ...many(3, 10).map(({ digest }) => digest)];
  assert.equal((await foundIn({ blobs: [], unexamined })).unsearched, 3);
});

test('a large manifest with a subject is found, and no other large blob is read', async () => {
  const annotations = { large: 'x'.repeat(100_000) };
  const { mediaType, digest, size } = image.descriptor;
  const large = rawGraph(
    {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: signature.config,
      layers: [],
      annotations,
      subject: { mediaType, digest, size },
    },
    { mediaType: OCI_MANIFEST },
  );
  const layer = rawBlob('application/octet-stream', Buffer.alloc(100_000, 'x'));
  const { referrers, reads } = await found([image], large, layer);
  assert.deepEqual(
    referrers.map(({ descriptor }) => descriptor),
    [large.descriptor],
  );
  assert.equal(reads, 1);
});

/** The kind of manifest that was withdrawn, in the shape that oras 0.16 wrote. */
function artifactFor(subject: Graph): Graph {
  const { mediaType, digest, size } = subject.descriptor;
  const body = {
    mediaType: OCI_ARTIFACT_MANIFEST,
    artifactType: 'application/vnd.example',
    blobs: [],
    subject: { mediaType, digest, size },
  };
  return rawGraph(body, { mediaType: OCI_ARTIFACT_MANIFEST });
}

test('a manifest of a withdrawn kind that refers to the image is told of', async () => {
  const artifact = artifactFor(image);
  const { referrers, unfit } = await found([image], artifact, artifactFor(signature));
  assert.deepEqual(referrers, []);
  const [error, ...others] = unfit;
  refused(
    'UNSUPPORTED_MEDIA_TYPE',
    artifact.descriptor.digest,
    image.descriptor.digest,
    OCI_ARTIFACT_MANIFEST,
  )(error);
  assert.deepEqual(others, []);
});
