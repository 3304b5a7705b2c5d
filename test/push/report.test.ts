import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayerOutcome } from '../../src/ecr/registry.ts';
import { plan } from '../../src/plan/plan.ts';
import type { PushEvent } from '../../src/push/events.ts';
import { type LayerReport, reportImage, TargetRecord } from '../../src/push/report.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { joined } from '../support/joined.ts';
import { walked } from '../support/walked.ts';

const image = buildImage({ seed: 'image', layers: [{ size: 100 }, { size: 200 }] });
const { graph } = await walked(image);
const [config, first, second] = graph.blobs.toSorted((a, b) => kindOf(a.digest) - kindOf(b.digest));
assert.ok(config && first && second);
const root = image.descriptor.digest;

function kindOf(digest: string): number {
  return [image.config, ...image.layers].findIndex((blob) => blob.digest === digest);
}

const REPOSITORY = {
  type: 'private',
  registryId: '012345678901',
  region: 'us-east-1',
  name: 'team/app',
} as const;

/** Each event comes a second after the one before. */
function reported(
  events: readonly PushEvent[],
  {
    error,
    retries = 0,
    throttles = 0,
    tags = ['1.0'],
  }: { error?: Error; retries?: number; throttles?: number; tags?: string[] } = {},
) {
  let clock = 0;
  const record = new TargetRecord(tags, () => clock);
  for (const event of events) {
    clock += 1000;
    record.note(event);
  }
  clock += 1000;
  record.noteStep();
  // What the other repositories still do is none of its time.
  clock += 5000;
  return record.end({
    repository: REPOSITORY,
    error,
    traffic: { retries, throttles, bytesOnWire: 7 },
  });
}

/** The config is there already. */
const planned: PushEvent = {
  kind: 'planned',
  plan: plan(
    graph,
    { tags: ['1.0'], ifTagExists: 'fail', create: false },
    {
      exists: true,
      availableLayers: new Set([config.digest]),
      images: [],
      immutableTags: [],
      missingPolicies: [],
    },
  ),
};

const started = (layer: typeof first): PushEvent => ({ kind: 'layer-started', layer, from: 0 });
const finished = (layer: typeof first, outcome: LayerOutcome): PushEvent => ({
  kind: 'layer-finished',
  layer,
  outcome,
});

const NOT_TIMED = { bytesOnWire: 0, startedAt: undefined, finishedAt: undefined };

function layersIn(
  events: readonly PushEvent[],
): ReadonlyMap<string, Omit<LayerReport, 'descriptor'>> {
  return new Map(
    reported(events).layers.map(({ descriptor, ...rest }) => [descriptor.digest, rest]),
  );
}

test('a target that got no further than the question reports nothing but how it ended', () => {
  const error = new Error('refused');
  assert.deepEqual(reported([], { error, tags: ['1.0', 'latest'] }), {
    repository: REPOSITORY,
    error,
    created: false,
    planned: undefined,
    tags: [
      { tag: '1.0', kind: 'untouched' },
      { tag: 'latest', kind: 'untouched' },
    ],
    layers: [],
    manifests: [],
    bytesUnfinished: 0,
    bytesOnWire: 7,
    retries: 0,
    throttles: 0,
    startedAt: 0,
    finishedAt: 1000,
  });
});

test('once it is planned, each layer is there or missing', () => {
  const layers = layersIn([planned]);
  assert.deepEqual(layers.get(config.digest), { kind: 'present', ...NOT_TIMED });
  assert.deepEqual(layers.get(first.digest), { kind: 'missing', ...NOT_TIMED });
  assert.equal(layers.size, 3);
});

test('a layer that was sent has its bytes on the wire and its times', () => {
  const layers = layersIn([
    planned,
    started(first),
    started(second),
    finished(first, { kind: 'sent', bytesOnWire: 140 }),
  ]);
  assert.deepEqual(layers.get(first.digest), {
    kind: 'sent',
    bytesOnWire: 140,
    startedAt: 2000,
    finishedAt: 4000,
  });
  assert.deepEqual(
    layers.get(second.digest),
    { kind: 'missing', bytesOnWire: 0, startedAt: 3000, finishedAt: undefined },
    'it did not end',
  );
});

