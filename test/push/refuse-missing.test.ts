import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PushError } from '../../src/errors.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { plan } from '../../src/plan/plan.ts';
import { refuseMissing } from '../../src/push/refuse-missing.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';
import { joined } from '../support/joined.ts';
import { REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { pushToLocal } from './local-push.ts';

const base = buildImage({ seed: 'base' });
const image = buildImage({ seed: 'image', layers: [{ size: 10 }, { size: 20 }] });
const [layer, other] = image.layers;
assert(layer && other);

async function start() {
  const ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  return ecr;
}

/** The same graph without some of its layers. */
function without<T extends Graph>(graph: T, ...digests: readonly string[]): T {
  return {
    ...graph,
    blobs: new Map([...graph.blobs].filter(([digest]) => !digests.includes(digest))),
  };
}

test('a layer that is not in the layout but in ECR is not needed', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, image);
  const again = without(image, layer.digest);
  ecr.repository(REPOSITORY_NAME).tags.clear();
  ecr.repository(REPOSITORY_NAME).images.clear();
  const report = await pushToLocal(ecr, again);
  assert.equal(ecr.repository(REPOSITORY_NAME).images.size, 1);
  assert.deepEqual(
    report.layers.map(({ kind }) => kind),
    ['present', 'present', 'present'],
  );
});

test('layers that are on neither side are one error that names them all, before anything is sent', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, base);
  ecr.log.clear();
  await assert.rejects(
    pushToLocal(ecr, without(image, layer.digest, other.digest)),
    refused('BLOB_MISSING', '2 layers are', layer.digest, other.digest, REPOSITORY_NAME),
  );
  assert.deepEqual(
    ecr.calls().filter(({ operation }) => /^(?:Initiate|Put)/.test(operation)),
    [],
  );
});

test('a layer that ECR has and that is not AVAILABLE counts as missing', async () => {
  await using ecr = await start();
  await pushToLocal(ecr, image);
  ecr.setAvailability(REPOSITORY_NAME, layer.digest, 'UNAVAILABLE');
  ecr.repository(REPOSITORY_NAME).images.clear();
  await assert.rejects(
    pushToLocal(ecr, without(image, layer.digest)),
    refused('BLOB_MISSING', 'a layer is', layer.digest),
  );
});

test('of an index, the hint names the platforms that are whole', async () => {
  await using ecr = await start();
  const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });
  const index = without(buildIndex([image, arm]), layer.digest);
  await assert.rejects(pushToLocal(ecr, index), (error: unknown) => {
    refused('INCOMPLETE_INDEX', layer.digest)(error);
    assert.match((error as PushError).hint, /^Set platforms: linux\/arm64 /);
    return true;
  });
});

test('images to join that are not there are named with their platforms, up to twenty', async () => {
  const images = Array.from({ length: 22 }, (_, at) =>
    buildImage({ seed: String(at), platform: { os: 'linux', architecture: `a${at}` } }),
  );
  const graph = await joined(...images);
  const wanted = { tags: ['1.0'], ifTagExists: 'fail', create: false } as const;
  const state = { exists: true, availableLayers: new Set<never>(), images: [], immutableTags: [] };
  const planOf = (heldManifests: ReadonlySet<Digest>) =>
    plan(graph, wanted, { ...state, missingPolicies: [], heldManifests });
  const [first, second] = images.map(({ descriptor }) => descriptor.digest);
  assert(first && second);
  const repository = {
    type: 'private',
    registryId: undefined,
    region: 'us-east-1',
    name: 'team/app',
  } as const;
  const all = images.map(({ descriptor }) => descriptor.digest);
  assert.doesNotThrow(() => refuseMissing(planOf(new Set(all)), repository));
  assert.throws(
    () => refuseMissing(planOf(new Set(all.slice(1))), repository),
    refused('IMAGE_NOT_IN_REPOSITORY', 'an image is not in', 'team/app', `${first} (linux/a0)`),
  );
  assert.throws(
    () => refuseMissing(planOf(new Set()), repository),
    refused('IMAGE_NOT_IN_REPOSITORY', '22 images are not in', second, 'and 2 more'),
  );
});
