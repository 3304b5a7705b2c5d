import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { attempts } from '../../../src/ecr/calls/attempts.ts';
import { failedCall } from '../../../src/ecr/calls/failed-call.ts';
import { EcrRetryStrategy } from '../../../src/ecr/calls/retry-strategy.ts';
import { DEFAULT_CREDENTIAL } from '../../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../../local-ecr/server.ts';

const EXPIRED = { ...DEFAULT_CREDENTIAL, accessKeyId: 'AKIDEXPIRED', expired: true };

/** A client whose provider gives one key after the other, each time that it is asked for fresh ones. */
function clientOf(ecr: LocalEcr, keys: readonly (typeof DEFAULT_CREDENTIAL)[]) {
  let fetched = 0;
  const credentials = () => Promise.resolve(keys[fetched++] ?? assert.fail('no key is left'));
  const client = new ECRClient({
    endpoint: ecr.url,
    region: ecr.world.region,
    credentials,
    retryStrategy: new EcrRetryStrategy(),
  });
  client.middlewareStack.use(attempts(client.config.credentials));
  return { client, fetched: () => fetched };
}

test('a call whose credentials have expired is made again with those that are fetched then', async () => {
  await using ecr = await startLocalEcr({ credentials: [DEFAULT_CREDENTIAL, EXPIRED] });
  const { client, fetched } = clientOf(ecr, [EXPIRED, DEFAULT_CREDENTIAL]);
  await client.send(new DescribeRepositoriesCommand());
  assert.equal(fetched(), 2);
  assert.equal(ecr.calls('DescribeRepositories').length, 2);
  client.destroy();
});

test('of several calls at once, one fetches for all', async () => {
  await using ecr = await startLocalEcr({ credentials: [DEFAULT_CREDENTIAL, EXPIRED] });
  const { client, fetched } = clientOf(ecr, [EXPIRED, DEFAULT_CREDENTIAL]);
  await Promise.all(
    Array.from({ length: 20 }, () => client.send(new DescribeRepositoriesCommand())),
  );
  assert.equal(fetched(), 2);
  client.destroy();
});

test('where the provider has no others, the call ends with what ECR said', async () => {
  await using ecr = await startLocalEcr({ credentials: [DEFAULT_CREDENTIAL, EXPIRED] });
  const { client } = clientOf(ecr, [EXPIRED, EXPIRED]);
  await assert.rejects(client.send(new DescribeRepositoriesCommand()), {
    name: 'ExpiredTokenException',
  });
  assert.equal(ecr.calls('DescribeRepositories').length, 1);
  client.destroy();
});

test('where it fails, too, and it is known which call it was', async () => {
  await using ecr = await startLocalEcr({ credentials: [DEFAULT_CREDENTIAL, EXPIRED] });
  const { client } = clientOf(ecr, [EXPIRED]);
  const error: unknown = await client
    .send(new DescribeRepositoriesCommand())
    .catch((thrown: unknown) => thrown);
  assert(error instanceof Error);
  assert.equal(error.name, 'ExpiredTokenException');
  assert.equal(failedCall(error), 'DescribeRepositories');
  assert.equal(failedCall(new Error('another')), undefined);
  client.destroy();
});
