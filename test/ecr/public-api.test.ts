import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiRegistry } from '../../src/ecr/api-registry.ts';
import { createPublicClient, publicApi } from '../../src/ecr/public-api.ts';
import { EcrRetryStrategy } from '../../src/ecr/calls/retry.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { refused } from '../support/refused.ts';

const NAME = 'team/app';
const ACCOUNT = '012345678901';
const { signal } = new AbortController();

async function open(registryId: string | undefined, options: LocalEcrOptions = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(NAME, { service: 'ecr-public' });
  const client = createPublicClient({
    endpoint: ecr.url,
    region: 'us-east-1',
    credentials: ecr.world.credentials[0],
    retryStrategy: new EcrRetryStrategy(1),
  });
  const api = publicApi(client, { registryId, repositoryName: NAME });
  const reference = { type: 'public', registryId, region: 'us-east-1', name: NAME } as const;
  const registry = new ApiRegistry(api, reference, 1000);
  return {
    ecr,
    registry,
    repository,
    [Symbol.asyncDispose]: () => {
      registry.close();
      return ecr[Symbol.asyncDispose]();
    },
  };
}

const index = buildIndex([]);
const { digest, mediaType } = index.descriptor;
const put = { digest, mediaType, bytes: index.manifest };
const absent = buildImage({ seed: 'absent' }).descriptor.digest;

for (const registryId of [undefined, ACCOUNT]) {
  test(`images are found by digest and by tag in the registry ${registryId ?? 'of the credentials'}`, async () => {
    await using opened = await open(registryId);
    const { ecr, registry } = opened;
    await registry.putImage({ ...put, tag: '1.0' }, signal);
    await registry.putImage({ ...put, tag: '2.0' }, signal);
    const ids = [{ digest }, { digest: absent }, { tag: '1.0' }, { tag: '3.0' }];
    assert.deepEqual(await registry.findImages(ids, signal), [{ digest }, { digest, tag: '1.0' }]);
    // One call for each digest, and one for each tag that came with none of them.
    assert.equal(ecr.calls('DescribeImages').length, 3);
  });
}

test('by an alias nothing can be looked up, so nothing counts as found, and no call is made', async () => {
  await using opened = await open('local');
  const { ecr, registry } = opened;
  await registry.putImage({ ...put, tag: '1.0' }, signal);
  assert.deepEqual(await registry.findImages([{ tag: '1.0' }], signal), []);
  assert.equal(ecr.calls('DescribeImages').length, 0);
  assert.deepEqual(await registry.putImage({ ...put, tag: '1.0' }, signal), {
    kind: 'already-exists',
  });
});

test('no tag is immutable, and no call asks', async () => {
  await using opened = await open(undefined);
  const { ecr, registry } = opened;
  assert.deepEqual(await registry.immutableTags(['1.0'], signal), []);
  assert.equal(ecr.calls().length, 0);
});

test('without the right to look up, what is there is not known', async () => {
  await using opened = await open(undefined, {
    credentials: [{ ...DEFAULT_CREDENTIAL, policy: [] }],
  });
  assert.equal(await opened.registry.findImages([{ tag: '1.0' }], signal), undefined);
});

test('an alias that does not exist is named', async () => {
  await using opened = await open('nobody');
  await assert.rejects(
    opened.registry.availableLayers([digest], signal),
    refused('REGISTRY_NOT_FOUND', 'nobody'),
  );
});

test('the alias stays, though answers tell the account', async () => {
  await using opened = await open('local');
  await opened.registry.putImage(put, signal);
  assert.equal(opened.registry.repository.registryId, 'local');
});

test('the account is learned where nothing was named', async () => {
  await using opened = await open(undefined);
  await opened.registry.putImage(put, signal);
  assert.equal(opened.registry.repository.registryId, ACCOUNT);
});
