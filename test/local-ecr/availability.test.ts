import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchCheckLayerAvailabilityCommand } from '@aws-sdk/client-ecr';
import type { Behaviours } from './options.ts';
import { APP, privateClient, putLayer, refusal, sha256 } from './sample.ts';
import { startLocalEcr } from './server.ts';
import type { LocalEcr } from './server.ts';

function check(ecr: LocalEcr, layerDigests: string[], repositoryName = APP) {
  const command = new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests });
  return privateClient(ecr).send(command);
}

test('a stored layer is AVAILABLE, with its size', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const layerDigest = await putLayer(privateClient(ecr), 'layer');
  const { layers, failures } = await check(ecr, [layerDigest]);
  assert.deepEqual(failures, []);
  assert.deepEqual(
    layers?.map(({ layerDigest, layerAvailability, layerSize }) => ({
      ...{ layerDigest, layerAvailability, layerSize },
    })),
    [{ layerDigest, layerAvailability: 'AVAILABLE', layerSize: 5 }],
  );
});

for (const scripted of ['ARCHIVED', 'UNAVAILABLE'] as const) {
  test(`a stored layer can be made ${scripted}`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const digest = await putLayer(privateClient(ecr), 'layer');
    ecr.setAvailability(APP, digest, scripted);
    assert.equal((await check(ecr, [digest])).layers?.[0]?.layerAvailability, scripted);
    await putLayer(privateClient(ecr), 'layer');
    assert.equal((await check(ecr, [digest])).layers?.[0]?.layerAvailability, 'AVAILABLE');
  });
}

const missingCases: Behaviours['missingLayers'][] = [
  'UNAVAILABLE',
  'MissingLayerDigest',
  'omitted',
];
for (const missingLayers of missingCases) {
  test(`a missing layer is answered as told: ${missingLayers}`, async () => {
    await using ecr = await startLocalEcr({ behaviours: { missingLayers } });
    ecr.createRepository(APP);
    const answer = await check(ecr, [sha256('missing')]);
    const said = [
      ...(answer.layers ?? []).map(({ layerAvailability }) => layerAvailability),
      ...(answer.failures ?? []).map(({ failureCode }) => failureCode),
    ];
    assert.deepEqual(said, missingLayers === 'omitted' ? [] : [missingLayers]);
  });
}

test('what is no sha256 digest is a failure of its own', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const wrong = ['', 'latest', `sha512:${'0'.repeat(128)}`, sha256('x').toUpperCase()];
  const { layers, failures } = await check(ecr, wrong);
  assert.deepEqual(layers, []);
  assert.deepEqual(
    failures?.map(({ layerDigest, failureCode }) => [layerDigest, failureCode]),
    wrong.map((digest) => [digest, 'InvalidLayerDigest']),
  );
});

test('layers of one repository are not those of another', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  ecr.createRepository('other');
  const digest = await putLayer(privateClient(ecr), 'layer');
  const { layers } = await check(ecr, [digest], 'other');
  assert.equal(layers?.[0]?.layerAvailability, 'UNAVAILABLE');
});

const countCases = [
  { count: 0, constraint: 'Member must have length greater than or equal to 1' },
  { count: 101, constraint: 'Member must have length less than or equal to 100' },
];
for (const { count, constraint } of countCases) {
  test(`${count} digests are refused`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(APP);
    const digests = Array.from({ length: count }, (_, number) => sha256(`${number}`));
    const { name, message } = await refusal(check(ecr, digests));
    assert.equal(name, 'InvalidParameterException');
    assert.equal(
      message,
      `Invalid parameter at 'layerDigests' failed to satisfy constraint: '${constraint}'`,
    );
  });
}

test('100 digests are answered', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(APP);
  const digests = Array.from({ length: 100 }, (_, number) => sha256(`${number}`));
  assert.equal((await check(ecr, digests)).layers?.length, 100);
});

test('a repository that does not exist is refused', async () => {
  await using ecr = await startLocalEcr();
  const { name } = await refusal(check(ecr, [sha256('x')]));
  assert.equal(name, 'RepositoryNotFoundException');
});
