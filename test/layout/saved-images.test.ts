import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_SAVED_IMAGES, parseSavedImages } from '../../src/layout/saved-images.ts';
import { MAX_DESCRIPTORS } from '../../src/oci/limits.ts';
import { jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';

const WHERE = 'app.tar: manifest.json';
const parse = (value: unknown) => parseSavedImages(jsonBytes(value), WHERE);

const entry = { Config: 'c.json', RepoTags: ['team/app:1'], Layers: ['a/layer.tar', 'b.tar'] };
const image = {
  config: 'c.json',
  repoTags: ['team/app:1'],
  layers: ['a/layer.tar', 'b.tar'],
  positions: [0],
};

const accepted: Readonly<Record<string, [value: unknown, images: unknown]>> = {
  'one image': [[entry], [image]],
  'two images': [
    [entry, { ...entry, Config: 'd.json' }],
    [image, { ...image, config: 'd.json', positions: [1] }],
  ],
  'one image in two entries, each with a name of its own': [
    [entry, { ...entry, RepoTags: ['team/app:2', 'team/app:1'] }],
    [{ ...image, repoTags: ['team/app:1', 'team/app:2'], positions: [0, 1] }],
  ],
  'the nulls of Go': [
    [{ Config: 'c.json', RepoTags: null, Layers: null, Parent: null }],
    [{ config: 'c.json', repoTags: [], layers: [], positions: [0] }],
  ],
  'what other programs add': [[{ ...entry, LayerSources: {}, Parent: 'x' }], [image]],
  'names that need tidying': [
    [{ ...entry, Config: './c.json', Layers: ['./a/../a/layer.tar', 'b.tar'] }],
    [image],
  ],
  'names with a slash in front, as imgutil writes them': [
    [{ ...entry, Config: '/c.json', Layers: ['/a/layer.tar', '//b.tar'] }],
    [image],
  ],
  'no image': [[], []],
  'null, which is no image': [null, []],
};

for (const [what, [value, images]] of Object.entries(accepted)) {
  test(`${what}: is read`, () => assert.deepEqual(parse(value), images));
}

const refusals: Readonly<Record<string, [value: unknown, ...says: string[]]>> = {
  'an object, as the manifest of an image is': [{ schemaVersion: 2 }, 'not a list'],
  'an entry that is no object': [['x'], '[0]'],
  'an entry without a config': [[entry, { ...entry, Config: '' }], '[1]', 'Config'],
  'a config that is no text': [[{ ...entry, Config: 1 }], 'Config'],
  'names that are no list': [[{ ...entry, RepoTags: 'team/app:1' }], 'RepoTags'],
  'layers that are no texts': [[{ ...entry, Layers: [1] }], 'Layers'],
  'a config above the tar': [[{ ...entry, Config: '../c.json' }], 'Config', '"../c.json"'],
  'an absolute config above the tar': [[{ ...entry, Config: '/../passwd' }], '"/../passwd"'],
  'a config that is the root': [[{ ...entry, Config: '/' }], '"/"'],
  'a layer above the tar': [[{ ...entry, Layers: ['a/../../b'] }], 'Layers[0]', '"a/../../b"'],
  'a layer without a name': [[{ ...entry, Layers: ['b', ''] }], 'Layers[1]'],
  'a layer that is the folder above': [[{ ...entry, Layers: ['..'] }], 'Layers[0]'],
};

for (const [what, [value, ...says]] of Object.entries(refusals)) {
  test(`${what}: is refused, and the message says where`, () => {
    assert.throws(() => parse(value), refused('INVALID_MANIFEST', WHERE, ...says));
  });
}

test('more images than a limit are refused', () => {
  const images = (count: number) => Array.from({ length: count }, () => entry);
  assert.equal(parse(images(MAX_SAVED_IMAGES)).length, 1);
  assert.throws(() => parse(images(MAX_SAVED_IMAGES + 1)), refused('TOO_LARGE', WHERE, '1001'));
});

test('more layers than a limit are refused', () => {
  const Layers = Array.from({ length: MAX_DESCRIPTORS + 1 }, () => 'x');
  assert.throws(() => parse([{ ...entry, Layers }]), refused('TOO_LARGE', WHERE, 'layers'));
});

test('a list may begin with a byte order mark', () => {
  const bytes = Buffer.from(`\ufeff${JSON.stringify([entry])}`);
  assert.deepEqual(parseSavedImages(bytes, WHERE), [image]);
});

test('JSON that programs read differently is refused', () => {
  const twice = Buffer.from('[{"Config":"a","Config":"b"}]');
  assert.throws(() => parseSavedImages(twice, WHERE), refused('INVALID_JSON', WHERE, 'Config'));
});
