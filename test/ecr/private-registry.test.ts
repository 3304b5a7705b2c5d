import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ECRClient } from '@aws-sdk/client-ecr';
import type { RepositoryReference } from '../../src/ecr/names/reference.ts';
import { PrivateRegistry } from '../../src/ecr/private-registry.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { INDEX_MEDIA_TYPES, MANIFEST_MEDIA_TYPES } from '../../src/oci/media-types.ts';
import type { RepositorySettings } from '../local-ecr/repository.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildIndex } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { uploadOf } from '../support/memory-layer.ts';
import { UploadRecorder } from '../support/recorded-upload.ts';
import { resources } from '../support/resources.ts';

const ACCOUNT = '012345678901';
const { signal } = new AbortController();
const BYTES = Buffer.from('the bytes of a layer');
const index = buildIndex([]);
const { digest, mediaType } = index.descriptor;

/** As it was written: without what is undefined. */
const written = (input: unknown): unknown => JSON.parse(JSON.stringify(input));

for (const registryId of [undefined, ACCOUNT]) {
  test(`each call of an upload names the repository${registryId ? ' and its registry' : ''}, and the part goes as it was made`, async () => {
    const upload = uploadOf(BYTES);
    const recorder = new UploadRecorder(upload.layer.digest);
    const client = new ECRClient({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      requestHandler: recorder,
    });
    const repository: RepositoryReference = {
      type: 'private',
      registryId,
      region: 'eu-west-1',
      name: REPOSITORY_NAME,
    };
    const registry = new PrivateRegistry(client, repository, resources());
    assert.equal((await registry.uploadLayer(upload, signal)).kind, 'sent');
    const named = {
      repositoryName: REPOSITORY_NAME,
      ...(registryId === undefined ? {} : { registryId }),
    };
    recorder.assertUploaded(BYTES, named);
  });
}

test('an image is looked up as it was pushed: every media type is accepted', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr);
  await registry.putImage({ digest, mediaType, bytes: index.manifest, tag: '1.0' }, signal);
  const ids = [{ digest }, { tag: '1.0' }];
  assert.deepEqual(await registry.findImages(ids, signal), [{ digest }, { digest, tag: '1.0' }]);
  const [call] = ecr.calls('BatchGetImage');
  assert.deepEqual(written(call?.input), {
    repositoryName: REPOSITORY_NAME,
    imageIds: [{ imageDigest: digest }, { imageTag: '1.0' }],
    acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES, ...INDEX_MEDIA_TYPES],
  });
  registry.close();
});

test('a manifest that is there is found with its bytes, and one that is not is left out', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr);
  await registry.putImage({ digest, mediaType, bytes: index.manifest }, signal);
  const absent = digestOf(Buffer.from('absent'));
  const known = { mediaType, bytes: Buffer.from(index.manifest) };
  assert.deepEqual(
    await registry.findManifests([absent, digest], signal),
    new Map([[digest, known]]),
  );
  assert.equal(ecr.calls('BatchGetImage').length, 1);
  registry.close();
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
    await using ecr = await startLocalEcr();
    ecr.createRepository(REPOSITORY_NAME, {
      imageTagMutability,
      imageTagMutabilityExclusionFilters,
    });
    const registry = openLocalRegistry(ecr);
    assert.deepEqual(await registry.immutableTags(['1.0', 'dev-1'], signal), immutable);
    registry.close();
  });
}

test('a repository is created as its settings say', async () => {
  await using ecr = await startLocalEcr();
  const registry = openLocalRegistry(ecr);
  const created = registry.createRepository(
    {
      imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
      mutabilityExclusions: ['v*'],
      scanOnPush: true,
      encryptionType: 'KMS',
      kmsKey: 'alias/key',
      tags: { team: 'one', cost: '7' },
      // Policies are set by calls of their own, and a catalogue is ECR Public's.
      policyText: '{}',
      lifecyclePolicyText: '{}',
      catalogData: { description: 'text' },
    },
    signal,
  );
  assert.equal(await created, 'created');
  const [call, ...others] = ecr.calls();
  assert.deepEqual(others, []);
  assert.deepEqual(written(call?.input), {
    repositoryName: REPOSITORY_NAME,
    tags: [
      { Key: 'team', Value: 'one' },
      { Key: 'cost', Value: '7' },
    ],
    imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'v*' }],
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/key' },
  });
  registry.close();
});

test('a repository without settings is created by its name alone', async () => {
  await using ecr = await startLocalEcr();
  const registry = openLocalRegistry(ecr);
  await registry.createRepository({}, signal);
  assert.deepEqual(written(ecr.calls()[0]?.input), { repositoryName: REPOSITORY_NAME });
  registry.close();
});

test('whether a repository holds an image is asked for one', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr);
  await registry.missingPolicies({ policyText: '{}' }, signal);
  const [call] = ecr.calls('DescribeImages');
  assert.deepEqual(written(call?.input), { repositoryName: REPOSITORY_NAME, maxResults: 1 });
  registry.close();
});
