import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Registry } from '../../src/ecr/registry.ts';
import { PushError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { heldByAll } from '../../src/push/held-layers.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { uploadOf } from '../support/memory-layer.ts';

const { signal } = new AbortController();
const [one, two] = ['one', 'two'].map((text) => Buffer.from(text)) as [Buffer, Buffer];
const digests = [one, two].map(digestOf);

test('a layer counts if every repository has it', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  ecr.createRepository('team/other');
  const registry = openLocalRegistry(ecr);
  const other = openLocalRegistry(ecr, { name: 'team/other' });
  await registry.uploadLayer(uploadOf(one), signal);
  await registry.uploadLayer(uploadOf(two), signal);
  await other.uploadLayer(uploadOf(two), signal);
  assert.deepEqual(await heldByAll(digests, [registry], signal), new Set(digests));
  assert.deepEqual(await heldByAll(digests, [registry, other], signal), new Set([digestOf(two)]));
  registry.close();
  other.close();
});

test('a repository that is missing has nothing', async () => {
  await using ecr = await startLocalEcr();
  const registry = openLocalRegistry(ecr);
  assert.deepEqual(await heldByAll(digests, [registry], signal), new Set());
  registry.close();
});

function failing(error: Error): Registry {
  return { availableLayers: () => Promise.reject(error) } as unknown as Registry;
}

test('a repository that cannot be asked has nothing: the push will say why', async () => {
  const denied = new PushError('ACCESS_DENIED', 'denied');
  assert.deepEqual(await heldByAll(digests, [failing(denied)], signal), new Set());
});

test('a bug is thrown, and so is the reason of the signal', async () => {
  const bug = new TypeError('x is not a function');
  await assert.rejects(heldByAll(digests, [failing(bug)], signal), bug);
  const reason = new Error('cancelled');
  const aborted = AbortSignal.abort(reason);
  await assert.rejects(heldByAll(digests, [failing(bug)], aborted), reason);
});
