import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchCheckLayerAvailabilityCommand, ECRClient } from '@aws-sdk/client-ecr';
import { accountOf } from '../../../src/ecr/calls/account.ts';
import { ProxyHandler } from '../../../src/ecr/calls/proxy-handler.ts';
import { startLocalEcr } from '../../local-ecr/server.ts';
import { startProxy } from '../../support/proxy.ts';
import { withEnvironment } from '../../support/run-locally.ts';
import { startKnowingSts, startRefusingSts, type Sts } from '../../support/sts.ts';

const ACCOUNT = '111122223333';
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const { signal } = new AbortController();

function clientWith(settings: ConstructorParameters<typeof ECRClient>[0] = {}): ECRClient {
  return new ECRClient({ region: 'eu-west-1', credentials: KEYS, ...settings });
}

function leadingTo({ url }: Sts): Disposable {
  return withEnvironment({ AWS_ENDPOINT_URL_STS: url });
}

test('credentials whose provider knows their account tell it, and nobody is asked', async () => {
  await using sts = await startKnowingSts('999999999999');
  using _ = leadingTo(sts);
  const credentials = () => Promise.resolve({ ...KEYS, accountId: ACCOUNT });
  assert.equal(await accountOf(clientWith({ credentials }).config, signal), ACCOUNT);
  assert.deepEqual(sts.asked, []);
});

test('else AWS tells it', async () => {
  await using sts = await startKnowingSts(ACCOUNT);
  using _ = leadingTo(sts);
  assert.equal(await accountOf(clientWith().config, signal), ACCOUNT);
  assert.deepEqual(sts.asked, ['GetCallerIdentity']);
});

test('AWS is asked by way of the proxy that the client has', async () => {
  await using sts = await startKnowingSts(ACCOUNT);
  await using proxy = await startProxy();
  using _ = leadingTo(sts);
  const client = clientWith({
    requestHandler: new ProxyHandler({}, { proxyFor: () => proxy.url }),
  });
  assert.equal(await accountOf(client.config, signal), ACCOUNT);
  assert.deepEqual(proxy.requests, [`${sts.url}/`]);
});

test('an AWS that fails once is asked again', async () => {
  await using sts = await startKnowingSts(ACCOUNT, 1);
  using _ = leadingTo(sts);
  assert.equal(await accountOf(clientWith().config, signal), ACCOUNT);
  assert.equal(sts.asked.length, 2);
});

test('an AWS that keeps failing is asked again for some seconds, and no longer', async () => {
  await using sts = await startKnowingSts(ACCOUNT, 10_000);
  using _ = leadingTo(sts);
  await assert.rejects(accountOf(clientWith().config, signal), { name: 'InternalFailure' });
  assert(sts.asked.length > 1);
});

test('an AWS that refuses to tell is asked once', async () => {
  await using sts = await startRefusingSts();
  using _ = leadingTo(sts);
  await assert.rejects(accountOf(clientWith().config, signal), { name: 'AccessDenied' });
  assert.equal(sts.asked.length, 1);
});

test('an abort ends the asking', async () => {
  await using sts = await startKnowingSts(ACCOUNT);
  using _ = leadingTo(sts);
  await assert.rejects(accountOf(clientWith().config, AbortSignal.abort()));
  assert.deepEqual(sts.asked, []);
});

// The two clients share a handler: to destroy one would destroy the sockets of both.
test('the calls that the client has under way meanwhile are left alone', async () => {
  await using sts = await startKnowingSts(ACCOUNT);
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  using _ = leadingTo(sts);
  const { region } = ecr.world;
  const { accessKeyId, secretAccessKey } = ecr.world.credentials[0];
  const client = clientWith({
    endpoint: ecr.url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  const begun = Promise.withResolvers<undefined>();
  ecr.fault({ kind: 'before', run: () => begun.resolve(undefined) });
  ecr.fault({ kind: 'delay', milliseconds: 300 });
  const layerDigests = [`sha256:${'0'.repeat(64)}`];
  const command = { repositoryName: 'team/app', layerDigests };
  const call = client.send(new BatchCheckLayerAvailabilityCommand(command));
  await begun.promise;
  const [account, answer] = await Promise.all([accountOf(client.config, signal), call]);
  assert.equal(account, ACCOUNT);
  assert.equal(answer.layers?.length, 1);
  client.destroy();
});
