import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  availableIn,
  batches,
  foundImage,
  MAX_DIGESTS_PER_CALL,
  putInput,
  putOutcome,
  refusedManifest,
  toIdentifier,
} from '../../src/ecr/images.ts';
import { PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

const [A, B] = [digestOf(Buffer.from('a')), digestOf(Buffer.from('b'))];

for (const [count, sizes] of [
  [0, []],
  [1, [1]],
  [99, [99]],
  [100, [100]],
  [101, [100, 1]],
  [250, [100, 100, 50]],
] as const) {
  test(`${count} are ${sizes.length} batches: ${sizes.join(', ') || 'none'}`, () => {
    const items = Array.from({ length: count }, (_, at) => at);
    const parted = batches(items);
    assert.deepEqual(
      parted.map(({ length }) => length),
      sizes,
    );
    assert.deepEqual(parted.flat(), items);
    assert(parted.every(({ length }) => length <= MAX_DIGESTS_PER_CALL));
  });
}

test('what is present is AVAILABLE, and nothing else', () => {
  const layers = [
    { layerDigest: A, layerAvailability: 'AVAILABLE' as const },
    { layerDigest: B, layerAvailability: 'UNAVAILABLE' as const },
    { layerDigest: B, layerAvailability: 'ARCHIVED' as never },
    { layerDigest: B },
    { layerAvailability: 'AVAILABLE' as const },
    { layerDigest: 'no digest', layerAvailability: 'AVAILABLE' as const },
  ];
  assert.deepEqual(availableIn({ layers }), [A]);
});

test('an answer without layers has none', () => {
  assert.deepEqual(availableIn({}), []);
  const failures = [{ layerDigest: A, failureCode: 'MissingLayerDigest' as const }];
  assert.deepEqual(availableIn({ failures }), []);
});

test('a digest that ECR calls invalid is an error that names it', () => {
  const failures = [
    {
      layerDigest: A,
      failureCode: 'InvalidLayerDigest' as const,
      failureReason: 'should satisfy the regex',
    },
  ];
  assert.throws(() => availableIn({ failures }), refused('INVALID_PARAMETER', A, 'regex'));
  const bare = [{ failureCode: 'InvalidLayerDigest' as const }];
  assert.throws(() => availableIn({ failures: bare }), refused('INVALID_PARAMETER'));
});

test('images are named by digest or by tag', () => {
  assert.deepEqual(toIdentifier({ digest: A }), { imageDigest: A });
  assert.deepEqual(toIdentifier({ tag: '1.0' }), { imageTag: '1.0' });
});

test('an image that was found has a digest, and the tag it was found by', () => {
  assert.deepEqual(foundImage({ imageDigest: A }), [{ digest: A }]);
  assert.deepEqual(foundImage({ imageDigest: A, imageTag: '1' }), [{ digest: A, tag: '1' }]);
  assert.deepEqual(foundImage({ imageTag: '1' }), []);
  assert.deepEqual(foundImage({ imageDigest: 'no digest' }), []);
});

for (const text of ['{"a":"é"}', '\uFEFF{}', '{}\n']) {
  test(`the manifest ${JSON.stringify(text)} goes as the bytes that it is`, () => {
    const bytes = Buffer.from(text);
    const input = putInput({ digest: A, mediaType: OCI_MANIFEST, bytes, tag: '1.0' });
    assert(Buffer.from(input.imageManifest ?? '').equals(bytes));
    assert.equal(input.imageManifestMediaType, OCI_MANIFEST);
    assert.equal(input.imageDigest, A);
    assert.equal(input.imageTag, '1.0');
  });
}

test('a manifest that is no text is not sent as another', () => {
  const bytes = Uint8Array.of(0x7b, 0xff, 0x7d);
  assert.throws(() => putInput({ digest: A, mediaType: OCI_MANIFEST, bytes }), TypeError);
});

const outcomes = {
  ImageAlreadyExistsException: 'already-exists',
  LayersNotFoundException: 'layers-not-found',
  ReferencedImagesNotFoundException: 'referenced-images-not-found',
  ImageTagAlreadyExistsException: 'tag-is-immutable',
  ServerException: undefined,
  InvalidParameterException: undefined,
} as const;

for (const [name, kind] of Object.entries(outcomes)) {
  test(`${name} ${kind === undefined ? 'ends the push' : `is ${kind}`}`, () => {
    const cause = new Error('explained');
    const outcome = putOutcome(name, 1, cause);
    assert.equal(outcome?.kind, kind);
    if (outcome !== undefined && 'cause' in outcome) assert.equal(outcome.cause, cause);
  });
}

test('an image that exists at the second attempt was put by the first, whose answer was lost', () => {
  const outcome = putOutcome('ImageAlreadyExistsException', 2, new Error('explained'));
  assert.deepEqual(outcome, { kind: 'put' });
});

const noLayers = Buffer.from('{"config":{},"layers":[]}');
const fine = Buffer.from('{"manifests":[]}');

for (const code of ['INVALID_PARAMETER', 'UNEXPECTED_RESPONSE'] as const) {
  test(`${code} says what in the manifest ECR is known to refuse, and keeps its cause`, () => {
    const cause = new Error('AWS');
    const error = new PushError(code, 'PutImage: refused (in words)', { cause });
    const said = refusedManifest(error, noLayers);
    refused(code, 'PutImage: refused (in words)', 'no layers')(said);
    assert.equal(said.cause, cause);
    assert.ok(said instanceof PushError);
    assert.match(said.hint, /To push it, build it without/);
  });

  test(`${code} of a manifest in which nothing is known says so`, () => {
    const said = refusedManifest(new PushError(code, 'refused', { hint: 'Look.' }), fine);
    assert.ok(said instanceof PushError);
    assert.equal(said.message, 'refused');
    assert.match(said.hint, /^Look\. Nothing in the manifest/);
  });
}

test('an error that does not speak of the manifest stays as it is', () => {
  for (const error of [new PushError('ACCESS_DENIED', 'denied'), new Error('aborted')])
    assert.equal(refusedManifest(error, noLayers), error);
});
