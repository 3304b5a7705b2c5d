import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CREDENTIAL } from './options.ts';
import {
  APP,
  complete,
  initiate,
  manifest,
  privateClient,
  put,
  putLayers,
  refusal,
  sendPart,
  sha256,
} from './sample.ts';
import { startLocalEcr } from './server.ts';

test('a repository is deleted before the call takes effect', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  await putLayers(client, ['a']);
  ecr.fault({ operation: 'PutImage', kind: 'delete-repository' });
  const { name } = await refusal(put(client, manifest(['a'])));
  assert.equal(name, 'RepositoryNotFoundException');
  assert.equal((await refusal(initiate(client))).name, 'RepositoryNotFoundException');
});

test('layers are collected before the call takes effect', async () => {
  await using ecr = await startLocalEcr();
  const { layers } = ecr.createRepository(APP);
  const client = privateClient(ecr);
  await putLayers(client, ['a', 'b']);
  ecr.fault({ operation: 'PutImage', kind: 'collect-layers', digests: [sha256('a')] });
  const { name } = await refusal(put(client, manifest(['a'])));
  assert.equal(name, 'LayersNotFoundException');
  assert.deepEqual([...layers.keys()], [sha256('{}'), sha256('b')]);
});

test('half of a part is kept, and the answer says so', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  ecr.fault({ operation: 'UploadLayerPart', kind: 'take-half' });
  const bytes = Buffer.from('0123456789');
  const uploadId = await initiate(client);
  assert.equal(await sendPart(client, uploadId, 0, bytes), 4);
  assert.equal(await sendPart(client, uploadId, 5, bytes.subarray(5)), 9);
  assert.equal(
    (await refusal(complete(client, uploadId, sha256(bytes)))).name,
    'LayerPartTooSmallException',
  );
});

test('keys expire, and others are issued', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const old = privateClient(ecr);
  ecr.fault({ operation: 'InitiateLayerUpload', kind: 'expire-credentials' });
  for (const call of ['first', 'second'])
    assert.equal((await refusal(initiate(old))).name, 'ExpiredTokenException', call);
  const credential = { ...DEFAULT_CREDENTIAL, accessKeyId: 'AKIDNEXT', secretAccessKey: 'next' };
  ecr.issue(credential);
  assert.ok(await initiate(privateClient(ecr, { credential })));
});

for (const skew of [1_200_000, -1_200_000]) {
  test(`a clock that is ${skew} ms off refuses, and its answers tell the time`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const client = privateClient(ecr);
    ecr.fault({ operation: 'InitiateLayerUpload', kind: 'clock', skew });
    assert.equal((await refusal(initiate(client))).name, 'InvalidSignatureException');
    // The client has learnt the time.
    assert.ok(await initiate(client));
    assert.equal((await refusal(initiate(privateClient(ecr)))).name, 'InvalidSignatureException');
  });
}

test('a server that is down refuses connections, and comes back', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  ecr.fault({ operation: 'InitiateLayerUpload', kind: 'down', milliseconds: 100 });
  assert.equal((await refusal(initiate(client)))['code'], 'ECONNRESET');
  assert.equal((await refusal(initiate(client)))['code'], 'ECONNREFUSED');
  let tries = 0;
  while (!(await initiate(client).catch(() => '')) && tries < 10_000) tries += 1;
  assert.ok(tries < 10_000);
});

test('a server that is down can be closed', async () => {
  const ecr = await startLocalEcr();
  ecr.createRepository(APP);
  ecr.fault({ operation: 'InitiateLayerUpload', kind: 'down', milliseconds: 600_000 });
  await refusal(initiate(privateClient(ecr)));
  await ecr[Symbol.asyncDispose]();
});
