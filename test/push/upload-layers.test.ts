import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';
import { PushError } from '../../src/errors.ts';
import { walkGraph } from '../../src/image/walk.ts';
import { isFailed, pushTargets } from '../../src/push/push-targets.ts';
import { Slots } from '../../src/async/semaphore.ts';
import { MAX_LAYERS_AT_ONCE, uploadIntoNew, uploadLayers } from '../../src/push/upload-layers.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { openLocalRegistry } from '../support/local-registry.ts';
import { MemoryContent } from '../support/memory-content.ts';
import { pushOptions, silent } from './local-push.ts';

const LARGE = 256 * 1024;

function layersOf(sizes: readonly number[]): Descriptor[] {
  return sizes.map((size, at) => ({
    mediaType: OCI_LAYER,
    digest: digestOf(Buffer.from(`${at}`)),
    size,
  }));
}

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

/** Layers that are opened, and wait for `end` then. */
function waitingLayers() {
  const end = Promise.withResolvers<never>();
  let opened = 0;
  const openBlob = (): Promise<never> => {
    opened += 1;
    return end.promise;
  };
  /** How many are opened in the end. */
  const count = async (): Promise<number> => {
    for (let before = -1; before < opened;) {
      before = opened;
      await setImmediate();
      await setImmediate();
    }
    return opened;
  };
  return { openBlob, count, end: () => end.reject(new Error('the end')) };
}

/** How many of the layers are opened before any of them is done. */
async function underWay(sizes: readonly number[], concurrency: number | undefined) {
  await using ecr = await startLocalEcr();
  const registry = openLocalRegistry(ecr);
  const { openBlob, count, end } = waitingLayers();
  const slots = new Slots(MAX_LAYERS_AT_ONCE);
  const context = { ...pushOptions({ openBlob }), registry, listener: silent, concurrency, slots };
  const failed = assert.rejects(uploadLayers(layersOf(sizes), context), /the end/);
  const opened = await count();
  end();
  await failed;
  registry.close();
  return opened;
}

const cases: readonly [what: string, sizes: number[], concurrency: number | undefined, number][] = [
  ['large layers', many(100, LARGE), undefined, 32],
  ['small layers', many(200, LARGE - 1), undefined, 96],
  ['large and small layers', [...many(30, LARGE), ...many(100, 1)], undefined, 30 + 6],
  ['large layers, with a limit', many(100, LARGE), 50, 50],
  ['small layers, with a limit', many(100, 1), 3, 3],
];

for (const [what, sizes, concurrency, expected] of cases) {
  test(`of ${what}, ${expected} are under way at once`, async () => {
    assert.equal(await underWay(sizes, concurrency), expected);
  });
}

test('several repositories share what may be under way', async () => {
  await using ecr = await startLocalEcr();
  const image = buildImage({ seed: 'a', layers: many(60, { size: 100 }) });
  const graph = await walkGraph(image.descriptor, new MemoryContent(image));
  const targets = ['team/a', 'team/b'].map((name) => {
    ecr.createRepository(name);
    const planned = Promise.withResolvers<undefined>();
    const listener = { ...silent, planned: () => planned.resolve(undefined) };
    return {
      registry: openLocalRegistry(ecr, { name }),
      tags: ['1.0'],
      listener,
      planned: planned.promise,
    };
  });
  const { openBlob, count, end } = waitingLayers();
  const pushed = pushTargets(graph, targets, {
    ...pushOptions({ openBlob }),
    concurrency: undefined,
  });
  await Promise.all(targets.map(({ planned }) => planned));
  assert.equal(await count(), MAX_LAYERS_AT_ONCE);
  end();
  assert.ok((await pushed).every(isFailed));
  for (const { registry } of targets) registry.close();
});

test('an abort while a new repository is awaited ends the waiting with its reason', async () => {
  await using ecr = await startLocalEcr();
  const registry = openLocalRegistry(ecr);
  const stop = new AbortController();
  const reason = new Error('another target failed');
  // What fails first is what an upload ends with, whatever comes after.
  const openBlob = (): Promise<never> => {
    stop.abort(reason);
    return Promise.reject(new PushError('REPOSITORY_NOT_FOUND', 'not yet'));
  };
  const options = { ...pushOptions({ openBlob }), signal: stop.signal };
  const slots = new Slots(1);
  const uploaded = uploadIntoNew(layersOf([1]), { ...options, registry, listener: silent, slots });
  await assert.rejects(uploaded, reason);
  registry.close();
});
