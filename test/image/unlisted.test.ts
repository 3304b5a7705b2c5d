import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnlisted } from '../../src/image/unlisted.ts';
import { walkGraph } from '../../src/image/walk.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { buildImage, type Graph, named } from '../support/image.ts';
import { entriesIn, MemoryContent, rawBlob, rawGraph } from '../support/memory-content.ts';

const image = buildImage({ seed: 'image' });
const signature = buildImage({ seed: 'signature', subject: image.descriptor });

/** All blobs of these graphs, as they lie in a layout. */
function stored(...graphs: readonly Graph[]) {
  const blobs = graphs.flatMap((graph) => [...graph.blobs]);
  return blobs.map(([digest, content]) => ({
    digest,
    size: content instanceof Uint8Array ? content.byteLength : 0,
  }));
}

/** What is found in a layout that lists `listed`, and holds `unlisted` as well. */
async function found(listed: readonly Graph[], ...unlisted: readonly Graph[]) {
  const content = new MemoryContent(...listed, ...unlisted);
  const graph = await walkGraph(image.descriptor, content);
  const entries = await entriesIn(listed, content);
  content.reads.length = 0;
  const result = await findUnlisted(stored(...listed, ...unlisted), graph, entries, content);
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
  // The signature's own config and layer, to which no walk has led yet.
  assert.equal(reads, signature.layers.length + 1);
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

test('too many blobs are not looked into, and how many is told', async () => {
  const many = Array.from({ length: 1001 }, (_, at) => ({
    digest: digestOf(Buffer.from(`${at}`)),
    size: 10,
  }));
  const content = new MemoryContent(image);
  const graph = await walkGraph(image.descriptor, content);
  content.reads.length = 0;
  const result = await findUnlisted(many, graph, [], content);
  assert.deepEqual(result, { referrers: [], unsearched: 1001 });
  assert.deepEqual(content.reads, []);
});
