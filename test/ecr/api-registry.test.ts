import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/errors.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import {
  DEFAULT_BEHAVIOURS,
  DEFAULT_CREDENTIAL,
  type LocalEcrOptions,
} from '../local-ecr/options.ts';
import type { Layer, RepositorySettings } from '../local-ecr/repository.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildIndex } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';

const signal = new AbortController().signal;

async function open(options: LocalEcrOptions = {}, settings: Partial<RepositorySettings> = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(REPOSITORY_NAME, settings);
  const registry = openLocalRegistry(ecr);
  return {
    ecr,
    repository,
    registry,
    hold(availability: Layer['availability'], ...digests: Digest[]) {
      for (const digest of digests)
        repository.layers.set(digest, { digest, size: 1, availability });
    },
    [Symbol.asyncDispose]: () => {
      registry.close();
      return ecr[Symbol.asyncDispose]();
    },
  };
}

const index = buildIndex([]);
const put = {
  digest: index.descriptor.digest,
  mediaType: index.descriptor.mediaType,
  bytes: index.manifest,
};

const digestNo = (number: number): Digest => digestOf(Buffer.from(`${number}`));
const digestsUpTo = (count: number): Digest[] =>
  Array.from({ length: count }, (_, at) => digestNo(at));

for (const [count, calls] of [
  [0, []],
  [1, [1]],
  [100, [100]],
  [101, [1, 100]],
  [250, [50, 100, 100]],
] as const) {
  test(`${count} digests are asked in calls of ${calls.join(', ') || 'none'}`, async () => {
    await using local = await open();
    const digests = digestsUpTo(count);
    local.hold('AVAILABLE', ...digests);
    assert.deepEqual(await local.registry.availableLayers(digests, signal), new Set(digests));
    const asked = local.ecr
      .calls('BatchCheckLayerAvailability')
      .map(({ input }) => (input['layerDigests'] as string[]).length);
    assert.deepEqual(
      asked.sort((a, b) => a - b),
      calls,
    );
  });
}

for (const missingLayers of ['UNAVAILABLE', 'MissingLayerDigest', 'omitted'] as const) {
  test(`a layer is missing when the answer says ${missingLayers}`, async () => {
    await using local = await open({ behaviours: { ...DEFAULT_BEHAVIOURS, missingLayers } });
    local.hold('AVAILABLE', digestNo(1));
    const available = await local.registry.availableLayers([digestNo(0), digestNo(1)], signal);
    assert.deepEqual(available, new Set([digestNo(1)]));
  });
}

for (const availability of ['UNAVAILABLE', 'ARCHIVED'] as const) {
  test(`a layer that is ${availability} is not present`, async () => {
    await using local = await open();
    local.hold(availability, digestNo(0));
    assert.deepEqual(await local.registry.availableLayers([digestNo(0)], signal), new Set());
  });
}

test('a digest that ECR calls invalid is an error that names it', async () => {
  await using local = await open();
  const failure = {
    layerDigest: digestNo(0),
    failureCode: 'InvalidLayerDigest',
    failureReason: 'Invalid request parameters: layer digest should satisfy the regex',
  };
  local.ecr.fault({
    kind: 'answer',
    operation: 'BatchCheckLayerAvailability',
    change: () => ({ layers: [], failures: [failure] }),
  });
  await assert.rejects(
    local.registry.availableLayers([digestNo(0)], signal),
    refused('INVALID_MANIFEST', digestNo(0), 'regex'),
  );
});

test('images are found by digest and by tag, and what is not there is left out', async () => {
  await using local = await open();
  const { digest } = put;
  await local.registry.putImage({ ...put, tag: '1.0' }, signal);
  const found = await local.registry.findImages(
    [{ digest }, { digest: digestNo(0) }, { tag: '1.0' }, { tag: '2.0' }],
    signal,
  );
  assert.deepEqual(found, [{ digest }, { digest, tag: '1.0' }]);
});

test('images are looked up 100 a call', async () => {
  await using local = await open();
  const ids = digestsUpTo(101).map((digest) => ({ digest }));
  assert.deepEqual(await local.registry.findImages(ids, signal), []);
  assert.equal(local.ecr.calls('BatchGetImage').length, 2);
});