test('a layer that another job completed is told apart, with what was sent of it', () => {
  const layers = layersIn([
    planned,
    started(first),
    finished(first, { kind: 'completed-elsewhere', bytesOnWire: 140 }),
  ]);
  assert.equal(layers.get(first.digest)?.kind, 'completed-elsewhere');
  assert.equal(layers.get(first.digest)?.bytesOnWire, 140);
});

test('a layer that is sent again counts once, with all its bytes', () => {
  const report = reported([
    planned,
    started(first),
    finished(first, { kind: 'sent', bytesOnWire: 140 }),
    started(first),
    finished(first, { kind: 'sent', bytesOnWire: 150 }),
    started(second),
    finished(second, { kind: 'sent', bytesOnWire: 280 }),
  ]);
  assert.equal(report.layers.filter(({ kind }) => kind === 'sent').length, 2);
  assert.equal(report.layers.find(({ descriptor }) => descriptor === first)?.bytesOnWire, 290);
  assert.equal(report.bytesOnWire, 7, 'of the registry, which counts what did not arrive, too');
});

test('a layer that this run sent stays sent, though ECR then says that it exists', () => {
  const layers = layersIn([
    planned,
    finished(first, { kind: 'sent', bytesOnWire: 140 }),
    finished(first, { kind: 'completed-elsewhere', bytesOnWire: 150 }),
  ]);
  assert.equal(layers.get(first.digest)?.kind, 'sent');
});

test('a layer that was there and got lost counts as sent', () => {
  const sent = finished(config, { kind: 'sent', bytesOnWire: 9 });
  assert.equal(layersIn([planned, started(config), sent]).get(config.digest)?.kind, 'sent');
});

test("retries are the push's own and the SDK's, manifests stand in their order", () => {
  const notice = { name: 'manifest', attempt: 2, attempts: 6, wait: 200 } as const;
  const { retries, manifests } = reported(
    [
      planned,
      { kind: 'retried', what: root, notice },
      { kind: 'manifest-put', digest: root, what: 'it', tag: undefined, isNew: true },
      { kind: 'retried', what: root, notice },
      { kind: 'manifest-put', digest: root, what: 'it', tag: '1.0', isNew: true },
    ],
    { retries: 3 },
  );
  assert.equal(retries, 5);
  assert.deepEqual(manifests, [
    { digest: root, what: 'it', tag: undefined },
    { digest: root, what: 'it', tag: '1.0' },
  ]);
});

test('retries because ECR asked for a lower rate are counted among the others', () => {
  const again = { attempt: 2, attempts: undefined, wait: 200 };
  const { retries, throttles } = reported(
    [
      { kind: 'retried', what: first.digest, notice: { name: 'throttled', ...again } },
      { kind: 'retried', what: first.digest, notice: { name: 'transient', ...again } },
    ],
    { retries: 5, throttles: 2 },
  );
  assert.deepEqual({ retries, throttles }, { retries: 7, throttles: 3 });
});

test('what was planned is told, whether it was done or not', () => {
  assert.deepEqual(reported([planned]).planned, {
    repository: 'none',
    tags: [{ tag: '1.0', kind: 'create' }],
    manifests: [{ digest: root, what: graph.roles.get(root)?.name, tag: '1.0' }],
  });
});

test('tags stand in the order in which they were wanted, with the last that became of them', () => {
  const { tags, created } = reported(
    [
      { kind: 'repository-created' },
      { kind: 'tag-settled', outcome: { tag: 'c', kind: 'created' } },
      { kind: 'tag-settled', outcome: { tag: 'a', kind: 'skipped', holder: root } },
    ],
    { tags: ['a', 'b', 'c'] },
  );
  assert.equal(created, true);
  assert.deepEqual(tags, [
    { tag: 'a', kind: 'skipped', holder: root },
    { tag: 'b', kind: 'untouched' },
    { tag: 'c', kind: 'created' },
  ]);
});

