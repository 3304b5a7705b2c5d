import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leanIndex, newIndex, rawEntries, withEntries } from '../../src/oci/index-bytes.ts';
import { OCI_INDEX } from '../../src/oci/media-types.ts';
import { parseIndexJson } from '../../src/oci/parse-manifest.ts';
import { buildImage, jsonBytes } from '../support/image.ts';
import { parsed } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

const entry = { mediaType: 'x', digest: 'sha256:0', size: 1, 'x-unknown': [1] };

test('entries are read in their order, with members that are unknown here', () => {
  const entries = [entry, { ...entry, size: 2 }];
  assert.deepEqual(rawEntries(jsonBytes({ manifests: entries })), entries);
});

for (const index of [{}, { manifests: null }, { manifests: {} }, { manifests: [] }, []]) {
  test(`${JSON.stringify(index)} has no entries`, () => {
    assert.deepEqual(rawEntries(jsonBytes(index)), []);
  });
}

test('an index with other entries keeps its members, and their order', () => {
  const index = { schemaVersion: 2, manifests: [entry], annotations: { a: 'b' }, 'x-index': true };
  for (const entries of [[], [{ digest: 'sha256:1' }]]) {
    const bytes = withEntries(jsonBytes(index), entries);
    assert.equal(Buffer.from(bytes).toString(), JSON.stringify({ ...index, manifests: entries }));
  }
});

for (const mediaType of [null, '']) {
  test(`a mediaType of ${JSON.stringify(mediaType)} is left out of an index with other entries`, () => {
    const bytes = withEntries(jsonBytes({ schemaVersion: 2, mediaType, manifests: [] }), [entry]);
    assert.deepEqual(parsed(bytes), { schemaVersion: 2, manifests: [entry] });
  });
}

test('the same entries make the same bytes', () => {
  const index = jsonBytes({ schemaVersion: 2, manifests: [entry] });
  assert.deepEqual(Buffer.from(withEntries(index, rawEntries(index))), Buffer.from(index));
});

test('a new index says what it is, and is one that can be read', () => {
  const { descriptor } = buildImage({ seed: 'new index' });
  const { mediaType, digest, size } = descriptor;
  const bytes = newIndex([{ mediaType, digest, size }]);
  assert.equal(parsed(bytes)['mediaType'], OCI_INDEX);
  assert.deepEqual(parseIndexJson(bytes, 'x').manifests, [{ mediaType, digest, size }]);
  assert.deepEqual(parseIndexJson(newIndex([]), 'x').manifests, []);
});

test('what is not JSON is refused, not taken for an index without entries', () => {
  assert.throws(() => rawEntries(Buffer.from('{')), refused('INVALID_JSON', 'index'));
  assert.throws(() => withEntries(Buffer.from('{'), []), refused('INVALID_JSON', 'index'));
});

const lean = (index: unknown, ...without: string[]) =>
  Buffer.from(leanIndex(jsonBytes(index), new Set(without))).toString();

test('an index of which nothing has to go keeps its bytes', () => {
  const index = Buffer.from(' {"schemaVersion": 2, "manifests": null}');
  assert.equal(leanIndex(index, new Set(['sha256:0'])), index);
});

test('entries go from an index by their digest, and nothing else does', () => {
  const [other, odd] = [{ ...entry, digest: 'sha256:1' }, { digest: 0 }];
  const index = { mediaType: 'y', schemaVersion: 2, manifests: [entry, other, odd, entry], x: 1 };
  assert.deepEqual(JSON.parse(lean(index, 'sha256:0')), { ...index, manifests: [other, odd] });
});

for (const schemaVersion of [undefined, null]) {
  test(`an index whose schemaVersion is ${schemaVersion} gets it`, () => {
    const text = lean({ schemaVersion, mediaType: 'y', manifests: [entry] });
    assert.equal(text, JSON.stringify({ schemaVersion: 2, mediaType: 'y', manifests: [entry] }));
  });
}
