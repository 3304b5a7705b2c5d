import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex, named } from '../support/image.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { pushToLocal, putsOf } from './local-push.ts';

const [amd, arm] = ['amd64', 'arm64'].map((seed) => buildImage({ seed, layers: [{ size: 900 }] }));
if (!amd || !arm) throw new Error('two images were built');
const inner = buildIndex([arm]);
const index = buildIndex([amd, inner]);
const signature = buildImage({ seed: 'signature', subject: index.descriptor });
const cosignTag = index.descriptor.digest.replace(':', '-') + '.sig';
const cosign = named(buildImage({ seed: 'cosign' }), cosignTag);
const digests = (...graphs: readonly (typeof index)[]) =>
  graphs.map(({ descriptor }) => descriptor.digest);

async function start() {
  const ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  return ecr;
}

test('layers first, then children before parents, and the tags of the root last', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, index, { tags: ['1.0', 'latest'] });
  const root = index.descriptor.digest;
  assert.deepEqual(putsOf(ecr), [...digests(amd, arm, inner), `${root}:1.0`, `${root}:latest`]);
  const lastLayer = Math.max(...ecr.calls('CompleteLayerUpload').map((call) => call.endedAt ?? 0));
  const firstPut = Math.min(...ecr.calls('PutImage').map((call) => call.startedAt));
  assert.ok(lastLayer < firstPut);
});

test('referrers come after their subject, and before the tag that makes it visible', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, index, { beside: [cosign, signature] });
  const root = index.descriptor.digest;
  assert.deepEqual(putsOf(ecr), [
    ...digests(amd, arm, inner, index),
    `${cosign.descriptor.digest}:${cosignTag}`,
    ...digests(signature),
    `${root}:1.0`,
  ]);
});

test('every manifest arrives byte for byte, with its media type', async () => {
  await using ecr = await start();
  const image = buildImage({ seed: 'a', omitMediaType: true });
  await pushToLocal(ecr, image);
  const stored = ecr.repository(REPOSITORY_NAME).images.get(image.descriptor.digest);
  assert.deepEqual(stored?.manifest, Buffer.from(image.manifest));
  assert.equal(stored.mediaType, image.descriptor.mediaType);
});

test('the same push again uploads and puts nothing', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, index, { beside: [signature] });
  ecr.log.clear();
  await pushToLocal(ecr, index, { beside: [signature] });
  assert.deepEqual(
    ecr.calls().map(({ operation }) => operation),
    ['BatchCheckLayerAvailability', 'BatchGetImage'],
  );
});

test('the largest layers start first', async () => {
  await using ecr = await start();
  const layers = [{ size: 100 }, { size: 3000 }, { size: 2000 }];
  await pushToLocal(ecr, buildImage({ seed: 'a', layers }), { concurrency: 1 });
  const sizes = ecr.calls('UploadLayerPart').map(({ partBytes }) => partBytes);
  assert.deepEqual(sizes.slice(0, 2), [3000, 2000]);
});

test('no more layers are under way than the limit says', async () => {
  await using ecr = await start();
  const layers = Array.from({ length: 12 }, () => ({ size: 100 }));
  await pushToLocal(ecr, buildImage({ seed: 'a', layers }), { concurrency: 3 });
  assert.ok(ecr.log.peak('UploadLayerPart') <= 3);
  assert.equal(ecr.calls('CompleteLayerUpload').length, 13);
});
