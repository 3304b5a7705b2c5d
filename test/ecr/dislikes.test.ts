import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dislikes } from '../../src/ecr/dislikes.ts';
import { MAX_LAYERS, MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import {
  DOCKER_CONFIG,
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
} from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const config = { mediaType: OCI_CONFIG, digest, size: 7 };
const layer = { mediaType: OCI_LAYER, digest, size: 7 };
const entry = { mediaType: OCI_MANIFEST, digest, size: 7 };
const image = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] };
const platform = { os: 'windows', architecture: 'amd64' };
const features = { ...platform, 'os.features': ['win32k'] };

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));

const harmless: Readonly<Record<string, unknown>> = {
  'an image': image,
  'an image of Docker': { ...image, config: { ...config, mediaType: DOCKER_CONFIG } },
  'an index': { ...index, manifests: [{ ...entry, platform }] },
  'an index of nothing': { ...index, manifests: [] },
  'an SBOM of the empty config': {
    ...image,
    artifactType: 'application/spdx+json',
    config: { ...config, mediaType: OCI_EMPTY, size: 2, data: 'e30=' },
    subject: entry,
  },
  'a chart': {
    ...image,
    config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' },
  },
  'annotations where they belong': {
    ...image,
    annotations: { a: 'b', c: '' },
    layers: [{ ...layer, annotations: { a: 'null' } }],
  },
  'a platform in an index': { ...index, manifests: [{ ...entry, platform: { ...platform } }] },
  'no object': [1],
};

for (const [name, body] of Object.entries(harmless)) {
  test(`ECR is known to dislike nothing in ${name}`, () => {
    assert.deepEqual(dislikes(bytes(body)), []);
  });
}

const padding = 'x'.repeat(MAX_MANIFEST_BYTES);
const big = { ...image, annotations: { padding } };

const disliked: readonly [name: string, body: unknown, expected: readonly string[]][] = [
  ['an empty list of layers', { ...image, layers: [] }, ['no layers']],
  ['no list of layers', { ...image, layers: undefined }, ['no layers']],
  ['null for the layers', { ...image, layers: null }, ['no layers', 'null for layers']],
  [
    'a platform in the subject',
    { ...image, subject: { ...entry, platform } },
    ['a "subject" with a "platform", as BuildKit writes it for oci-artifact=true'],
  ],
  [
    'features of a system, in an index',
    { ...index, manifests: [entry, { ...entry, platform: features }] },
    ['"os.features" in manifests[1].platform'],
  ],
  [
    'features of a system, in a config that is described with a platform',
    { ...image, config: { ...config, platform: features } },
    ['"os.features" in config.platform'],
  ],
  [
    'annotations of the config',
    { ...image, config: { ...config, annotations: { a: 'b' } } },
    ['a "config" with "annotations"'],
  ],
  [
    'empty annotations of the config',
    { ...image, config: { ...config, annotations: {} } },
    ['a "config" with "annotations"'],
  ],
  [
    'nulls, of which not all are named',
    {
      ...image,
      config: { ...config, urls: null },
      layers: [{ ...layer, annotations: { 'a.b': null, c: 'd' } }],
      annotations: null,
      subject: null,
      artifactType: null,
    },
    ['null for config.urls, layers[0].annotations["a.b"], annotations and 2 more'],
  ],
  [
    'a parameter in the artifactType',
    { ...image, artifactType: 'application/spdx+json;version=2.3' },
    ['"artifactType" "application/spdx+json;version=2.3", because of the ";"'],
  ],
  [
    'an artifactType that is oddly spelt',
    { ...image, artifactType: 'My SBOM' },
    ['"artifactType" "My SBOM", which is oddly spelt'],
  ],
  [
    'an artifactType in capitals',
    { ...image, artifactType: 'application/SPDX+json' },
    ['"artifactType" "application/SPDX+json", which is oddly spelt'],
  ],
  [
    'an artifactType that breaks the line',
    { ...image, artifactType: 'a\n::add-path::/tmp' },
    ['"artifactType" "a\\n::add-path::/tmp", which is oddly spelt'],
  ],
  ['an empty artifactType', { ...image, artifactType: '' }, ['an empty "artifactType"']],
  [
    'an artifactType that nobody knows',
    { ...image, artifactType: 'application/vnd.example.tool' },
    ['perhaps "artifactType" "application/vnd.example.tool", which is not a common one'],
  ],
  [
    'a config of a type that nobody knows',
    { ...image, config: { ...config, mediaType: 'application/vnd.example.config' } },
    ['perhaps "config.mediaType" "application/vnd.example.config", which is not a common one'],
  ],
  [
    'a config of a type that is oddly spelt',
    { ...image, config: { ...config, mediaType: 'config' } },
    ['"config.mediaType" "config", which is oddly spelt'],
  ],
  [
    'a layer and an entry of types that are oddly spelt',
    {
      ...image,
      layers: [{ ...layer, mediaType: 'text/plain; charset=utf-8' }],
      manifests: [{ ...entry, artifactType: 'a;b' }],
    },
    [
      '"layers[0].mediaType" "text/plain; charset=utf-8", because of the ";"',
      '"manifests[0].artifactType" "a;b", because of the ";"',
    ],
  ],
  [
    'the empty config, and nothing that says what it is of',
    { ...image, config: { ...config, mediaType: OCI_EMPTY } },
    ['the empty "config" without an "artifactType"'],
  ],
  [
    'a layer too many',
    { ...image, layers: Array.from({ length: MAX_LAYERS + 1 }, () => layer) },
    [`${MAX_LAYERS + 1} layers, where ${MAX_LAYERS} are allowed`],
  ],
  [
    'too many bytes',
    big,
    [`a manifest of ${bytes(big).length} bytes, where ${MAX_MANIFEST_BYTES} are allowed`],
  ],
];

for (const [name, body, expected] of disliked) {
  test(`ECR is known to dislike ${name}`, () => {
    assert.deepEqual(dislikes(bytes(body)), expected);
  });
}

test('as many layers as are allowed are fine', () => {
  const layers = Array.from({ length: MAX_LAYERS }, () => layer);
  assert.deepEqual(dislikes(bytes({ ...image, layers })), []);
});

test('what hundreds of layers have in common is not said hundreds of times', () => {
  const layers = Array.from({ length: 400 }, () => ({ ...layer, mediaType: 'odd' }));
  assert.equal(dislikes(bytes({ ...image, layers })).length, 3);
});

test('what is no JSON is refused', () => {
  assert.throws(() => dislikes(Buffer.from('{')), refused('INVALID_JSON'));
});
