import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { digestOfText } from './ecr-api.ts';
import { UNLIMITED } from './limits.ts';
import { Sink } from './sink.ts';
import { EMPTY } from './state.ts';

const sink = new Sink(undefined);
let url = '';

before(async () => {
  const [port = 0] = await sink.listen();
  url = `http://127.0.0.1:${port}`;
});
beforeEach(() => sink.configure(EMPTY, UNLIMITED));
after(() => sink.close());

const DIGEST = `sha256:${'a'.repeat(64)}`;

async function ecr(operation: string, body: object | string): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'X-Amz-Target': `AmazonEC2ContainerRegistry_V20150921.${operation}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function part(uploadId: unknown, first: number, bytes: Uint8Array, blobFirst = false) {
  const blob = { layerPartBlob: Buffer.from(bytes).toString('base64') };
  const range = { uploadId, partFirstByte: first, partLastByte: first + bytes.length - 1 };
  return ecr('UploadLayerPart', blobFirst ? { ...blob, ...range } : { ...range, ...blob });
}

for (const blobFirst of [false, true]) {
  test(`a layer arrives through ECR's calls, its blob ${blobFirst ? 'first' : 'last'} in the JSON`, async () => {
    const { uploadId } = await ecr('InitiateLayerUpload', {});
    await part(uploadId, 0, new Uint8Array(30_000), blobFirst);
    const { lastByteReceived } = await part(uploadId, 30_000, new Uint8Array(7), blobFirst);
    assert.equal(lastByteReceived, 30_006);
    await ecr('CompleteLayerUpload', { uploadId, layerDigests: [DIGEST] });
    assert.deepEqual([...sink.state.blobs], [[DIGEST, 30_007]]);
    assert.equal(sink.counts.refusals, 0);
  });
}

test('what arrived is available, and nothing else is', async () => {
  sink.configure({ ...EMPTY, blobs: [{ digest: DIGEST, size: 5 }] }, UNLIMITED);
  const other = `sha256:${'b'.repeat(64)}`;
  const answer = await ecr('BatchCheckLayerAvailability', { layerDigests: [DIGEST, other] });
  assert.deepEqual(answer['layers'], [
    { layerDigest: DIGEST, layerAvailability: 'AVAILABLE', layerSize: 5 },
    { layerDigest: other, layerAvailability: 'UNAVAILABLE' },
  ]);
});

test('a part that does not follow the last one is refused, and counted', async () => {
  const { uploadId } = await ecr('InitiateLayerUpload', {});
  const { __type } = await part(uploadId, 5, new Uint8Array(10));
  assert.equal(__type, 'InvalidLayerPartException');
  assert.equal(sink.counts.refusals, 1);
});

test('a part whose body cannot hold its range is refused', async () => {
  const { uploadId } = await ecr('InitiateLayerUpload', {});
  const range = { uploadId, partFirstByte: 0, partLastByte: 9999, layerPartBlob: 'AAAA' };
  const { __type } = await ecr('UploadLayerPart', range);
  assert.equal(__type, 'InvalidParameterException');
});

test('an image that was put is found by tag and by digest', async () => {
  const imageManifest = '{"schemaVersion":2}';
  await ecr('PutImage', { imageManifest, imageManifestMediaType: 'a/b', imageTag: 'v1' });
  const imageDigest = digestOfText(imageManifest);
  const imageIds = [{ imageTag: 'v1' }, { imageDigest }, { imageTag: 'v2' }];
  const { images } = await ecr('BatchGetImage', { imageIds });
  const found = images as { imageId: unknown }[];
  assert.deepEqual(
    found.map(({ imageId }) => imageId),
    [{ imageDigest, imageTag: 'v1' }, { imageDigest }],
  );
});

test('a call that no push makes is refused', async () => {
  assert.equal((await ecr('DeleteRepository', {}))['__type'], 'UnknownOperationException');
});

async function startUpload(): Promise<string> {
  const response = await fetch(`${url}/v2/a/b/blobs/uploads/`, { method: 'POST' });
  assert.equal(response.status, 202);
  return url + (response.headers.get('location') ?? '');
}

const WAYS: Readonly<Record<string, () => Promise<Response>>> = {
  'a POST that carries it all': () =>
    fetch(`${url}/v2/a/b/blobs/uploads/?digest=${DIGEST}`, { method: 'POST', body: 'x'.repeat(9) }),
  'a POST, and a PUT that carries it all': async () =>
    fetch(`${await startUpload()}?digest=${DIGEST}`, { method: 'PUT', body: 'x'.repeat(9) }),
  'two PATCHes and a PUT': async () => {
    const upload = await startUpload();
    for (const size of [4, 5]) await fetch(upload, { method: 'PATCH', body: 'x'.repeat(size) });
    return fetch(`${upload}?digest=${DIGEST}`, { method: 'PUT' });
  },
};
for (const [way, push] of Object.entries(WAYS)) {
  test(`a blob arrives by ${way}`, async () => {
    assert.equal((await push()).status, 201);
    const head = await fetch(`${url}/v2/a/b/blobs/${DIGEST}`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), '9');
  });
}

test('a manifest comes back by tag and by digest as it was put', async () => {
  const manifest = `${url}/v2/a/b/manifests`;
  await fetch(`${manifest}/v1`, { method: 'PUT', headers: { 'Content-Type': 'a/b' }, body: '{ }' });
  for (const reference of ['v1', digestOfText('{ }')]) {
    const response = await fetch(`${manifest}/${reference}`);
    assert.equal(response.headers.get('content-type'), 'a/b');
    assert.equal(await response.text(), '{ }');
  }
  assert.equal((await fetch(`${manifest}/v2`)).status, 404);
});

test('a look-up of what is not there is no refusal', async () => {
  assert.equal((await fetch(`${url}/v2/a/b/blobs/${DIGEST}`, { method: 'HEAD' })).status, 404);
  assert.equal(sink.counts.refusals, 0);
});

test('requests and bytes are counted from the last set-up on', async () => {
  await fetch(`${url}/v2/`);
  sink.configure(EMPTY, UNLIMITED);
  await ecr('InitiateLayerUpload', {});
  await ecr('InitiateLayerUpload', {});
  const { requests, calls, bytesReceived, bytesSent } = sink.counts;
  assert.equal(requests, 2);
  assert.deepEqual(calls, { InitiateLayerUpload: 2 });
  assert.ok(bytesReceived > 100 && bytesReceived < 2000, String(bytesReceived));
  assert.ok(bytesSent > 100 && bytesSent < 2000, String(bytesSent));
});