test('who may not look images up gets no answer, rather than none found', async () => {
  const policy = [{ actions: ['ecr:BatchCheckLayerAvailability'] }];
  await using local = await open({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  assert.equal(await local.registry.findImages([{ tag: '1.0' }], signal), undefined);
  assert.equal(await local.registry.immutableTags(['1.0'], signal), undefined);
});

test('the account is learned from an answer', async () => {
  await using local = await open();
  assert.equal(local.registry.repository.registryId, undefined);
  await local.registry.putImage(put, signal);
  assert.equal(local.registry.repository.registryId, '012345678901');
});

test('InitiateLayerUpload tells the part size that ECR wants', async () => {
  await using local = await open({ limits: { ecr: { partSize: 6_000_000 } } });
  assert.equal((await local.registry.initiateUpload(1, signal)).partSize, 6_000_000);
});

test('an answer that lacks what it should hold is an error that says so', async () => {
  await using local = await open();
  local.ecr.fault({ kind: 'answer', operation: 'InitiateLayerUpload', change: () => ({}) });
  await assert.rejects(
    local.registry.initiateUpload(1, signal),
    refused('UNEXPECTED_RESPONSE', 'InitiateLayerUpload'),
  );
});

const UPLOAD = '12345678-1234-1234-1234-123456789012';
const completions = {
  LayerAlreadyExistsException: 'already-exists',
  InvalidLayerException: 'digest-mismatch',
  UploadNotFoundException: 'upload-not-found',
} as const;

for (const [name, outcome] of Object.entries(completions)) {
  test(`CompleteLayerUpload that answers ${name} is ${outcome}`, async () => {
    await using local = await open();
    local.ecr.fault({ kind: 'error', operation: 'CompleteLayerUpload', name });
    assert.equal(await local.registry.completeUpload(UPLOAD, digestNo(0), signal), outcome);
  });
}

const failures: Readonly<Record<string, ErrorCode>> = {
  ServerException: 'SERVER_ERROR',
  KmsException: 'KMS',
  RepositoryNotFoundException: 'REPOSITORY_NOT_FOUND',
};

for (const [name, code] of Object.entries(failures)) {
  test(`CompleteLayerUpload that answers ${name} fails with ${code}`, async () => {
    await using local = await open();
    local.ecr.fault({ kind: 'error', operation: 'CompleteLayerUpload', name });
    await assert.rejects(
      local.registry.completeUpload(UPLOAD, digestNo(0), signal),
      refused(code, 'CompleteLayerUpload'),
    );
  });
}

const puts = {
  ImageAlreadyExistsException: 'already-exists',
  LayersNotFoundException: 'layers-not-found',
  ReferencedImagesNotFoundException: 'referenced-images-not-found',
  ImageTagAlreadyExistsException: 'tag-is-immutable',
} as const;

for (const [name, kind] of Object.entries(puts)) {
  test(`PutImage that answers ${name} is ${kind}`, async () => {
    await using local = await open();
    local.ecr.fault({ kind: 'error', operation: 'PutImage', name, message: 'ECR says so' });
    const outcome = await local.registry.putImage(put, signal);
    assert.equal(outcome.kind, kind);
    if ('cause' in outcome) assert.ok(outcome.cause.message.includes('ECR says so'));
  });
}

test('PutImage carries the bytes, the digest, the media type, and a tag only where there is one', async () => {
  await using local = await open();
  await local.registry.putImage(put, signal);
  await local.registry.putImage({ ...put, tag: '1.0' }, signal);
  const inputs: unknown = JSON.parse(
    JSON.stringify(local.ecr.calls('PutImage').map(({ input }) => input)),
  );
  const common = {
    repositoryName: REPOSITORY_NAME,
    imageManifest: Buffer.from(put.bytes).toString(),
    imageManifestMediaType: put.mediaType,
    imageDigest: put.digest,
  };
  assert.deepEqual(inputs, [common, { ...common, imageTag: '1.0' }]);
});

test('a private registry that refuses a parameter is not asked for a tag', async () => {
  await using local = await open();
  const wrong = { ...put, mediaType: OCI_MANIFEST };
  await assert.rejects(
    local.registry.putImage(wrong, signal),
    refused('INVALID_PARAMETER', 'PutImage'),
  );
});

const settings: readonly [
  mutability: RepositorySettings['imageTagMutability'],
  immutable: readonly string[],
][] = [
  ['MUTABLE', []],
  ['IMMUTABLE', ['1.0', 'dev-1']],
  ['IMMUTABLE_WITH_EXCLUSION', ['1.0']],
  ['MUTABLE_WITH_EXCLUSION', ['dev-1']],
];

for (const [imageTagMutability, immutable] of settings) {
  test(`the tags that cannot move in a repository that is ${imageTagMutability}`, async () => {
    const filter = { filterType: 'WILDCARD', filter: 'dev-*' };
    const imageTagMutabilityExclusionFilters = imageTagMutability.includes('EXCLUSION')
      ? [filter]
      : [];
    await using local = await open({}, { imageTagMutability, imageTagMutabilityExclusionFilters });
    assert.deepEqual(await local.registry.immutableTags(['1.0', 'dev-1'], signal), immutable);
  });
}

test('after an abort its reason is thrown, and not the call that it broke off', async () => {
  await using local = await open();
  const controller = new AbortController();
  local.ecr.fault({ kind: 'before', run: () => controller.abort(new Error('cancelled')) });
  local.ecr.fault({ kind: 'hang' });
  await assert.rejects(local.registry.initiateUpload(1, controller.signal), /^Error: cancelled$/);
});
