import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BatchCheckLayerAvailabilityCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  InitiateLayerUploadCommand,
  ListTagsForResourceCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecr';
import type { CreateRepositoryCommandInput } from '@aws-sdk/client-ecr';
import {
  ACCOUNT,
  APP,
  initiate,
  manifest,
  privateClient,
  put,
  putLayers,
  refusal,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

const ARN = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/${APP}`;
const KEY = 'arn:aws:kms:us-east-1:012345678901:key/1';

function create(ecr: LocalEcr, settings: Partial<CreateRepositoryCommandInput> = {}) {
  const input = { repositoryName: APP, ...settings };
  return privateClient(ecr).send(new CreateRepositoryCommand(input));
}

describe('CreateRepository', () => {
  test('answers what AWS makes of a bare name', async () => {
    await using ecr = await startLocalEcr();
    const { repository } = await create(ecr);
    const { createdAt, ...rest } = repository ?? {};
    assert.ok(createdAt instanceof Date);
    assert.deepEqual(rest, {
      repositoryArn: ARN,
      registryId: ACCOUNT,
      repositoryName: APP,
      repositoryUri: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/${APP}`,
      imageTagMutability: 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: 'AES256' },
    });
  });

  test('keeps every setting', async () => {
    await using ecr = await startLocalEcr();
    const settings: Partial<CreateRepositoryCommandInput> = {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: KEY },
    };
    await create(ecr, { ...settings, tags: [{ Key: 'team', Value: 'blue' }] });
    const client = privateClient(ecr);
    const command = new DescribeRepositoriesCommand({ repositoryNames: [APP] });
    const [found] = (await client.send(command)).repositories ?? [];
    assert.deepEqual({ ...found, ...settings }, found);
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: ARN }));
    assert.deepEqual(tags, [{ Key: 'team', Value: 'blue' }]);
  });

  test('refuses a name that is taken', async () => {
    await using ecr = await startLocalEcr();
    await create(ecr);
    const { name, message } = await refusal(create(ecr));
    assert.equal(name, 'RepositoryAlreadyExistsException');
    assert.equal(
      message,
      `The repository with name '${APP}' already exists in the registry with id '${ACCOUNT}'`,
    );
  });

  const tag = (Key: string) => ({ Key, Value: 'x' });
  const filters = [{ filterType: 'WILDCARD', filter: 'dev-*' }] as const;
  const refused: {
    name: string;
    settings: Partial<CreateRepositoryCommandInput>;
    error: string;
  }[] = [
    {
      name: 'filters without a mutability that has exclusions',
      settings: { imageTagMutabilityExclusionFilters: [...filters] },
      error: 'InvalidParameterException',
    },
    {
      name: 'a mutability with exclusions but no filters',
      settings: { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' },
      error: 'InvalidParameterException',
    },
    {
      name: 'six filters',
      settings: {
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: Array.from({ length: 6 }, () => filters[0]),
      },
      error: 'InvalidParameterException',
    },
    {
      name: 'fifty-one tags',
      settings: { tags: Array.from({ length: 51 }, (_, number) => tag(`${number}`)) },
      error: 'TooManyTagsException',
    },
    {
      name: 'more tags than a list may have elsewhere',
      settings: { tags: Array.from({ length: 201 }, (_, number) => tag(`${number}`)) },
      error: 'TooManyTagsException',
    },
    {
      name: 'a tag without a key',
      settings: { tags: [tag('')] },
      error: 'InvalidTagParameterException',
    },
    {
      name: 'a tag key of 129 characters',
      settings: { tags: [tag('k'.repeat(129))] },
      error: 'InvalidTagParameterException',
    },
    {
      name: 'a tag value of 257 characters',
      settings: { tags: [{ Key: 'k', Value: 'v'.repeat(257) }] },
      error: 'InvalidTagParameterException',
    },
    {
      name: 'a tag of AWS',
      settings: { tags: [tag('aws:x')] },
      error: 'InvalidTagParameterException',
    },
    {
      name: 'a tag given twice',
      settings: { tags: [tag('a'), tag('a')] },
      error: 'InvalidTagParameterException',
    },
  ];
  for (const { name, settings, error } of refused) {
    test(`refuses ${name}`, async () => {
      await using ecr = await startLocalEcr();
      assert.equal((await refusal(create(ecr, settings))).name, error);
      assert.equal(
        (await refusal(initiate(privateClient(ecr)))).name,
        'RepositoryNotFoundException',
      );
    });
  }
});

