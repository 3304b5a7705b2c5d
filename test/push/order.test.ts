import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex, named } from '../support/image.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { pushToLocal, putName } from './local-push.ts';

const [amd, arm] = ['amd64', 'arm64'].map((seed) => buildImage({ seed, layers: [{ size: 900 }] }));
if (!amd || !arm) throw new Error('two images were built');
const inner = buildIndex([arm]);
const index = buildIndex([amd, inner]);
const signature = buildImage({ seed: 'signature', subject: index.descriptor });
const cosignOf = ({ descriptor }: typeof index) =>
  named(buildImage({ seed: 'cosign' }), `${descriptor.digest.replace(':', '-')}.sig`);
const digests = (...graphs: readonly (typeof index)[]) =>
  graphs.map(({ descriptor }) => descriptor.digest);

async function start() {
  const ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  return ecr;
}

/** That each put of one wave was answered before any put of the next one began. */
function assertWaves(ecr: LocalEcr, waves: readonly (readonly string[])[]): void {
  const calls = ecr.calls('PutImage');
  assert.deepEqual(calls.map(putName).sort(), waves.flat().sort());
  let answered = 0;
  for (const wave of waves) {
    const own = calls.filter((call) => wave.includes(putName(call)));
    assert.ok(
      own.every(({ startedAt }) => startedAt > answered),
      `${wave.join()} came too early`,
    );
    answered = Math.max(...own.map(({ endedAt = Infinity }) => endedAt));
  }
}

test('layers first, then children before parents, and the tags of the root last', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, index, { tags: ['1.0', 'latest'] });
  const root = index.descriptor.digest;
  assertWaves(ecr, [digests(amd, arm), digests(inner), [`${root}:1.0`], [`${root}:latest`]]);
  const lastLayer = Math.max(...ecr.calls('CompleteLayerUpload').map((call) => call.endedAt ?? 0));
  const firstPut = Math.min(...ecr.calls('PutImage').map((call) => call.startedAt));
  assert.ok(lastLayer < firstPut);
});

test('what has the image as its subject comes after it, and before the tag that makes it visible', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, index, { beside: [signature] });
  const root = index.descriptor.digest;
  assertWaves(ecr, [
    digests(amd, arm),
    digests(inner),
    [root],
    digests(signature),
    [`${root}:1.0`],
  ]);
});

test("what speaks of the image by a tag, as cosign's signatures do, comes before the image's own tag", async () => {
  await using ecr = await start();
  await pushToLocal(ecr, amd, { beside: [cosignOf(amd)] });
  const root = amd.descriptor.digest;
  const calls = ecr.calls('PutImage').map(putName);
  assert.equal(calls.at(-1), `${root}:1.0`);
  const [tag] = [...ecr.repository(REPOSITORY_NAME).tags.keys()];
  assert.equal(tag, `${root.replace(':', '-')}.sig`);
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
  await pushToLocal(ecr, buildImage({ seed: 'a', layers }), { layersAtOnce: 1 });
  const sizes = ecr.calls('UploadLayerPart').map(({ partBytes }) => partBytes);
  assert.deepEqual(sizes.slice(0, 2), [3000, 2000]);
});

test('no more layers are under way than the limit says', async () => {
  await using ecr = await start();
  const layers = Array.from({ length: 12 }, () => ({ size: 100 }));
  await pushToLocal(ecr, buildImage({ seed: 'a', layers }), { layersAtOnce: 3 });
  assert.ok(ecr.log.peak('UploadLayerPart') <= 3);
  assert.equal(ecr.calls('CompleteLayerUpload').length, 13);
});
