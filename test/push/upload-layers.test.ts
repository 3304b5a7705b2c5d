import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { RETRIES } from '../../src/async/retry.ts';
import { Ecr } from '../../src/ecr/ecr.ts';
import { LARGE_WEIGHT, MAX_LAYERS_AT_ONCE, MAX_LINES } from '../../src/ecr/upload/tuning.ts';
import type { UploadPosition } from '../../src/ecr/registry.ts';
import { parseReference } from '../../src/ecr/names/reference.ts';
import { PushError } from '../../src/errors.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';
import type { UploadNotes } from '../../src/push/context.ts';
import type { PushEvent } from '../../src/push/events.ts';
import { push } from '../../src/push/push.ts';
import { uploadIntoNew, uploadLayers } from '../../src/push/upload-layers.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { initiateUpload, uploadPart } from '../local-ecr/uploads.ts';
import { buildImage } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { MemoryContent } from '../support/memory-content.ts';
import { uploadElsewhere } from '../support/other-job.ts';
import { refused } from '../support/refused.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { walked } from '../support/walked.ts';
import { contextOf, pushOptions } from './local-push.ts';

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
async function underWay(sizes: readonly number[], layersAtOnce: number) {
  await using ecr = await startLocalEcr();
  const registry = openLocalRegistry(ecr, { layersAtOnce });
  const { openBlob, count, end } = waitingLayers();
  const { context } = contextOf(registry, { openBlob });
  const failed = assert.rejects(uploadLayers(layersOf(sizes), context), /the end/);
  const opened = await count();
  end();
  await failed;
  registry.close();
  return opened;
}

const cases: readonly [what: string, sizes: number[], layersAtOnce: number, expected: number][] = [
  ['large layers', many(100, LARGE), 96, 32],
  ['small layers', many(200, LARGE - 1), 96, 96],
  ['large and small layers', [...many(30, LARGE), ...many(100, 1)], 96, 30 + 6],
  ['large layers, with a limit of 50', many(100, LARGE), 50, 32],
  ['large layers, with a limit of 7', many(100, LARGE), 7, 7],
  ['small layers, with a limit of 50', many(100, 1), 50, 50],
  ['small layers, with a limit of 3', many(100, 1), 3, 3],
];

for (const [what, sizes, layersAtOnce, expected] of cases) {
  test(`of ${what}, ${expected} are under way at once`, async () => {
    assert.equal(await underWay(sizes, layersAtOnce), expected);
  });
}

const shared: readonly [what: string, size: number, limit: number | undefined, number][] = [
  ['small layers', 100, undefined, MAX_LAYERS_AT_ONCE],
  ['large layers', LARGE, undefined, MAX_LINES / LARGE_WEIGHT],
  ['small layers, with a limit of 5', 100, 5, 5],
];

for (const [what, size, concurrency, expected] of shared) {
  test(`several repositories share what may be under way: ${what}`, async () => {
    await using ecr = await startLocalEcr();
    using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env });
    await using aws = new Ecr({ concurrency });
    const { graph } = await walked(buildImage({ seed: 'a', layers: many(60, { size }) }));
    const targets = await Promise.all(
      ['team/a', 'team/b'].map(async (name) => {
        ecr.createRepository(name);
        const planned = Promise.withResolvers<undefined>();
        const listener = ({ kind }: PushEvent): void => {
          if (kind === 'planned') planned.resolve(undefined);
        };
        const registry = await aws.open({
          type: 'private',
          registryId: undefined,
          region: undefined,
          name,
        });
        return { registry, tags: ['1.0'], listener, planned: planned.promise };
      }),
    );
    const { openBlob, count, end } = waitingLayers();
    const pushed = push(graph, targets, pushOptions({ openBlob }));
    await Promise.all(targets.map(({ planned }) => planned));
    assert.equal(await count(), expected);
    end();
    for (const { error } of (await pushed).targets) assert.match(String(error), /the end/);
  });
}

const image = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2000 }] });
const blobs = new MemoryContent(image);
const layers = [image.config, ...image.layers];

async function start(options: { readonly name?: string } = {}) {
  const ecr = await startLocalEcr({ limits: { ecr: { minPartBytes: 1 } } });
  const repository = ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr, options);
  return {
    ecr,
    repository,
    registry,
    [Symbol.asyncDispose]: async () => {
      registry.close();
      await ecr[Symbol.asyncDispose]();
    },
  };
}