describe('a KMS key that does not work', () => {
  const encrypted = { encryptionConfiguration: { encryptionType: 'KMS', kmsKey: KEY } } as const;

  test('refuses the creation of a repository, which does not exist then', async () => {
    await using ecr = await startLocalEcr();
    ecr.breakKey(KEY, 'DisabledException');
    const { name, kmsError } = await refusal(create(ecr, encrypted));
    assert.deepEqual({ name, kmsError }, { name: 'KmsException', kmsError: 'DisabledException' });
    assert.throws(() => ecr.repository(APP), { name: 'RepositoryNotFoundException' });
  });

  test('refuses a push, but not BatchCheckLayerAvailability', async () => {
    await using ecr = await startLocalEcr();
    await create(ecr, encrypted);
    ecr.breakKey(KEY, 'DisabledException');
    const client = privateClient(ecr);
    const error = await refusal(initiate(client));
    assert.equal(error.name, 'KmsException');
    assert.equal(error['kmsError'], 'DisabledException');
    assert.equal((await refusal(put(client, manifest(['a'])))).name, 'KmsException');
    const input = { repositoryName: APP, layerDigests: [sha256('x')] };
    await client.send(new BatchCheckLayerAvailabilityCommand(input));
  });

  test('does not touch a repository that is not encrypted with it', async () => {
    await using ecr = await startLocalEcr();
    await create(ecr);
    ecr.breakKey('alias/aws/ecr', 'DisabledException');
    assert.ok(await initiate(privateClient(ecr)));
  });
});

describe('DescribeRepositories', () => {
  test('lists all in pages, or those that are named', async () => {
    await using ecr = await startLocalEcr();
    for (const name of ['one', 'two', 'three']) ecr.createRepository(name);
    const client = privateClient(ecr);
    const list = async (input: object) => {
      const answer = await client.send(new DescribeRepositoriesCommand(input));
      const names = answer.repositories?.map(({ repositoryName }) => repositoryName);
      return { names, nextToken: answer.nextToken };
    };
    const { names, nextToken } = await list({ maxResults: 2 });
    assert.deepEqual(names, ['one', 'two']);
    assert.deepEqual((await list({ nextToken })).names, ['three']);
    assert.deepEqual((await list({ repositoryNames: ['two'] })).names, ['two']);
  });

  test('refuses a name that does not exist', async () => {
    await using ecr = await startLocalEcr();
    const command = new DescribeRepositoriesCommand({ repositoryNames: [APP] });
    const { name } = await refusal(privateClient(ecr).send(command));
    assert.equal(name, 'RepositoryNotFoundException');
  });
});

describe('DeleteRepository', () => {
  test('refuses one with images unless forced', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const client = privateClient(ecr);
    await putLayers(client, ['a']);
    await put(client, manifest(['a']));
    const remove = (force: boolean) =>
      client.send(new DeleteRepositoryCommand({ repositoryName: APP, force }));
    assert.equal((await refusal(remove(false))).name, 'RepositoryNotEmptyException');
    assert.equal((await remove(true)).repository?.repositoryName, APP);
    assert.equal((await refusal(remove(true))).name, 'RepositoryNotFoundException');
  });

  test('leaves nothing for a repository of the same name', async () => {
    await using ecr = await startLocalEcr();
    const client = privateClient(ecr);
    for (const round of [1, 2]) {
      ecr.createRepository(APP);
      assert.equal(ecr.repository(APP).layers.size, 0, `round ${round}`);
      await putLayers(client, ['a']);
      await client.send(new DeleteRepositoryCommand({ repositoryName: APP }));
    }
  });
});

