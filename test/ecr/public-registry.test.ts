import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-ecr-public';
import { EcrRetryStrategy } from '../../src/ecr/calls/retry-strategy.ts';
import { PublicRegistry } from '../../src/ecr/public-registry.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { uploadOf } from '../support/memory-layer.ts';
import { UploadRecorder } from '../support/recorded-upload.ts';
import { refused } from '../support/refused.ts';
import { resources } from '../support/resources.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { startKnowingSts } from '../support/sts.ts';

const NAME = 'team/app';
const ACCOUNT = '012345678901';
const { signal } = new AbortController();
const BYTES = Buffer.from('the bytes of a layer');
/** As it was written: without what is undefined. */
const written = (input: unknown): unknown => JSON.parse(JSON.stringify(input));
const referenceTo = (registryId: string | undefined) =>
  ({ type: 'public', registryId, region: 'us-east-1', name: NAME }) as const;

async function open(registryId: string | undefined, options: LocalEcrOptions = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(NAME, { service: 'ecr-public' });
  const client = new sdk.ECRPUBLICClient({
    endpoint: ecr.url,
    region: 'us-east-1',
    credentials: ecr.world.credentials[0],
    retryStrategy: new EcrRetryStrategy({ attempts: 1 }),
  });
  const debugs: string[] = [];
  const sizes = { wanted: undefined, least: 1, maxParts: 1000 };
  const debug = (line: string): void => void debugs.push(line);
  const registry = new PublicRegistry(
    { sdk, client },
    referenceTo(registryId),
    resources({ sizes, debug }),
  );
  return {
    ecr,
    registry,
    repository,
    debugs,
    [Symbol.asyncDispose]: () => {
      client.destroy();
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

/** Indexes of nothing, that differ by spaces. */
const indexes = ['', ' ', '  '].map((spaces) => {
  const manifest = Buffer.concat([index.manifest, Buffer.from(spaces)]);
  return { descriptor: { digest: digestOf(manifest) }, manifest };
});

async function putIndexes(registry: PublicRegistry, tag?: string): Promise<void> {
  for (const { descriptor, manifest } of indexes) {
    const image = { digest: descriptor.digest, mediaType, bytes: manifest };
    await registry.putImage(tag === undefined ? image : { ...image, tag }, signal);
  }
}

test('manifests that are there are found in one call, without their bytes and whatever their tags', async () => {
  await using opened = await open(ACCOUNT);
  const { ecr, registry } = opened;
  await putIndexes(registry);
  await putIndexes(registry, '1.0');
  const digests = indexes.map(({ descriptor }) => descriptor.digest);
  const found = await registry.findManifests(digests, signal);
  const known = { mediaType, bytes: undefined };
  assert.deepEqual(found, new Map(digests.map((one) => [one, known])));
  assert.equal(ecr.calls('DescribeImages').length, 1);
});

test('if one is not there, which fails the call, each is looked up by itself', async () => {
  await using opened = await open(ACCOUNT);
  const { ecr, registry } = opened;
  await putIndexes(registry);
  const found = await registry.findManifests([digest, absent], signal);
  assert.deepEqual([...(found?.keys() ?? [])], [digest]);
  assert.equal(ecr.calls('DescribeImages').length, 3);
});

test('by an alias it is not known which manifests are there', async () => {
  await using opened = await open('local');
  await putIndexes(opened.registry);
  assert.equal(await opened.registry.findManifests([digest], signal), undefined);
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

test('each call of an upload names the repository, and the part goes as it was made', async () => {
  const upload = uploadOf(BYTES);
  const recorder = new UploadRecorder(upload.layer.digest);
  const client = new sdk.ECRPUBLICClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: recorder,
  });
  const registry = new PublicRegistry({ sdk, client }, referenceTo('local'), resources());
  assert.equal((await registry.uploadLayer(upload, signal)).kind, 'sent');
  const named = { registryId: 'local', repositoryName: NAME };
  recorder.assertUploaded(BYTES, named);
});

test('a layer is uploaded, and is there', async () => {
  await using opened = await open('local');
  const { registry } = opened;
  const upload = uploadOf(BYTES);
  const { digest: layer } = upload.layer;
  assert.deepEqual(await registry.availableLayers([layer], signal), new Set());
  assert.equal((await registry.uploadLayer(upload, signal)).kind, 'sent');
  const other = digestOf(Buffer.from('other'));
  assert.deepEqual(await registry.availableLayers([layer, other], signal), new Set([layer]));
});

const REFUSED = {
  kind: 'error',
  operation: 'PutImage',
  name: 'InvalidParameterException',
  message: 'ECR says so',
} as const;

test('an image without a tag may need one, when a parameter is refused', async () => {
  await using opened = await open(undefined);
  opened.ecr.fault(REFUSED);
  const outcome = await opened.registry.putImage(put, signal);
  assert.equal(outcome.kind, 'tag-required');
  assert(outcome.cause.message.includes('ECR says so'));
});

test('an image with a tag needs none, when a parameter is refused', async () => {
  await using opened = await open(undefined);
  opened.ecr.fault(REFUSED);
  const putting = opened.registry.putImage({ ...put, tag: '1.0' }, signal);
  await assert.rejects(putting, refused('INVALID_PARAMETER', 'ECR says so'));
});

test('the alias is learned from DescribeRepositories, where it is not named', async () => {
  await using opened = await open(undefined);
  const { registry, ecr } = opened;
  await registry.putImage(put, signal);
  assert.equal(registry.repository.alias, undefined, 'PutImage tells the account alone');
  const known = await registry.identify(signal);
  assert.equal(known.registryId, ACCOUNT);
  assert.equal(known.alias, 'local');
  assert.equal(ecr.calls('DescribeRepositories').length, 1);
  await registry.identify(signal);
  assert.equal(ecr.calls('DescribeRepositories').length, 1, 'it is asked once');
});

test('the alias is learned where the account was named', async () => {
  await using opened = await open(ACCOUNT);
  const known = await opened.registry.identify(signal);
  assert.equal(known.registryId, ACCOUNT);
  assert.equal(known.alias, 'local');
  const [call] = opened.ecr.calls();
  assert.deepEqual(written(call?.input), { registryId: ACCOUNT, repositoryNames: [NAME] });
});

test('an alias that was named is not asked for', async () => {
  await using opened = await open('local');
  assert.equal((await opened.registry.identify(signal)).registryId, 'local');
  assert.deepEqual(opened.ecr.calls(), []);
});

test('who may not look gets the account of the credentials, and no alias', async () => {
  const { accountId, ...keys } = DEFAULT_CREDENTIAL;
  await using opened = await open(undefined, { credentials: [{ ...keys, accountId, policy: [] }] });
  const known = await opened.registry.identify(signal);
  assert.equal(known.registryId, ACCOUNT);
  assert.equal(known.alias, undefined);
  assert.match(opened.debugs.join('\n'), /^DescribeRepositories .*AccessDeniedException.*$/);
});

test('the account of credentials that do not name it comes from AWS, in the only region', async () => {
  await using sts = await startKnowingSts('111122223333');
  using _ = withEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
  const client = new sdk.ECRPUBLICClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  const registry = new PublicRegistry({ sdk, client }, referenceTo(undefined), resources());
  assert.equal((await registry.identify(signal)).registryId, '111122223333');
  assert.deepEqual(sts.asked, ['GetCallerIdentity']);
});

const CATALOGUE = {
  description: 'An application',
  aboutText: 'about',
  usageText: 'usage',
  architectures: ['ARM 64'],
  operatingSystems: ['Linux'],
};

test('a repository is created as its settings say, in the own registry, and its alias is learned', async () => {
  await using ecr = await startLocalEcr();
  const client = new sdk.ECRPUBLICClient({
    endpoint: ecr.url,
    region: 'us-east-1',
    credentials: ecr.world.credentials[0],
  });
  const registry = new PublicRegistry({ sdk, client }, referenceTo(undefined), resources());
  const settings = { tags: { team: 'one' }, catalogData: CATALOGUE, policyText: '{}' };
  assert.equal(await registry.createRepository(settings, signal), 'created');
  assert.equal(await registry.createRepository(settings, signal), 'exists');
  assert.deepEqual(written(ecr.calls()[0]?.input), {
    repositoryName: NAME,
    tags: [{ Key: 'team', Value: 'one' }],
    catalogData: CATALOGUE,
  });
  assert.equal(registry.repository.registryId, ACCOUNT);
  assert.equal(registry.repository.alias, 'local');
  client.destroy();
});

const POLICIES = { lifecyclePolicyText: '{"rules":[]}', policyText: '{"Statement":[]}' };

test("of the policies, the repository's own is looked for and set; nothing expires", async () => {
  await using opened = await open(undefined);
  const { registry, repository, ecr } = opened;
  assert.deepEqual(await registry.missingPolicies(POLICIES, signal), ['repository-policy']);
  await registry.setPolicies(['lifecycle-policy', 'repository-policy'], POLICIES, signal);
  assert.equal(repository.policy, POLICIES.policyText);
  assert.deepEqual(await registry.missingPolicies(POLICIES, signal), []);
  const called = new Set(ecr.calls().map(({ operation }) => operation));
  assert.deepEqual(
    called,
    new Set(['DescribeImages', 'GetRepositoryPolicy', 'SetRepositoryPolicy']),
  );
});

for (const registryId of ['local', ACCOUNT]) {
  test(`the registry ${registryId} may be somebody else's: its repository lacks nothing, and no call asks`, async () => {
    await using opened = await open(registryId);
    assert.deepEqual(await opened.registry.missingPolicies(POLICIES, signal), []);
    assert.deepEqual(opened.ecr.calls(), []);
  });
}

test('a repository that holds an image lacks no policy', async () => {
  await using opened = await open(undefined);
  await opened.registry.putImage({ ...put, tag: '1.0' }, signal);
  assert.deepEqual(await opened.registry.missingPolicies(POLICIES, signal), []);
  assert.equal(opened.ecr.calls('GetRepositoryPolicy').length, 0);
});

test('a policy that is refused: the error says so, and how to finish by hand', async () => {
  await using opened = await open(undefined);
  const wrong = { policyText: 'no JSON' };
  await assert.rejects(opened.registry.setPolicies(['repository-policy'], wrong, signal), {
    code: 'INVALID_PARAMETER',
    message: /The repository exists, but has no repository-policy$/,
    hint: /aws ecr-public set-repository-policy .*--repository-name team\/app --region us-east-1$/,
  });
});
