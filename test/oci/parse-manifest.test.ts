import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { MAX_DESCRIPTORS, MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import {
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
} from '../../src/oci/media-types.ts';
import {
  parseConfigPlatform,
  parseIndexJson,
  parseManifest,
} from '../../src/oci/parse-manifest.ts';
import { refused } from '../support/refused.ts';

const digest = digestOf(Buffer.from('content'));
const config = { mediaType: OCI_CONFIG, digest, size: 7 };
const layer = { mediaType: OCI_LAYER, digest, size: 7 };
const child = { mediaType: OCI_MANIFEST, digest, size: 7 };
const image = { schemaVersion: 2, config, layers: [layer] };
const index = { schemaVersion: 2, manifests: [child] };

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const parse = (body: unknown, mediaType: string) =>
  parseManifest(bytes(body), { mediaType, where: 'sha256:0' });

for (const mediaType of [OCI_MANIFEST, DOCKER_MANIFEST]) {
  const parsed = { kind: 'image', mediaType, config, layers: [layer] };
  test(`reads an image of the type ${mediaType}`, () => {
    assert.deepEqual(parse({ ...image, mediaType }, mediaType), parsed);
  });
  test(`reads an image whose descriptor alone says ${mediaType}`, () => {
    assert.deepEqual(parse(image, mediaType), parsed);
    assert.deepEqual(parse({ ...image, mediaType: '' }, mediaType), parsed);
  });
}

for (const mediaType of [OCI_INDEX, DOCKER_MANIFEST_LIST]) {
  const parsed = { kind: 'index', mediaType, manifests: [child] };
  test(`reads an index of the type ${mediaType}`, () => {
    assert.deepEqual(parse({ ...index, mediaType }, mediaType), parsed);
    assert.deepEqual(parse(index, mediaType), parsed);
    assert.deepEqual(parseIndexJson(bytes({ ...index, mediaType }), 'x'), parsed);
  });
}

test('an index.json without a media type is an OCI index', () => {
  assert.equal(parseIndexJson(bytes(index), 'x').mediaType, OCI_INDEX);
});

for (const mediaType of [null, '']) {
  test(`a media type of its own that is ${inspect(mediaType)} counts as absent`, () => {
    assert.deepEqual(parse({ ...image, mediaType }, OCI_MANIFEST), parse(image, OCI_MANIFEST));
    assert.deepEqual(parse({ ...index, mediaType }, OCI_INDEX), parse(index, OCI_INDEX));
    assert.equal(parseIndexJson(bytes({ ...index, mediaType }), 'x').mediaType, OCI_INDEX);
    const [only] = parseIndexJson(bytes({ ...image, mediaType }), 'x').manifests;
    assert.equal(only?.mediaType, OCI_MANIFEST);
  });
}

test('an index.json may begin with a byte order mark, and what is pushed may not', () => {
  const marked = (body: object) => Buffer.from(`\ufeff${JSON.stringify(body)}`);
  assert.deepEqual(parseIndexJson(marked(index), 'x'), parseIndexJson(bytes(index), 'x'));
  const says = 'starts with a byte order mark';
  assert.throws(() => parseIndexJson(marked(image), 'x'), refused('INVALID_JSON', 'x', says));
  assert.throws(
    () => parseManifest(marked(index), { mediaType: OCI_INDEX, where: 'x' }),
    refused('INVALID_JSON', says),
  );
});

test('an index.json may be empty', () => {
  assert.deepEqual(parseIndexJson(bytes({ ...index, manifests: [] }), 'x').manifests, []);
});

test('what an index names may be of any type: it is refused when it is wanted', () => {
  const odd = { ...child, mediaType: 'x-completely-unknown' };
  const { manifests } = parseIndexJson(bytes({ ...index, manifests: [odd, child] }), 'x');
  assert.deepEqual(manifests, [odd, child]);
});

test('a manifest keeps its subject, artifact type and annotations', () => {
  const members = { subject: child, artifactType: 'application/x', annotations: { a: '' } };
  assert.deepEqual(parse({ ...image, ...members }, OCI_MANIFEST), {
    ...{ kind: 'image', mediaType: OCI_MANIFEST, config, layers: [layer] },
    ...members,
  });
  assert.deepEqual(parse({ ...index, ...members }, OCI_INDEX), {
    ...{ kind: 'index', mediaType: OCI_INDEX, manifests: [child] },
    ...members,
  });
});

test('null for the other kind of content is no second kind', () => {
  assert.equal(parse({ ...image, manifests: null }, OCI_MANIFEST).kind, 'image');
  assert.equal(parse({ ...index, layers: null, config: null }, OCI_INDEX).kind, 'index');
});

test('a list that is null is empty, as Go writes it', () => {
  const noLayers = parse({ ...image, layers: null }, OCI_MANIFEST);
  assert.deepEqual(noLayers.kind === 'image' && noLayers.layers, []);
  const empty = parse({ ...index, manifests: null }, OCI_INDEX);
  assert.deepEqual(empty.kind === 'index' && empty.manifests, []);
  assert.deepEqual(parseIndexJson(bytes({ ...index, manifests: null }), 'x').manifests, []);
});

test('what is null besides counts as absent', () => {
  const nulls = { annotations: null, subject: null, artifactType: null, mediaType: null };
  assert.deepEqual(parse({ ...image, ...nulls }, OCI_MANIFEST), parse(image, OCI_MANIFEST));
  assert.deepEqual(parse({ ...index, ...nulls }, OCI_INDEX), parse(index, OCI_INDEX));
  const someNull = parse({ ...index, annotations: { a: null, b: 'c' } }, OCI_INDEX);
  assert.deepEqual(someNull.annotations, { b: 'c' });
});

for (const schemaVersion of [undefined, null]) {
  test(`an index.json may leave its version out: ${schemaVersion}`, () => {
    const body = bytes({ ...index, schemaVersion });
    assert.deepEqual(parseIndexJson(body, 'x').manifests, [child]);
  });
}

for (const schemaVersion of [1, '2', 0]) {
  test(`an index.json of the version ${inspect(schemaVersion)} is refused`, () => {
    const body = bytes({ ...index, schemaVersion });
    assert.throws(() => parseIndexJson(body, 'x'), refused('UNSUPPORTED_MEDIA_TYPE', 'x'));
  });
}

for (const mediaType of [OCI_MANIFEST, DOCKER_MANIFEST, undefined]) {
  test(`an index.json that is the manifest of an image counts as its index: ${mediaType}`, () => {
    const body = bytes({ ...image, mediaType });
    const only = {
      mediaType: mediaType ?? OCI_MANIFEST,
      ...{ digest: digestOf(body), size: body.byteLength, data: body },
    };
    assert.deepEqual(parseIndexJson(body, 'x'), {
      ...{ kind: 'index', mediaType: OCI_INDEX, manifests: [only] },
    });
  });
}

const notQuiteAnImage: readonly [name: string, body: object, code: ErrorCode][] = [
  ['without layers', { ...image, layers: undefined }, 'INVALID_MANIFEST'],
  ['with a bad layer', { ...image, layers: [{ ...layer, size: -1 }] }, 'INVALID_MANIFEST'],
  ['without a version', { ...image, schemaVersion: undefined }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['of the type of an index', { ...image, mediaType: OCI_INDEX }, 'INVALID_MANIFEST'],
  ['that lists manifests, too', { ...image, manifests: [] }, 'INVALID_MANIFEST'],
];

for (const [name, body, code] of notQuiteAnImage) {
  test(`an index.json that is the manifest of an image ${name} is refused`, () => {
    assert.throws(() => parseIndexJson(bytes(body), 'index.json'), refused(code, 'index.json'));
  });
}

const HELM = 'application/vnd.cncf.helm.config.v1+json';

test("a manifest whose type is its config's is refused, with both types and what to do", () => {
  const body = { ...image, mediaType: HELM, config: { ...config, mediaType: HELM } };
  assert.throws(
    () => parse(body, OCI_MANIFEST),
    (error) => {
      assert.ok(error instanceof PushError);
      refused('INVALID_MANIFEST', HELM, OCI_MANIFEST, 'its config')(error);
      assert.match(error.hint, /config\.mediaType/);
      return true;
    },
  );
});

test("a descriptor whose type is a config's is refused, with the type that belongs there", () => {
  assert.throws(
    () => parse(image, HELM),
    (error) => {
      assert.ok(error instanceof PushError);
      refused('UNSUPPORTED_MEDIA_TYPE', HELM)(error);
      assert.ok(error.hint.includes(OCI_MANIFEST), error.hint);
      return true;
    },
  );
});

test('an image may name more layers than ECR takes: the plan counts them', () => {
  const layers = Array.from({ length: 501 }, () => layer);
  const manifest = parse({ ...image, layers }, OCI_MANIFEST);
  assert.equal(manifest.kind === 'image' && manifest.layers.length, 501);
});

test('an index may list as many manifests as the limit', () => {
  const manifests = Array.from({ length: MAX_DESCRIPTORS }, () => child);
  const parsed = parse({ ...index, manifests }, OCI_INDEX);
  assert.equal(parsed.kind === 'index' && parsed.manifests.length, MAX_DESCRIPTORS);
});

interface Refusal {
  readonly name: string;
  readonly body: unknown;
  readonly mediaType: string;
  readonly code: ErrorCode;
  readonly says?: string;
}

const many = Array.from({ length: MAX_DESCRIPTORS + 1 }, () => layer);
const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';

const refusals: Refusal[] = [
  { name: 'an array', body: [image], mediaType: OCI_MANIFEST, code: 'INVALID_MANIFEST' },
  { name: 'null', body: null, mediaType: OCI_MANIFEST, code: 'INVALID_MANIFEST' },
  ...[undefined, null, 1, 3, '2', 2.5].map((schemaVersion) => ({
    name: `the schema version ${inspect(schemaVersion)}`,
    body: { ...image, schemaVersion },
    mediaType: OCI_MANIFEST,
    code: 'UNSUPPORTED_MEDIA_TYPE' as const,
    says: 'schemaVersion',
  })),
  {
    name: 'a body of another type than its descriptor',
    body: { ...image, mediaType: DOCKER_MANIFEST },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
    says: DOCKER_MANIFEST,
  },
  {
    name: 'a type that ECR does not take',
    body: image,
    mediaType: OCI_ARTIFACT,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    says: OCI_ARTIFACT,
  },
  {
    name: 'a type that ECR does not take, whatever the body says',
    body: { ...image, mediaType: OCI_MANIFEST },
    mediaType: OCI_ARTIFACT,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    says: OCI_ARTIFACT,
  },
  {
    name: 'a type that differs in case',
    body: image,
    mediaType: OCI_MANIFEST.toUpperCase(),
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'a media type that is no string',
    body: { ...image, mediaType: 5 },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
  },
  ...[
    { ...image, manifests: [child] },
    { ...index, layers: [] },
    { ...index, config },
    { ...index, fsLayers: [] },
    { ...image, manifests: [] },
  ].flatMap((body) =>
    [OCI_MANIFEST, OCI_INDEX].map((mediaType) => ({
      name: `${Object.keys(body).join(' and ')} as ${mediaType}`,
      body,
      mediaType,
      code: 'INVALID_MANIFEST' as const,
      says: 'manifests',
    })),
  ),
  ...[undefined, null].flatMap((nothing) => [
    {
      name: `an image with ${nothing} for its config`,
      body: { ...image, config: nothing },
      mediaType: OCI_MANIFEST,
      code: 'INVALID_MANIFEST' as const,
      says: 'config',
    },
  ]),
  {
    name: 'an image without layers',
    body: { ...image, layers: undefined },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
    says: 'layers is missing',
  },
  {
    name: 'an index without manifests',
    body: { ...index, manifests: undefined },
    mediaType: OCI_INDEX,
    code: 'INVALID_MANIFEST',
    says: 'manifests is missing',
  },
  {
    name: 'an image that calls itself an index, with null for the list that an index has',
    body: { ...image, manifests: null },
    mediaType: OCI_INDEX,
    code: 'INVALID_MANIFEST',
    says: 'manifests',
  },
  {
    name: 'layers that are an object',
    body: { ...image, layers: { 0: layer } },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
    says: 'layers',
  },
  {
    name: 'a bad layer, by its number',
    body: { ...image, layers: [layer, { ...layer, size: -1 }] },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
    says: 'layers[1]',
  },
  {
    name: 'a bad config',
    body: { ...image, config: { ...config, digest: 'sha256:x' } },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
    says: 'config',
  },
  {
    name: 'a bad subject',
    body: { ...image, subject: 'sha256:x' },
    mediaType: OCI_MANIFEST,
    code: 'INVALID_MANIFEST',
    says: 'subject',
  },
  {
    name: 'more layers than the limit',
    body: { ...image, layers: many },
    mediaType: OCI_MANIFEST,
    code: 'TOO_LARGE',
    says: 'layers',
  },
  {
    name: 'more manifests than the limit',
    body: { ...index, manifests: many },
    mediaType: OCI_INDEX,
    code: 'TOO_LARGE',
    says: 'manifests',
  },
];

for (const { name, body, mediaType, code, says = '' } of refusals) {
  test(`refuses ${name} with ${code}`, () => {
    assert.throws(() => parse(body, mediaType), refused(code, 'sha256:0', says));
  });
}

test('refuses a body without a media type where nothing else says it', () => {
  assert.throws(
    () => parseManifest(bytes(image), { where: 'sha256:0' }),
    refused('UNSUPPORTED_MEDIA_TYPE', 'sha256:0'),
  );
});

test('refuses an index.json that says it is an image', () => {
  const body = { ...index, mediaType: OCI_MANIFEST };
  assert.throws(() => parseIndexJson(bytes(body), 'x'), refused('UNSUPPORTED_MEDIA_TYPE'));
});

test('takes a manifest of the largest size, and refuses one a byte larger', () => {
  const body = bytes(index);
  const largest = Buffer.alloc(MAX_MANIFEST_BYTES, ' ');
  largest.set(body);
  assert.equal(parseIndexJson(largest, 'x').manifests.length, 1);
  const larger = Buffer.concat([largest, Buffer.from(' ')]);
  assert.throws(() => parseIndexJson(larger, 'x'), refused('TOO_LARGE', String(larger.length)));
  assert.throws(() => parseConfigPlatform(larger, 'x'), refused('TOO_LARGE'));
});

test('a config says its platform', () => {
  const arm = { os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1' };
  assert.deepEqual(parseConfigPlatform(bytes({ ...arm, rootfs: {} }), 'x'), {
    ...{ os: 'linux', architecture: 'arm', variant: 'v7', osVersion: '1' },
  });
});

test('what is null in a config counts as absent', () => {
  const body = { os: 'linux', architecture: 'arm', variant: null, rootfs: { diff_ids: null } };
  assert.deepEqual(parseConfigPlatform(bytes({ ...body, history: null }), 'x'), {
    ...{ os: 'linux', architecture: 'arm' },
  });
  assert.equal(parseConfigPlatform(bytes({ os: null, architecture: null }), 'x'), undefined);
});

test('a config may leave its platform out, as that of an artifact does', () => {
  assert.equal(parseConfigPlatform(bytes({}), 'x'), undefined);
  assert.equal(parseConfigPlatform(bytes({ os: 'linux', architecture: '' }), 'x'), undefined);
});

test('refuses a config that is no object, or whose platform is no text', () => {
  for (const body of [[], { os: 5, architecture: 'amd64' }]) {
    assert.throws(() => parseConfigPlatform(bytes(body), 'x'), refused('INVALID_MANIFEST', 'x'));
  }
});