describe('policies', () => {
  const lifecyclePolicyText = JSON.stringify({
    rules: [{ rulePriority: 1, description: 'x'.repeat(100), selection: {}, action: {} }],
  });
  const policyText = JSON.stringify({ Version: '2008-10-17', Statement: [] });

  test('are absent, then kept', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const client = privateClient(ecr);
    const at = { repositoryName: APP };
    const lifecycle = () => client.send(new GetLifecyclePolicyCommand(at));
    const policy = () => client.send(new GetRepositoryPolicyCommand(at));
    assert.equal((await refusal(lifecycle())).name, 'LifecyclePolicyNotFoundException');
    assert.equal((await refusal(policy())).name, 'RepositoryPolicyNotFoundException');
    await client.send(new PutLifecyclePolicyCommand({ ...at, lifecyclePolicyText }));
    await client.send(new SetRepositoryPolicyCommand({ ...at, policyText }));
    assert.equal((await lifecycle()).lifecyclePolicyText, lifecyclePolicyText);
    assert.equal((await policy()).policyText, policyText);
  });

  const refusedTexts = ['not JSON', '{}', '[]'];
  for (const text of refusedTexts) {
    test(`are refused when they are ${text}`, async () => {
      await using ecr = await startLocalEcr();
      ecr.createRepository(APP);
      const client = privateClient(ecr);
      const at = { repositoryName: APP };
      const padded = text.padEnd(120);
      const sent = [
        client.send(new PutLifecyclePolicyCommand({ ...at, lifecyclePolicyText: padded })),
        client.send(new SetRepositoryPolicyCommand({ ...at, policyText: padded })),
      ];
      for (const call of sent)
        assert.equal((await refusal(call)).name, 'InvalidParameterException');
    });
  }
});

describe('in a registry that does not exist', () => {
  const registryId = '999999999999';
  const input = { registryId, repositoryName: APP };

  test('creating and listing is denied, as these calls name no error for it', async () => {
    await using ecr = await startLocalEcr();
    const client = privateClient(ecr);
    const created = await refusal(client.send(new CreateRepositoryCommand(input)));
    assert.equal(created.name, 'AccessDeniedException');
    assert.match(
      created.message,
      /no resource-based policy allows the ecr:CreateRepository action$/,
    );
    const listed = client.send(new DescribeRepositoriesCommand({ registryId }));
    assert.equal((await refusal(listed)).name, 'AccessDeniedException');
  });

  test('no repository is found', async () => {
    await using ecr = await startLocalEcr();
    const client = privateClient(ecr);
    const named = { registryId, repositoryNames: [APP] };
    for (const call of [
      client.send(new DescribeRepositoriesCommand(named)),
      client.send(new DeleteRepositoryCommand(input)),
      client.send(new InitiateLayerUploadCommand(input)),
    ])
      assert.equal((await refusal(call)).name, 'RepositoryNotFoundException');
  });
});

describe('resource tags', () => {
  test('are added to those that are there', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP, { resourceTags: new Map([['a', '1']]) });
    const client = privateClient(ecr);
    const tags = [{ Key: 'b', Value: '2' }];
    await client.send(new TagResourceCommand({ resourceArn: ARN, tags }));
    const answer = await client.send(new ListTagsForResourceCommand({ resourceArn: ARN }));
    assert.deepEqual(answer.tags, [{ Key: 'a', Value: '1' }, ...tags]);
  });

  test('are refused for a repository that does not exist, and for what is no repository', async () => {
    await using ecr = await startLocalEcr();
    const list = (resourceArn: string) =>
      refusal(privateClient(ecr).send(new ListTagsForResourceCommand({ resourceArn })));
    assert.equal((await list(ARN)).name, 'RepositoryNotFoundException');
    assert.equal((await list('arn:aws:s3:::bucket')).name, 'InvalidParameterException');
  });
});
