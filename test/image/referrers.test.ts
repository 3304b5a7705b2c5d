import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { findReferrers } from '../../src/image/referrers.ts';
import { walkGraph } from '../../src/image/walk.ts';
import { buildImage, buildIndex, type Graph, type Image, named } from '../support/image.ts';
import {
  entriesIn,
  MemoryContent,
  rawBlob,
  rawGraph,
  neverBroken,
} from '../support/memory-content.ts';

const image = buildImage({ seed: 'image' });
const stranger = buildImage({ seed: 'stranger' });

function referrerTo({ descriptor }: Graph, seed: string): Image {
  return buildImage({ seed, subject: descriptor, artifactType: 'application/vnd.example' });
}

const hexOf = ({ descriptor }: Graph) => descriptor.digest.slice('sha256:'.length);
const digests = (graphs: readonly Pick<Graph, 'descriptor'>[]) =>
  graphs.map(({ descriptor }) => descriptor.digest);

const signature = referrerTo(image, 'signature');
const sbom = referrerTo(signature, 'sbom of the signature');

async function found(...entries: readonly Graph[]) {
  const content = new MemoryContent(...entries);
  return findReferrers(await entriesIn(entries, content), content, neverBroken);
}

/** The referrers that go along when `image` is pushed from a layout with these entries beside it. */
async function pushedAlong(...entries: readonly Graph[]) {
  const content = new MemoryContent(image, ...entries);
  const referrers = await findReferrers(
    await entriesIn([image, ...entries], content),
    content,
    neverBroken,
  );
  return (await walkGraph(image.descriptor, content, referrers)).referrers;
}

test('an entry with a subject refers to it', async () => {
  assert.deepEqual(await found(image, signature), [
    { descriptor: signature.descriptor, subject: image.descriptor.digest },
  ]);
});

test('an index can refer, too, and its children go along', async () => {
  const body = { schemaVersion: 2, manifests: [stranger.descriptor], subject: image.descriptor };
  const index = rawGraph(body, { mediaType: OCI_INDEX, below: [stranger] });
  assert.deepEqual(digests(await pushedAlong(index)), digests([stranger, index]));
});

test('referrers of referrers go along, subjects first, however they are listed', async () => {
  assert.deepEqual(digests(await pushedAlong(sbom, signature)), digests([signature, sbom]));
});

test('referrers of a child of the image go along', async () => {
  const index = buildIndex([image]);
  const content = new MemoryContent(index, signature);
  const referrers = await findReferrers(
    await entriesIn([signature], content),
    content,
    neverBroken,
  );
  const graph = await walkGraph(index.descriptor, content, referrers);
  assert.deepEqual(digests(graph.referrers), digests([signature]));
});

test('referrers of other images stay behind', async () => {
  assert.deepEqual(await pushedAlong(stranger, referrerTo(stranger, 'signature')), []);
});

test('the blobs of referrers are pushed, those of images that stay behind are not', async () => {
  const content = new MemoryContent(image, signature, stranger);
  const referrers = await findReferrers(
    await entriesIn([image, signature, stranger], content),
    content,
    neverBroken,
  );
  const { blobs } = await walkGraph(image.descriptor, content, referrers);
  const expected = [image, signature].flatMap(({ config, layers }) => [config, ...layers]);
  assert.deepEqual(new Set(blobs.map(({ digest }) => digest)), new Set(digestsOf(expected)));
});

const digestsOf = (descriptors: readonly Graph['descriptor'][]) =>
  descriptors.map(({ digest }) => digest);

test('the index of the referrers tag schema is read, and not pushed itself', async () => {
  const fallback = named(buildIndex([signature]), `sha256-${hexOf(image)}`);
  assert.deepEqual(digests(await pushedAlong(fallback)), digests([signature]));
});

test('an entry of that index which has no subject is no referrer', async () => {
  const fallback = named(buildIndex([stranger]), `sha256-${hexOf(image)}`);
  assert.deepEqual(await pushedAlong(fallback), []);
});

for (const suffix of ['sig', 'att', 'sbom']) {
  test(`cosign's .${suffix} goes along under its tag`, async () => {
    const tag = `sha256-${hexOf(image)}.${suffix}`;
    const [only, ...others] = await pushedAlong(named(stranger, tag));
    assert.equal(only?.descriptor.digest, stranger.descriptor.digest);
    assert.equal(only.tag, tag);
    assert.deepEqual(others, []);
  });
}

test("cosign's tag at the end of a full reference is taken by itself", async () => {
  const tag = `sha256-${hexOf(image)}.sig`;
  const [only] = await pushedAlong(named(stranger, `ghcr.io/app:${tag}`));
  assert.equal(only?.tag, tag);
});

