import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LayerMap, MAX_KEPT_LAYERS, parseLayerMap } from '../../src/resume/layer-map.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';

const digest = (text: string) => digestOf(Buffer.from(text));
const compressed = (text: string): Descriptor => ({
  mediaType: OCI_LAYER_GZIP,
  digest: digest(`compressed ${text}`),
  size: text.length,
});

test('a layer is found by its uncompressed digest and the format together', () => {
  const map = new LayerMap();
  map.add(digest('one'), 'gzip-4', compressed('one'));
  assert.deepEqual(map.get(digest('one'), 'gzip-4'), compressed('one'));
  assert.equal(map.get(digest('one'), 'zstd-3'), undefined);
  assert.equal(map.get(digest('two'), 'gzip-4'), undefined);
});

test('what was added last counts', () => {
  const map = new LayerMap();
  map.add(digest('one'), 'gzip-4', compressed('one'));
  map.add(digest('one'), 'gzip-4', compressed('other'));
  assert.deepEqual(map.get(digest('one'), 'gzip-4'), compressed('other'));
});

test('a map is read as it was written', () => {
  const map = new LayerMap();
  map.add(digest('one'), 'gzip-4', compressed('one'));
  map.add(digest('one'), 'zstd-3', compressed('zstd'));
  const read = parseLayerMap(map.toBytes(), 'map.json');
  assert.deepEqual(read.toBytes(), map.toBytes());
  assert.deepEqual(read.get(digest('one'), 'zstd-3'), compressed('zstd'));
});

test('of another map, only what is missing is taken', () => {
  const [map, other] = [new LayerMap(), new LayerMap()];
  map.add(digest('one'), 'gzip-4', compressed('one'));
  other.add(digest('one'), 'gzip-4', compressed('other'));
  other.add(digest('two'), 'gzip-4', compressed('two'));
  map.addMissing(other);
  assert.deepEqual(map.get(digest('one'), 'gzip-4'), compressed('one'));
  assert.deepEqual(map.get(digest('two'), 'gzip-4'), compressed('two'));
});

test('only so many layers are kept, and the oldest go first', () => {
  const map = new LayerMap();
  for (let at = 0; at < MAX_KEPT_LAYERS; at++) map.add(digest(`${at}`), 'f', compressed(`${at}`));
  map.add(digest('0'), 'f', compressed('0'));
  map.add(digest('new'), 'f', compressed('new'));
  assert.ok(map.get(digest('0'), 'f'));
  assert.equal(map.get(digest('1'), 'f'), undefined);
  assert.ok(map.get(digest('2'), 'f'));
  assert.ok(parseLayerMap(map.toBytes(), 'map.json').get(digest('new'), 'f'));
});

const layer = { diffId: digest('one'), format: 'gzip-4', compressed: compressed('one') };
const refusals: readonly [what: string, value: unknown, says: string][] = [
  ['a list', [], 'not a JSON object'],
  ['another version', { version: 2, layers: [] }, 'version is 2'],
  ['no version', { layers: [] }, 'version is missing'],
  ['layers that are no list', { version: 1, layers: {} }, 'layers'],
  ['a layer that is no object', { version: 1, layers: [layer, 'x'] }, 'layers[1]'],
  ['a digest that is none', { version: 1, layers: [{ ...layer, diffId: 'sha256:1' }] }, 'diffId'],
  ['a format that is no text', { version: 1, layers: [{ ...layer, format: 1 }] }, 'format'],
  [
    'a size that is none',
    { version: 1, layers: [{ ...layer, compressed: { ...compressed('one'), size: -1 } }] },
    'layers[0].compressed.size',
  ],
];

for (const [what, value, says] of refusals) {
  test(`a map with ${what} is refused, and the message says where`, () => {
    assert.throws(
      () => parseLayerMap(jsonBytes(value), 'map.json'),
      refused('INVALID_MANIFEST', 'map.json', says),
    );
  });
}

test('a map with too many layers is refused', () => {
  const layers = Array.from({ length: MAX_KEPT_LAYERS + 1 }, () => layer);
  assert.throws(
    () => parseLayerMap(jsonBytes({ version: 1, layers }), 'map.json'),
    refused('TOO_LARGE', 'map.json'),
  );
});
