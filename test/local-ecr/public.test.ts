import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchGetImageCommand } from '@aws-sdk/client-ecr';
import * as sdk from '@aws-sdk/client-ecr-public';
import type { LocalEcrOptions } from './options.ts';
import {
  ACCOUNT,
  index,
  manifest,
  privateClient,
  publicClient,
  refusal,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

const APP = { repositoryName: 'app' };
const IMAGE = manifest(['a']);

/** A registry with the alias `blue` and a public repository `app` in it. */
async function start(options: LocalEcrOptions = {}): Promise<LocalEcr> {
  const ecr = await startLocalEcr({ aliases: { blue: ACCOUNT }, ...options });
  ecr.createRepository('app', { service: 'ecr-public' });
  return ecr;
}

async function putLayer(client: sdk.ECRPUBLICClient, text: string, at: object = APP) {
  const target = { ...APP, ...at };
  const { uploadId } = await client.send(new sdk.InitiateLayerUploadCommand(target));
  const layerPartBlob = Buffer.from(text);
  const range = { partFirstByte: 0, partLastByte: layerPartBlob.length - 1, layerPartBlob };
  await client.send(new sdk.UploadLayerPartCommand({ ...target, uploadId, ...range }));
  const layerDigests = [sha256(text)];
  return client.send(new sdk.CompleteLayerUploadCommand({ ...target, uploadId, layerDigests }));
}

const put = (client: sdk.ECRPUBLICClient, imageManifest: string, rest: object = {}) =>
  client.send(new sdk.PutImageCommand({ ...APP, imageManifest, ...rest }));

describe('ECR Public', () => {
  test('takes a push, by alias as well as by account', async () => {
    await using ecr = await start();
    const client = publicClient(ecr);
    await putLayer(client, '{}', { registryId: 'blue' });
    await putLayer(client, 'a', { registryId: ACCOUNT });
    const { image } = await put(client, IMAGE, { imageTag: 'v1', registryId: 'blue' });
    assert.equal(image?.registryId, ACCOUNT);
    const layerDigests = [sha256('a'), sha256('b')];
    const checked = await client.send(
      new sdk.BatchCheckLayerAvailabilityCommand({ ...APP, registryId: 'blue', layerDigests }),
    );
    assert.deepEqual(
      checked.layers?.map(({ layerAvailability }) => layerAvailability),
      ['AVAILABLE', 'UNAVAILABLE'],
    );
    const { imageDetails } = await client.send(new sdk.DescribeImagesCommand(APP));
    assert.deepEqual(imageDetails?.[0]?.imageTags, ['v1']);
  });

  test('keeps its repositories apart from the private ones of the same name', async () => {
    await using ecr = await start();
    ecr.createRepository('app');
    await putLayer(publicClient(ecr), 'a');
    assert.equal(ecr.repository('app').layers.size, 0);
    assert.equal(ecr.repository('app', { service: 'ecr-public' }).layers.size, 1);
  });

  test('has no BatchGetImage', async () => {
    await using ecr = await start();
    const client = privateClient(ecr);
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers['x-amz-target'] = 'SpencerFrontendService.BatchGetImage';
        return next(args);
      },
      { step: 'build' },
    );
    Object.assign(client.config, { signingName: 'ecr-public' });
    const command = new BatchGetImageCommand({ ...APP, imageIds: [{ imageTag: 'v1' }] });
    await refusal(client.send(command));
    const [call] = ecr.calls('BatchGetImage');
    assert.deepEqual([call?.service, call?.outcome], ['ecr-public', 'UnknownOperationException']);
  });

  const registryCases = [
    { name: 'an alias that nobody has', registryId: 'green', error: 'RegistryNotFoundException' },
    { name: 'an unknown account', registryId: '000000000002', error: 'RegistryNotFoundException' },
    { name: 'an alias of one letter', registryId: 'b', error: 'InvalidParameterException' },
    {
      name: 'an alias of 51 letters',
      registryId: 'b'.repeat(51),
      error: 'InvalidParameterException',
    },
  ];
  for (const { name, registryId, error } of registryCases) {
    test(`refuses ${name} with ${error}`, async () => {
      await using ecr = await start();
      const initiated = publicClient(ecr).send(
        new sdk.InitiateLayerUploadCommand({ ...APP, registryId }),
      );
      assert.equal((await refusal(initiated)).name, error);
    });
  }

  test('does not find the repository in calls that are no part of a push', async () => {
    await using ecr = await start();
    const input = { ...APP, registryId: '000000000002' };
    const client = publicClient(ecr);
    for (const call of [
      client.send(new sdk.DescribeImagesCommand(input)),
      client.send(new sdk.GetRepositoryPolicyCommand(input)),
      client.send(new sdk.DeleteRepositoryCommand(input)),
    ])
      assert.equal((await refusal(call)).name, 'RepositoryNotFoundException');
  });

  test('takes no alias in calls that are no part of a push', async () => {
    await using ecr = await start();
    const command = new sdk.DescribeImagesCommand({ ...APP, registryId: 'blue' });
    const { message } = await refusal(publicClient(ecr).send(command));
    assert.match(message, /^Invalid parameter at 'registryId'/);
  });

  test('is in us-east-1 alone', async () => {
    await using ecr = await start();
    const client = publicClient(ecr, { region: 'eu-west-1' });
    const { name } = await refusal(client.send(new sdk.InitiateLayerUploadCommand(APP)));
    assert.equal(name, 'UnsupportedCommandException');
  });

  const names = {
    ['a'.repeat(205)]: true,
    ['a'.repeat(206)]: false,
    'a.b_c-d/e': true,
    'a--b': false,
    a__b: false,
    App: false,
  };
  for (const [repositoryName, taken] of Object.entries(names)) {
    test(`${taken ? 'takes' : 'refuses'} the name ${repositoryName.slice(0, 20)}`, async () => {
      await using ecr = await start();
      const client = publicClient(ecr);
      const created = client.send(new sdk.CreateRepositoryCommand({ repositoryName }));
      if (taken) assert.equal((await created).repository?.repositoryName, repositoryName);
      else assert.equal((await refusal(created)).name, 'InvalidParameterException');
    });
  }

  test('takes untagged images by default', async () => {
    await using ecr = await start();
    const client = publicClient(ecr);
    for (const text of ['{}', 'a']) await putLayer(client, text);
    assert.equal((await put(client, IMAGE)).image?.imageId?.imageDigest, sha256(IMAGE));
  });

  test('refuses untagged images, but not indexes, when told to', async () => {
    await using ecr = await start({ behaviours: { publicNeedsTag: true } });
    const client = publicClient(ecr);
    for (const text of ['{}', 'a']) await putLayer(client, text);
    assert.equal((await refusal(put(client, IMAGE))).name, 'InvalidParameterException');
    await put(client, IMAGE, { imageTag: 'v1' });
    assert.ok(await put(client, index([IMAGE])));
  });

  test('has its own limits', async () => {
    await using ecr = await start({ limits: { 'ecr-public': { partSize: 7 } } });
    const command = new sdk.InitiateLayerUploadCommand(APP);
    assert.equal((await publicClient(ecr).send(command)).partSize, 7);
  });
});

