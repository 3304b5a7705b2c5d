import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  areReferrersTo,
  candidatesOf,
  cosignTags,
  digestsIn,
  entriesBeside,
  isManifestEntry,
  readEntries,
  referrersTags,
} from '../../src/image/entries.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { buildAttestation, buildImage, buildIndex, type Graph, named } from '../support/image.ts';
import { entriesIn, indexOf, MemoryContent, rawBlob } from '../support/memory-content.ts';

const [a, b] = [buildImage({ seed: 'a' }), buildImage({ seed: 'b' })];
const index = buildIndex([a]);
const nested = buildIndex([index, b]);
const HEX = '0'.repeat(64);

const entries = (...graphs: readonly Graph[]) => entriesIn(graphs, new MemoryContent(...graphs));

test('an entry that is listed under several names is one, with all of them', async () => {
  const [only, ...others] = await entries(named(a, '1'), named(a, '2, 3'), named(a, '1'));
  assert.deepEqual(only?.names, ['1', '2', '3']);
  assert.deepEqual(others, []);
});

test('an index has all that lies below it, each once', async () => {
  const [entry] = await entries(buildIndex([nested, index, a]));
  const digests = entry?.descendants.map(({ digest }) => digest) ?? [];
  assert.deepEqual(
    new Set(digests),
    new Set([nested, index, a, b].map(({ descriptor }) => descriptor.digest)),
  );
  assert.equal(digests.length, 4);
});

test('what is absent, broken or of another kind stops nothing, and only what is broken is a problem', async () => {
  const broken = rawBlob(OCI_MANIFEST, Buffer.from('not a manifest'));
  const other = rawBlob('application/vnd.example', Buffer.from('other'));
  const content = new MemoryContent(broken, other, b);
  const read = await readEntries(indexOf(a, broken, other, b), content);
  assert.deepEqual(
    read.map(({ problem }) => problem?.code),
    [undefined, 'INVALID_JSON', undefined, undefined],
  );
  assert.deepEqual(
    read.map(({ manifest }) => manifest?.kind),
    [undefined, undefined, undefined, 'image'],
  );
});

test('a child of an index that is absent is a descendant all the same', async () => {
  const content = new MemoryContent(nested).without(index.descriptor.digest);
  const [entry] = await readEntries(indexOf(nested), content);
  assert.deepEqual(
    entry?.descendants.map(({ digest }) => digest),
    [index, b].map(({ descriptor }) => descriptor.digest),
  );
});

test('tags of cosign, and of the referrers tag schema, name what they belong to', async () => {
  const [signature, fallback, image] = await entries(
    named(a, `sha256-${HEX}.sig, other`),
    named(index, `sha256-${HEX}`),
    named(b, `sha256-${HEX}`),
  );
  assert(signature && fallback && image);
  assert.deepEqual(cosignTags(signature), [{ tag: `sha256-${HEX}.sig`, subject: `sha256:${HEX}` }]);
  assert.deepEqual(
    referrersTags(fallback).map(({ subject }) => subject),
    [`sha256:${HEX}`],
  );
  assert.deepEqual(referrersTags(image), [], 'only an index lists referrers');
});

test('if everything belongs to something, everything is a candidate', async () => {
  const all = await entries(named(a, `sha256-${b.descriptor.digest.slice(7)}.sig`));
  assert.deepEqual(candidatesOf(all), all);
});

const digestsOf = (found: readonly { readonly descriptor: { readonly digest: string } }[]) =>
  found.map(({ descriptor }) => descriptor.digest);

const ofA = buildImage({ seed: 'signature of a', subject: a.descriptor });
const fallback = named(buildIndex([ofA]), a.descriptor.digest.replace(':', '-'));

const BESIDE: readonly [what: string, listed: readonly Graph[], beside: readonly Graph[]][] = [
  ['a signature', [a, ofA, b], [ofA]],
  ['the signature of a signature, wherever it is', [a, named(b, `sha256-${HEX}.sig`)], [b]],
  ['the index of the referrers tag schema, and what it lists', [a, ofA, fallback], [ofA, fallback]],
  ['no attestation of BuildKit', [a, buildAttestation(a)], []],
  ['no signature that an index lists', [buildIndex([a, ofA]), ofA, a], []],
  ['no signature of what is elsewhere', [b, ofA], []],
];

for (const [what, listed, beside] of BESIDE) {
  test(`what an index of the entries does not list: ${what}`, async () => {
    assert.deepEqual(digestsOf(entriesBeside(await entries(...listed))), digestsOf(beside));
  });
}

test('entries refer to what is known if each of them does, and one is a manifest', async () => {
  const known = digestsIn(await entries(index));
  assert.ok(known.has(a.descriptor.digest));
  const other = rawBlob('application/vnd.example', Buffer.from('other'));
  assert.equal(areReferrersTo(known, await entries(ofA, other)), true);
  assert.equal(areReferrersTo(known, await entries(ofA, b)), false);
  assert.equal(areReferrersTo(known, await entries(other)), false);
  assert.equal(areReferrersTo(known, []), false);
});

test('manifests are told from other files by their media types', async () => {
  const other = rawBlob('application/vnd.example', Buffer.from('other'));
  assert.deepEqual((await entries(a, other, index)).map(isManifestEntry), [true, false, true]);
});
