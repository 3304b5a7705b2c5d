import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { selfSigned } from './certificate.ts';
import {
  ACCOUNT,
  APP,
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

const IMAGE = manifest(['a']);

test('the environment holds all that a client needs', async () => {
  await using ecr = await startLocalEcr({ region: 'eu-west-1' });
  assert.deepEqual(ecr.env, {
    AWS_ENDPOINT_URL_ECR: ecr.url,
    AWS_ENDPOINT_URL_ECR_PUBLIC: ecr.url,
    AWS_ACCESS_KEY_ID: 'AKIDLOCALEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'local-secret',
    AWS_REGION: 'eu-west-1',
  });
  assert.equal(ecr.url, `http://127.0.0.1:${ecr.port}`);
});

test('a temporary folder is gone after the server', async () => {
  const ecr = await startLocalEcr();
  ecr.createRepository(APP);
  assert.ok(existsSync(ecr.repository(APP).folder));
  await ecr[Symbol.asyncDispose]();
  assert.equal(existsSync(ecr.world.folder), false);
});

test('a port that is taken is an error', async () => {
  await using ecr = await startLocalEcr();
  await assert.rejects(startLocalEcr({ port: ecr.port }), { code: 'EADDRINUSE' });
});

/** Starts an upload in a server that ends with it. @returns its id */
async function uploadHalf(dataDir: string): Promise<string> {
  await using ecr = await startLocalEcr({ dataDir });
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  const uploadId = await initiate(client);
  await sendPart(client, uploadId, 0, Buffer.from('a'));
  return uploadId;
}

test('with a key and a certificate it speaks TLS', async () => {
  const { key, cert } = selfSigned();
  await using ecr = await startLocalEcr({ tls: { key, cert } });
  assert.equal(ecr.url, `https://127.0.0.1:${ecr.port}`);
  const answer = Promise.withResolvers<number | undefined>();
  get(`${ecr.url}/v2/`, { ca: cert }, ({ statusCode }) => answer.resolve(statusCode)).on(
    'error',
    (error) => answer.reject(error),
  );
  assert.equal(await answer.promise, 200);
});

describe('a data folder', () => {
  test('brings back repositories, layers, images and tags', async () => {
    await using data = await temporaryDirectory();
    {
      await using ecr = await startLocalEcr({ dataDir: data.path });
      ecr.createRepository(APP, {
        imageTagMutability: 'IMMUTABLE',
        resourceTags: new Map([['team', 'blue']]),
      });
      ecr.createRepository('open', { service: 'ecr-public' });
      ecr.createRepository('abroad', { region: 'eu-west-1' });
      const client = privateClient(ecr);
      await putLayers(client, ['a']);
      await put(client, IMAGE, { tag: 'v1' });
      await put(client, IMAGE, { tag: 'v2' });
    }
    await using ecr = await startLocalEcr({ dataDir: data.path });
    const repository = ecr.repository(APP);
    assert.deepEqual(repository.tagsOf(sha256(IMAGE)), ['v1', 'v2']);
    assert.equal(repository.settings.imageTagMutability, 'IMMUTABLE');
    assert.equal(repository.settings.resourceTags.get('team'), 'blue');
    assert.deepEqual([...repository.layers.keys()].sort(), [sha256('{}'), sha256('a')].sort());
    assert.equal(repository.images.get(sha256(IMAGE))?.manifest.toString(), IMAGE);
    assert.ok(ecr.repository('open', { service: 'ecr-public' }));
    assert.ok(ecr.repository('abroad', { region: 'eu-west-1' }));
    const blob = await fetch(`${ecr.url}/v2/${APP}/blobs/${sha256('a')}`);
    assert.equal(await blob.text(), 'a');
  });

  test('does not bring back what was only being uploaded', async () => {
    await using data = await temporaryDirectory();
    const uploadId = await uploadHalf(data.path);
    await using ecr = await startLocalEcr({ dataDir: data.path });
    const { name } = await refusal(sendPart(privateClient(ecr), uploadId, 1, Buffer.from('b')));
    assert.equal(name, 'UploadNotFoundException');
    assert.equal(ecr.repository(APP).registryId, ACCOUNT);
  });

  test('that holds no state of a local ECR is filled', async () => {
    await using data = await temporaryDirectory();
    await using ecr = await startLocalEcr({ dataDir: join(data.path, 'new') });
    ecr.createRepository(APP);
    assert.ok(existsSync(join(data.path, 'new', 'state.json')));
  });
});