test('what happens to a layer is told: that it starts, how far it is, and how it ends', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  const [layer] = image.layers;
  assert.ok(layer);
  await uploadLayers([layer], context);
  const [finished] = events.slice(-1);
  assert.deepEqual(events.slice(0, 2), [
    { kind: 'layer-started', layer, from: 0 },
    { kind: 'layer-progress', layer, bytes: 3000 },
  ]);
  assert.equal(events.length, 3);
  assert.ok(finished?.kind === 'layer-finished');
  assert.equal(finished.outcome.kind, 'sent');
  assert.ok(finished.outcome.bytesOnWire >= 4000, 'base64 is a third more');
});

/** Notes of a layer, and what was done with them. */
function notesOf(found?: UploadPosition) {
  const done: string[] = [];
  const uploads: UploadNotes = {
    expect: () => assert.fail('that is the push itself'),
    find: () => Promise.resolve(found),
    note: (_layer, { nextByte }) => void done.push(`note ${nextByte}`),
    forget: () => void done.push('forget'),
  };
  return { uploads, done };
}

test('how far a layer is goes into the notes, which forget it when it has arrived', async () => {
  await using local = await start();
  const { uploads, done } = notesOf();
  const { context } = contextOf(local.registry, blobs, { uploads });
  await uploadLayers(image.layers.slice(0, 1), context);
  assert.deepEqual(done, ['note 3000', 'forget']);
});

test('a layer goes on where the notes say that an upload ended', async () => {
  await using local = await start();
  const [layer] = image.layers;
  const content = layer && image.blobs.get(layer.digest);
  assert.ok(content instanceof Uint8Array);
  const { id } = initiateUpload(local.repository);
  const bytes = content.subarray(0, 1000);
  const { limits } = local.ecr.world.rules.ecr;
  await uploadPart(local.repository, id, { first: 0, last: 999, bytes }, limits);
  const { uploads, done } = notesOf({ uploadId: id, partSize: 2000, nextByte: 1000 });
  const { context, events } = contextOf(local.registry, blobs, { uploads });
  await uploadLayers(image.layers.slice(0, 1), context);
  assert.deepEqual(events[0], { kind: 'layer-started', layer, from: 1000 });
  assert.deepEqual(done, ['note 3000', 'forget']);
  assert.equal(local.ecr.calls('InitiateLayerUpload').length, 0);
});

test('the notes forget an upload that is lost, and hear of the one after it', async () => {
  await using local = await start();
  const { uploads, done } = notesOf({ uploadId: randomUUID(), partSize: 2000, nextByte: 1000 });
  const { context } = contextOf(local.registry, blobs, { uploads });
  await uploadLayers(image.layers.slice(0, 1), context);
  assert.deepEqual(done, ['forget', 'note 3000', 'forget']);
});

test('a layer that another job completes meanwhile is told as such', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  const [layer] = image.layers;
  assert.ok(layer);
  const content = image.blobs.get(layer.digest);
  assert.ok(content instanceof Uint8Array);
  const run = () => uploadElsewhere(local.ecr, content);
  local.ecr.fault({ kind: 'before', operation: 'CompleteLayerUpload', run });
  await uploadLayers([layer], context);
  const [finished] = events.slice(-1);
  assert.ok(finished?.kind === 'layer-finished');
  assert.equal(finished.outcome.kind, 'completed-elsewhere');
});

test('a layer that is begun anew is told with which attempt it is', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  const [layer] = image.layers;
  assert.ok(layer);
  local.ecr.fault({ kind: 'expire-upload', operation: 'UploadLayerPart' });
  await uploadLayers([layer], context);
  const { attempts } = RETRIES.layer;
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'retried'),
    [
      {
        kind: 'retried',
        what: layer.digest,
        notice: {
          name: 'layer',
          attempt: 2,
          attempts,
          wait: 0,
          why: 'ECR does not know the upload any more',
        },
      },
    ],
  );
});