test('a manifest under the tags of two images gets both', async () => {
  const [own, others] = [image, signature].map((of) => `sha256-${hexOf(of)}.sbom`);
  const along = await pushedAlong(signature, named(stranger, `${own}, ${others}`));
  assert.deepEqual(
    along.map(({ descriptor, tag }) => [descriptor.digest, tag]),
    [
      [signature.descriptor.digest, undefined],
      [stranger.descriptor.digest, own],
      [stranger.descriptor.digest, others],
    ],
  );
});

test('a manifest with a subject that has the tag of cosign as well gets it', async () => {
  const tag = `sha256-${hexOf(image)}.att`;
  const along = await pushedAlong(named(signature, tag));
  assert.deepEqual(
    along.map(({ tag: given }) => given),
    [tag],
  );
});

test('of two manifests for one tag the second stays behind, and is told of', async () => {
  const tag = `sha256-${hexOf(image)}.sig`;
  const other = buildImage({ seed: 'other' });
  const content = new MemoryContent(image, stranger, other);
  const entries = await entriesIn([image, named(stranger, tag), named(other, tag)], content);
  const broken: string[] = [];
  const referrers = await findReferrers(entries, content, ({ message }) => broken.push(message));
  assert.deepEqual(digests(referrers), digests([stranger]));
  assert.ok(broken[0]?.includes(other.descriptor.digest), broken[0]);
});

test('a signature that is the child of the index, too, gets its tag', async () => {
  const tag = `sha256-${hexOf(image)}.sig`;
  const index = buildIndex([image, stranger]);
  const content = new MemoryContent(index);
  const entries = await entriesIn([image, named(stranger, tag)], content);
  const referrers = await findReferrers(entries, content, neverBroken);
  const graph = await walkGraph(index.descriptor, content, referrers);
  assert.deepEqual(
    graph.referrers.map(({ descriptor, tag: given }) => [descriptor.digest, given]),
    [[stranger.descriptor.digest, tag]],
  );
});

for (const [what, imageName, name, times] of [
  ['of the only image, without a name', 'a:1', undefined, 1],
  ['of the only image, that has none', undefined, 'a:1', 1],
  ['of another name', 'a:1', 'b:1', 0],
] as const) {
  test(`a kind of cosign's ${what} ${times === 1 ? 'goes along' : 'stays behind'}`, async () => {
    const kind = (graph: Image, said: string, title: string | undefined): Image => {
      const entry = title === undefined ? graph : named(graph, title);
      const annotations = { ...entry.descriptor.annotations, kind: said };
      return { ...entry, descriptor: { ...entry.descriptor, annotations } };
    };
    const [one, other] = [kind(image, 'image', imageName), kind(stranger, 'sigs', name)];
    const content = new MemoryContent(one, other);
    const broken: unknown[] = [];
    const entries = await entriesIn([one, other], content);
    const referrers = await findReferrers(entries, content, (error) => broken.push(error));
    assert.equal(referrers.length, times);
    assert.equal(broken.length, 1 - times);
  });
}

test('entries of other kinds, and absent ones, are passed over', async () => {
  const other = rawBlob('application/vnd.example', Buffer.from('not a manifest'));
  const content = new MemoryContent(other, stranger);
  const entries = await entriesIn([other, signature, stranger], content);
  assert.deepEqual(await findReferrers(entries, content, neverBroken), []);
});

test('a broken entry beside the image is told of, and does not stop the push', async () => {
  const broken = rawBlob(OCI_MANIFEST, Buffer.from('not a manifest'));
  const content = new MemoryContent(image, broken, signature);
  const errors: string[] = [];
  const entries = await entriesIn([image, broken, signature], content);
  const referrers = await findReferrers(entries, content, ({ code }) => errors.push(code));
  assert.deepEqual(digests(referrers), digests([signature]));
  assert.deepEqual(errors, ['INVALID_JSON']);
});

test('a referrer that is listed twice comes once', async () => {
  assert.equal((await found(signature, named(signature, 'again'))).length, 1);
  assert.equal((await pushedAlong(signature, named(signature, 'again'))).length, 1);
});

test('the image itself can have a subject, which is not followed', async () => {
  const content = new MemoryContent(signature, image);
  const entries = await entriesIn([signature, image], content);
  const referrers = await findReferrers(entries, content, neverBroken);
  const graph = await walkGraph(signature.descriptor, content, referrers);
  assert.deepEqual(graph.referrers, []);
});

/** Each level lists the one below it many times, and all of them are named as fallback indexes are. */
test('fallback indexes in fallback indexes are not followed', async () => {
  const name = `sha256-${hexOf(image)}`;
  let nested: Graph = signature;
  for (let depth = 0; depth < 12; depth++) {
    nested = named(buildIndex(Array<Graph>(9).fill(nested)), name);
  }
  const content = new MemoryContent(nested);
  const entries = await entriesIn([nested], content);
  assert.deepEqual(await findReferrers(entries, content, neverBroken), []);
  assert.ok(content.reads.length < 20, `${content.reads.length} reads`);
});
