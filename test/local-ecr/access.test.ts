import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DescribeRepositoriesCommand, InitiateLayerUploadCommand } from '@aws-sdk/client-ecr';
import type { Credential } from './options.ts';
import type { Statement } from './policy.ts';
import { ACCOUNT, APP, initiate, manifest, privateClient, put, refusal } from './sample.ts';
import { startLocalEcr } from './server.ts';
import { Throttle } from './throttle.ts';

const OTHER_ACCOUNT = '000000000002';

function withPolicy(...policy: Statement[]): { credentials: Credential[] } {
  return {
    credentials: [
      { accessKeyId: 'AKIDLIMITED', secretAccessKey: 'secret', accountId: ACCOUNT, policy },
    ],
  };
}

describe('a policy', () => {
  const arn = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/${APP}`;

  test('refuses a call that it does not allow, in the words of AWS', async () => {
    await using ecr = await startLocalEcr(withPolicy({ actions: ['ecr:InitiateLayerUpload'] }));
    ecr.createRepository(APP);
    const client = privateClient(ecr);
    await initiate(client);
    const { name, message } = await refusal(put(client, manifest([])));
    assert.equal(name, 'AccessDeniedException');
    assert.equal(
      message,
      `User: arn:aws:iam::${ACCOUNT}:user/local is not authorized to perform: ecr:PutImage on resource: ${arn} because no identity-based policy allows the ecr:PutImage action`,
    );
  });

  const cases: { name: string; statement: Statement; allowed: boolean }[] = [
    {
      name: 'its very resource',
      statement: { actions: ['ecr:*'], resources: [arn] },
      allowed: true,
    },
    {
      name: 'a wildcard that covers it',
      statement: { actions: ['ecr:Initiate*'], resources: ['arn:aws:ecr:*:*:repository/team/*'] },
      allowed: true,
    },
    {
      name: 'another repository',
      statement: { actions: ['ecr:*'], resources: [`${arn}-other`] },
      allowed: false,
    },
    {
      name: 'another region',
      statement: { actions: ['ecr:*'], resources: [arn.replace('us-east-1', 'eu-west-1')] },
      allowed: false,
    },
    { name: 'the other service', statement: { actions: ['ecr-public:*'] }, allowed: false },
  ];
  for (const { name, statement, allowed } of cases) {
    test(`${allowed ? 'allows' : 'refuses'} a call when it names ${name}`, async () => {
      await using ecr = await startLocalEcr(withPolicy(statement));
      ecr.createRepository(APP);
      const call = initiate(privateClient(ecr));
      if (allowed) assert.ok(await call);
      else assert.equal((await refusal(call)).name, 'AccessDeniedException');
    });
  }

  test('is asked before it is known whether the repository exists', async () => {
    await using ecr = await startLocalEcr(withPolicy());
    const { name } = await refusal(initiate(privateClient(ecr)));
    assert.equal(name, 'AccessDeniedException');
  });

  test('is asked for every repository that a call names', async () => {
    const allowed = { actions: ['ecr:DescribeRepositories'], resources: [arn] };
    await using ecr = await startLocalEcr(withPolicy(allowed));
    ecr.createRepository(APP);
    ecr.createRepository('other');
    const list = (...repositoryNames: string[]) =>
      privateClient(ecr).send(new DescribeRepositoriesCommand({ repositoryNames }));
    assert.equal((await list(APP)).repositories?.length, 1);
    assert.match((await refusal(list(APP, 'other'))).message, /repository\/other because/);
  });
});

describe('regions and accounts', () => {
  test('each region has repositories of its own', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP, { region: 'eu-west-1' });
    assert.ok(await initiate(privateClient(ecr, { region: 'eu-west-1' })));
    const { name } = await refusal(initiate(privateClient(ecr)));
    assert.equal(name, 'RepositoryNotFoundException');
  });

  const initiateIn = (registryId: string) =>
    new InitiateLayerUploadCommand({ repositoryName: APP, registryId });

  test('registryId leads to another account that exists', async () => {
    await using ecr = await startLocalEcr({ accounts: [OTHER_ACCOUNT] });
    ecr.createRepository(APP, { accountId: OTHER_ACCOUNT });
    assert.ok(await privateClient(ecr).send(initiateIn(OTHER_ACCOUNT)));
    const { name } = await refusal(initiate(privateClient(ecr)));
    assert.equal(name, 'RepositoryNotFoundException');
  });

  test('registryId of an account that does not exist finds no repository', async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const { name, message } = await refusal(privateClient(ecr).send(initiateIn(OTHER_ACCOUNT)));
    assert.equal(name, 'RepositoryNotFoundException');
    assert.match(message, new RegExp(`registry with id '${OTHER_ACCOUNT}'`));
  });

  const uris = {
    'us-east-1': [`${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app`, 'arn:aws:ecr:us-east-1:'],
    'cn-north-1': [
      `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/app`,
      'arn:aws-cn:ecr:cn-north-1:',
    ],
    'us-gov-west-1': [
      `${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com/app`,
      'arn:aws-us-gov:ecr:us-gov-west-1:',
    ],
  };
  for (const [region, [uri, arnPrefix]] of Object.entries(uris)) {
    test(`the URI and the ARN of a repository in ${region} are those of its partition`, async () => {
      await using ecr = await startLocalEcr({ region });
      const { uri: actual, arn } = ecr.createRepository('app');
      assert.equal(actual, uri);
      assert.equal(arn, `${arnPrefix}${ACCOUNT}:repository/app`);
      assert.equal(ecr.env['AWS_REGION'], region);
    });
  }
});

describe('throttling', () => {
  test('refuses calls beyond the burst, each operation by itself', async () => {
    await using ecr = await startLocalEcr({
      throttle: { InitiateLayerUpload: { rate: 0, burst: 2 } },
    });
    ecr.createRepository(APP);
    const client = privateClient(ecr);
    await initiate(client);
    await initiate(client);
    const { name, message } = await refusal(initiate(client));
    assert.deepEqual([name, message], ['ThrottlingException', 'Rate exceeded']);
    await client.send(new DescribeRepositoriesCommand({}));
  });

  test('fills its bucket again at the rate that is given', () => {
    const throttle = new Throttle({ PutImage: { rate: 10, burst: 1 } });
    const takes = [0, 50, 99, 100, 150, 1000, 1000].map((now) => {
      try {
        throttle.take('PutImage', 'account', now);
        return true;
      } catch {
        return false;
      }
    });
    assert.deepEqual(takes, [true, false, false, true, false, true, false]);
  });
});