test('the first layer that fails ends the others, and its error is the one that is thrown', async () => {
  await using local = await start();
  const { context } = contextOf(local.registry, blobs);
  local.ecr.fault({
    kind: 'error',
    operation: 'UploadLayerPart',
    name: 'LimitExceededException',
    when: ({ input }) => input['partLastByte'] === 2999,
  });
  local.ecr.fault({
    kind: 'hang',
    operation: 'UploadLayerPart',
    when: ({ input }) => input['partLastByte'] !== 2999,
    times: 10,
  });
  await assert.rejects(uploadLayers(layers, context), refused('LIMIT_EXCEEDED', 'UploadLayerPart'));
  assert.equal(local.ecr.calls('CompleteLayerUpload').length, 0);
});

test('into a new repository, the smallest layer goes alone, and then the rest', async () => {
  await using local = await start();
  const { context } = contextOf(local.registry, blobs);
  await uploadIntoNew(layers, context);
  const [first, ...others] = local.ecr.calls('CompleteLayerUpload');
  const smallest = layers.toSorted((a, b) => a.size - b.size)[0];
  assert.deepEqual(first?.input['layerDigests'], [smallest?.digest]);
  assert.equal(others.length, 2);
  const [, ...later] = local.ecr.calls('InitiateLayerUpload');
  assert.ok(later.every(({ startedAt }) => startedAt > (first.endedAt ?? Infinity)));
});

test('a new repository that has nothing to get is not asked for', async () => {
  await using local = await start();
  await uploadIntoNew([], contextOf(local.registry, blobs).context);
  assert.deepEqual(local.ecr.calls(), []);
});

test('a new repository is awaited, and each attempt is told of the repository itself', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  const fault = {
    kind: 'error',
    operation: 'InitiateLayerUpload',
    name: 'RepositoryNotFoundException',
  } as const;
  local.ecr.fault({ ...fault, times: 2 });
  await uploadIntoNew(layers, context);
  const { attempts, firstWait } = RETRIES.newRepository;
  const notices = events.filter((event) => event.kind === 'retried');
  assert.deepEqual(
    notices.map(({ what, notice }) => [what, notice]),
    [
      [undefined, { name: 'newRepository', attempt: 2, attempts, wait: firstWait }],
      [undefined, { name: 'newRepository', attempt: 3, attempts, wait: 2 * firstWait }],
    ],
  );
  assert.equal(local.ecr.calls('CompleteLayerUpload').length, layers.length);
});

test('a repository that does not appear is no longer awaited after so many attempts', async () => {
  await using local = await start({ name: 'team/other' });
  const { context } = contextOf(local.registry, blobs);
  await assert.rejects(
    uploadIntoNew(layers, context),
    refused('REPOSITORY_NOT_FOUND', 'team/other'),
  );
  const { attempts } = RETRIES.newRepository;
  assert.equal(local.ecr.calls('InitiateLayerUpload').length, attempts);
});

test('any other refusal of a new repository is not tried again', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  const name = 'LimitExceededException';
  local.ecr.fault({ kind: 'error', operation: 'InitiateLayerUpload', name });
  await assert.rejects(uploadIntoNew(layers, context), refused('LIMIT_EXCEEDED'));
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'retried'),
    [],
  );
});

test('the layer that a new repository is tried with comes before all that wait elsewhere', async () => {
  await using ecr = await startLocalEcr();
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env });
  await using aws = new Ecr({ concurrency: 1 });
  const begun: string[] = [];
  const opening = (name: string, at: string) => ({
    openBlob: (layer: Descriptor): Promise<never> => {
      begun.push(`${name} ${layer.size}`);
      return Promise.reject(new Error(at));
    },
  });
  const contextFor = async (name: string) => {
    const repository = parseReference(`012345678901.dkr.ecr.us-east-1.amazonaws.com/${name}`);
    return contextOf(await aws.open(repository.repository), opening(name, 'the end')).context;
  };
  const [first, second, probed] = [
    await contextFor('team/first'),
    await contextFor('team/second'),
    await contextFor('team/new'),
  ];
  const uploads = [
    assert.rejects(uploadLayers(layersOf([900]), first), /the end/),
    assert.rejects(uploadLayers(layersOf([800]), second), /the end/),
    assert.rejects(uploadIntoNew(layersOf([500, 1]), probed), /the end/),
  ];
  await Promise.all(uploads);
  assert.deepEqual(begun, ['team/first 900', 'team/new 1', 'team/second 800']);
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
  const { context } = contextOf(registry, { openBlob }, { signal: stop.signal });
  await assert.rejects(uploadIntoNew(layersOf([1]), context), reason);
  registry.close();
});