test('what ECR has confirmed of layers that did not arrive is told, and no more of those that did', () => {
  const progress = (layer: typeof first, bytes: number): PushEvent => ({
    kind: 'layer-progress',
    layer,
    bytes,
  });
  const under = [planned, progress(first, 50), progress(second, 20), progress(first, 70)];
  assert.equal(reported(under).bytesUnfinished, 90);
  const done = [...under, finished(first, { kind: 'sent', bytesOnWire: 140 })];
  assert.equal(reported(done).bytesUnfinished, 20);
});

test('a tag is unsure from its put on, until it is settled or refused', () => {
  const started: PushEvent = { kind: 'tag-started', tag: '1.0' };
  const kept: PushEvent = { kind: 'tag-kept', tag: '1.0' };
  const settled: PushEvent = { kind: 'tag-settled', outcome: { tag: '1.0', kind: 'put' } };
  assert.deepEqual(reported([started]).tags, [{ tag: '1.0', kind: 'unsure' }]);
  assert.deepEqual(reported([started, kept]).tags, [{ tag: '1.0', kind: 'untouched' }]);
  assert.deepEqual(reported([started, settled]).tags, [{ tag: '1.0', kind: 'put' }]);
});

test('what is only for the log changes nothing of the report', () => {
  const only: PushEvent[] = [
    { kind: 'unchecked', what: 'images' },
    { kind: 'policies-set' },
    { kind: 'referrer-skipped', tag: 'sha256-a.sig', holder: undefined },
  ];
  const told = reported([planned, ...only]);
  assert.deepEqual({ ...told, finishedAt: 0 }, { ...reported([planned]), finishedAt: 0 });
});

test('an image has a config, an index has none', async () => {
  assert.deepEqual(reportImage(graph), {
    descriptor: graph.root.descriptor,
    config: image.config.digest,
    platform: { os: 'linux', architecture: 'amd64' },
    instructions: graph.instructions,
    joined: [],
    inline: undefined,
  });
  const { graph: whole } = await walked(buildIndex([image]));
  assert.deepEqual(reportImage(whole), {
    descriptor: whole.root.descriptor,
    config: undefined,
    platform: undefined,
    instructions: graph.instructions,
    joined: [],
    inline: undefined,
  });
});

test('an index of joined images tells what it lists', async () => {
  assert.deepEqual(reportImage(await joined(image)).joined, [image.descriptor]);
});

const to = (type: 'private' | 'public', ...tags: readonly string[]) => ({
  registry: { repository: { type, registryId: undefined, region: 'us-east-1', name: 'app' } },
  tags,
});

test('an index that ECR Public gets by digest is told with its bytes, as index-of could not read them there', async () => {
  const { graph: whole } = await walked(buildIndex([image]));
  const inline = (...targets: readonly ReturnType<typeof to>[]) =>
    reportImage(whole, targets).inline;
  assert.deepEqual(inline(to('private'), to('public')), whole.root.bytes);
  assert.equal(inline(to('private')), undefined);
  assert.equal(inline(to('public', 'v1')), undefined);
  assert.equal(reportImage(graph, [to('public')]).inline, undefined, 'an image');
  const many = Array.from({ length: 100 }, (_, at) => buildImage({ seed: String(at) }));
  const { graph: large } = await walked(buildIndex(many));
  assert.equal(reportImage(large, [to('public')]).inline, undefined, 'too large for an output');
});

test('a platform that only the config names is that of the image', async () => {
  const { mediaType, digest, size } = image.descriptor;
  const { graph: bare } = await walked({ ...image, descriptor: { mediaType, digest, size } });
  assert.deepEqual(reportImage(bare).platform, { os: 'linux', architecture: 'amd64' });
});