describe("ECR Public's repositories", () => {
  test('can be made to keep a tag where it is', async () => {
    await using ecr = await start({ behaviours: { publicTags: 'IMMUTABLE' } });
    const client = publicClient(ecr);
    for (const layer of ['{}', 'a', 'b']) await putLayer(client, layer);
    await put(client, IMAGE, { imageTag: 'v1' });
    const moved = put(client, manifest(['b']), { imageTag: 'v1' });
    assert.equal((await refusal(moved)).name, 'ImageTagAlreadyExistsException');
    const again = put(client, IMAGE, { imageTag: 'v1' });
    assert.equal((await refusal(again)).name, 'ImageAlreadyExistsException');
  });

  test('are no more than the quota', async () => {
    await using ecr = await start({ limits: { 'ecr-public': { maxRepositories: 1 } } });
    const create = (repositoryName: string) =>
      refusal(publicClient(ecr).send(new sdk.CreateRepositoryCommand({ repositoryName })));
    assert.equal((await create('app')).name, 'RepositoryAlreadyExistsException');
    const { name, message } = await create('other');
    assert.equal(name, 'LimitExceededException');
    assert.match(message, /^The maximum limit of '1' for 'repositories' has been exceeded in the /);
  });

  test('have catalogue data', async () => {
    await using ecr = await start();
    const client = publicClient(ecr);
    const catalogData = { description: 'An app', architectures: ['x86-64'], aboutText: '# App' };
    const created = await client.send(
      new sdk.CreateRepositoryCommand({ repositoryName: 'new', catalogData }),
    );
    assert.deepEqual(created.catalogData, catalogData);
    assert.equal(created.repository?.repositoryUri, 'public.ecr.aws/blue/new');
    assert.equal(created.repository.repositoryArn, `arn:aws:ecr-public::${ACCOUNT}:repository/new`);
    const changed = { usageText: 'Run it' };
    const command = new sdk.PutRepositoryCatalogDataCommand({
      repositoryName: 'new',
      catalogData: changed,
    });
    assert.deepEqual((await client.send(command)).catalogData, changed);
    assert.deepEqual(
      ecr.repository('new', { service: 'ecr-public' }).settings.catalogData?.usageText,
      'Run it',
    );
  });

  test('are listed and deleted', async () => {
    await using ecr = await start();
    const client = publicClient(ecr);
    const list = () => client.send(new sdk.DescribeRepositoriesCommand({}));
    assert.equal((await list()).repositories?.[0]?.repositoryUri, 'public.ecr.aws/blue/app');
    await client.send(new sdk.DeleteRepositoryCommand(APP));
    assert.deepEqual((await list()).repositories, []);
  });

  const tagCases: Record<string, { tags: sdk.Tag[]; error?: string }> = {
    '50 tags': { tags: Array.from({ length: 50 }, (_, at) => ({ Key: `${at}`, Value: '' })) },
    'a tag without a value': { tags: [{ Key: 'a' }] },
    'a tag without a key': { tags: [{ Value: 'a' }], error: 'InvalidTagParameterException' },
    'a key of 129 characters': {
      tags: [{ Key: 'k'.repeat(129), Value: 'v' }],
      error: 'InvalidParameterException',
    },
    'a value of 257 characters': {
      tags: [{ Key: 'k', Value: 'v'.repeat(257) }],
      error: 'InvalidParameterException',
    },
    '51 tags': {
      tags: Array.from({ length: 51 }, (_, at) => ({ Key: `${at}`, Value: '' })),
      error: 'TooManyTagsException',
    },
    '201 tags': {
      tags: Array.from({ length: 201 }, (_, at) => ({ Key: `${at}`, Value: '' })),
      error: 'InvalidParameterException',
    },
  };
  for (const [name, { tags, error }] of Object.entries(tagCases)) {
    test(`may have ${name}: ${error ?? 'yes'}`, async () => {
      await using ecr = await start();
      const command = new sdk.CreateRepositoryCommand({ repositoryName: 'new', tags });
      const created = publicClient(ecr).send(command);
      if (error === undefined) assert.ok((await created).repository);
      else assert.equal((await refusal(created)).name, error);
    });
  }

  test('have a registry with aliases', async () => {
    await using ecr = await start();
    const { registries } = await publicClient(ecr).send(new sdk.DescribeRegistriesCommand({}));
    assert.deepEqual(
      registries?.map(({ registryId, registryUri, aliases }) => [
        ...[registryId, registryUri, aliases?.map(({ name }) => name)],
      ]),
      [[ACCOUNT, 'public.ecr.aws/blue', ['blue']]],
    );
  });
});
