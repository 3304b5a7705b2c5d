import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchDeleteImageCommand, type ImageIdentifier } from '@aws-sdk/client-ecr';
import { APP, index, manifest, privateClient, put, putLayers, sha256 } from './sample.ts';
import { type LocalEcr, startLocalEcr } from './server.ts';

const IMAGE = manifest(['a']);
const CHILD = manifest(['b']);
const INDEX = index([CHILD]);

/** `IMAGE` under v1 and v2, and an index. */
async function start(): Promise<LocalEcr> {
  const ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const client = privateClient(ecr);
  await putLayers(client, ['a', 'b']);
  await put(client, IMAGE, { tag: 'v1' });
  await put(client, IMAGE, { tag: 'v2' });
  await put(client, CHILD);
  await put(client, INDEX, { tag: 'index' });
  return ecr;
}

async function remove(ecr: LocalEcr, ...imageIds: ImageIdentifier[]) {
  const input = { repositoryName: APP, imageIds };
  const { imageIds: gone, failures } = await privateClient(ecr).send(
    new BatchDeleteImageCommand(input),
  );
  return { gone, failures: failures?.map(({ failureCode }) => failureCode) };
}

test('by its digest an image goes with all its tags', async () => {
  await using ecr = await start();
  const { gone, failures } = await remove(ecr, { imageDigest: sha256(IMAGE) });
  assert.deepEqual(
    gone,
    ['v1', 'v2'].map((imageTag) => ({ imageDigest: sha256(IMAGE), imageTag })),
  );
  assert.deepEqual(failures, []);
  const { images, tags } = ecr.repository(APP);
  assert.equal(images.has(sha256(IMAGE)), false);
  assert.deepEqual([...tags.keys()], ['index']);
});

test('by a tag the tag goes, and the image with its last one', async () => {
  await using ecr = await start();
  const { images } = ecr.repository(APP);
  await remove(ecr, { imageTag: 'v1' });
  assert.equal(images.has(sha256(IMAGE)), true);
  await remove(ecr, { imageTag: 'v2' });
  assert.equal(images.has(sha256(IMAGE)), false);
});

test('an image of an index stays until the index is gone', async () => {
  await using ecr = await start();
  const [child, root] = [CHILD, INDEX].map((text) => ({ imageDigest: sha256(text) })) as [
    ImageIdentifier,
    ImageIdentifier,
  ];
  assert.deepEqual((await remove(ecr, child)).failures, ['ImageReferencedByManifestList']);
  assert.deepEqual((await remove(ecr, root, child)).failures, []);
  assert.equal(ecr.repository(APP).images.has(sha256(CHILD)), false);
});

test('what cannot be deleted is a failure each', async () => {
  await using ecr = await start();
  const ids = [{}, { imageTag: 'none' }, { imageTag: 'v1', imageDigest: sha256(CHILD) }];
  const { gone, failures } = await remove(ecr, ...ids);
  assert.equal(gone, undefined);
  assert.deepEqual(failures, [
    'MissingDigestAndTag',
    'ImageNotFound',
    'ImageTagDoesNotMatchDigest',
  ]);
});
