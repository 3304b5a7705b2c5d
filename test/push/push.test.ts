import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositorySettings } from '../../src/ecr/repository-settings.ts';
import { PushError } from '../../src/errors.ts';
import type { PushEvent } from '../../src/push/events.ts';
import { push, type PushOptions } from '../../src/push/push.ts';
import type { PushReport, TargetReport } from '../../src/push/report.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { uploadElsewhere } from '../support/other-job.ts';
import { refused } from '../support/refused.ts';
import { walked } from '../support/walked.ts';
import { completeTarget, pushOptions, pushToLocal, silent, tryToPush } from './local-push.ts';

const image = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2000 }] });
const other = buildImage({ seed: 'other' });
const index = buildIndex([image, other]);
const [mine, theirs] = [image.descriptor.digest, other.descriptor.digest];
const [large, small] = image.layers;
assert.ok(large && small);

async function start(settings = {}, options: LocalEcrOptions = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(REPOSITORY_NAME, settings);
  return { ecr, repository, [Symbol.asyncDispose]: () => ecr[Symbol.asyncDispose]() };
}

function only({ targets }: PushReport): TargetReport {
  const [target, ...more] = targets;
  assert.ok(target);
  assert.deepEqual(more, []);
  return target;
}

/** Kinds of layers by digest. */
function kinds({ layers }: TargetReport): Record<string, string> {
  return Object.fromEntries(layers.map(({ descriptor, kind }) => [descriptor.digest, kind]));
}

test('a push reports the repository, each tag, each layer and each manifest', async () => {
  await using local = await start();
  const before = Date.now();
  const report = await tryToPush(local.ecr, image, { tags: ['1.0', 'latest'] });
  const after = Date.now();
  const what = `root image ${mine} (linux/amd64)`;
  assert.deepEqual(report.image, {
    descriptor: image.descriptor,
    config: image.config.digest,
    platform: { os: 'linux', architecture: 'amd64' },
    instructions: new Map(image.layers.map(({ digest }, at) => [digest, `layer ${at}`])),
    joined: [],
    inline: undefined,
  });
  const manifests = ['1.0', 'latest'].map((tag) => ({ digest: mine, what, tag }));
  const { layers, bytesOnWire, startedAt, finishedAt, ...target } = only(report);
  assert.deepEqual(target, {
    repository: {
      type: 'private',
      registryId: '012345678901',
      region: 'us-east-1',
      name: REPOSITORY_NAME,
    },
    error: undefined,
    created: false,
    planned: {
      repository: 'none',
      tags: [
        { tag: '1.0', kind: 'create' },
        { tag: 'latest', kind: 'create' },
      ],
      manifests,
    },
    tags: [
      { tag: '1.0', kind: 'created' },
      { tag: 'latest', kind: 'created' },
    ],
    manifests,
    bytesUnfinished: 0,
    retries: 0,
    throttles: 0,
  });
  assert.ok(before <= startedAt && startedAt <= finishedAt && finishedAt <= after);
  assert.equal(layers.length, 3);
  for (const layer of layers) {
    const { size } = layer.descriptor;
    assert.equal(layer.kind, 'sent');
    assert.ok(layer.bytesOnWire >= (size * 4) / 3, 'base64 is a third more');
    assert.ok(layer.bytesOnWire < (size * 4) / 3 + 1000);
    assert.ok(startedAt <= (layer.startedAt ?? 0));
    assert.ok((layer.startedAt ?? Infinity) <= (layer.finishedAt ?? 0));
    assert.ok((layer.finishedAt ?? Infinity) <= finishedAt);
  }
  assert.equal(
    bytesOnWire,
    layers.reduce((sum, layer) => sum + layer.bytesOnWire, 0),
  );
  const sent = local.ecr.calls('UploadLayerPart').map(({ requestBytes }) => requestBytes);
  assert.equal(
    bytesOnWire,
    sent.reduce((sum, bytes) => sum + bytes, 0),
  );
});

test('the same push again reports that all was there, without a time or a byte', async () => {
  await using local = await start();
  await pushToLocal(local.ecr, index);
  const { layers, tags, manifests, bytesOnWire } = await pushToLocal(local.ecr, index);
  assert.deepEqual(tags, [{ tag: '1.0', kind: 'unchanged' }]);
  assert.deepEqual(manifests, []);
  assert.equal(bytesOnWire, 0);
  assert.equal(layers.length, 5);
  for (const layer of layers) {
    assert.deepEqual(layer, {
      descriptor: layer.descriptor,
      kind: 'present',
      bytesOnWire: 0,
      startedAt: undefined,
      finishedAt: undefined,
    });
  }
});

interface TagCase {
  readonly holder?: string;
  readonly settings?: object;
  readonly denied?: true;
  readonly ifTagExists?: 'skip';
  readonly expected: TargetReport['tags'][number];
}

const tagCases: Readonly<Record<string, TagCase>> = {
  'created, where it was not there': { expected: { tag: '1.0', kind: 'created' } },
  'moved, from the image that had it': {
    holder: theirs,
    expected: { tag: '1.0', kind: 'moved', from: theirs },
  },
  'unchanged, where it was there': { holder: mine, expected: { tag: '1.0', kind: 'unchanged' } },
  'put, where nobody may look': {
    holder: theirs,
    denied: true,
    expected: { tag: '1.0', kind: 'put' },
  },
  'unchanged, where nobody may look and ECR says so': {
    holder: mine,
    denied: true,
    expected: { tag: '1.0', kind: 'unchanged' },
  },
  'skipped, with the image that keeps it': {
    holder: theirs,
    settings: { imageTagMutability: 'IMMUTABLE' },
    ifTagExists: 'skip',
    expected: { tag: '1.0', kind: 'skipped', holder: theirs },
  },
  'skipped, where nobody may look who keeps it': {
    holder: theirs,
    settings: { imageTagMutability: 'IMMUTABLE' },
    ifTagExists: 'skip',
    denied: true,
    expected: { tag: '1.0', kind: 'skipped', holder: undefined },
  },
  'refused, with the image that keeps it': {
    holder: theirs,
    settings: { imageTagMutability: 'IMMUTABLE' },
    expected: { tag: '1.0', kind: 'refused', holder: theirs },
  },
};

for (const [name, given] of Object.entries(tagCases)) {
  test(`a tag is reported as ${name}`, async () => {
    const { holder, settings, denied, ifTagExists = 'fail', expected } = given;
    const calls = denied ? ['ecr:*Layer*', 'ecr:PutImage'] : ['ecr:*'];
    const policy = [{ actions: ['ecr:*'] }];
    const credentials = [{ ...DEFAULT_CREDENTIAL, policy }];
    await using local = await start(settings, { credentials });
    await pushToLocal(local.ecr, other, { tags: ['0.9'] });
    await pushToLocal(local.ecr, image, { tags: ['0.8'] });
    if (holder !== undefined) local.repository.tags.set('1.0', holder);
    policy.splice(0, 1, { actions: calls });
    const { tags, error } = only(await tryToPush(local.ecr, image, { ifTagExists }));
    assert.deepEqual(tags, [expected]);
    assert.equal(error !== undefined, expected.kind === 'refused');
  });
}

test('tags after the one that failed are untouched, and those before are told', async () => {
  await using local = await start();
  local.ecr.fault({
    kind: 'error',
    operation: 'PutImage',
    name: 'LimitExceededException',
    when: ({ input }) => input['imageTag'] === 'b',
  });
  const { tags, error } = only(await tryToPush(local.ecr, image, { tags: ['a', 'b', 'c'] }));
  refused('LIMIT_EXCEEDED', 'PutImage')(error);
  assert.deepEqual(tags, [
    { tag: 'a', kind: 'created' },
    { tag: 'b', kind: 'untouched' },
    { tag: 'c', kind: 'untouched' },
  ]);
});

test('a target that fails midway reports what arrived, what did not and what was there', async () => {
  await using local = await start();
  const there = image.blobs.get(image.config.digest);
  assert.ok(there instanceof Uint8Array);
  await uploadElsewhere(local.ecr, there);
  local.ecr.fault({
    kind: 'error',
    operation: 'CompleteLayerUpload',
    name: 'LimitExceededException',
    when: ({ input }) => String(input['layerDigests']) === small.digest,
  });
  // One at a time, the largest first.
  const target = only(await tryToPush(local.ecr, image, { layersAtOnce: 1 }));
  refused('LIMIT_EXCEEDED', 'CompleteLayerUpload')(target.error);
  assert.deepEqual(kinds(target), {
    [image.config.digest]: 'present',
    [large.digest]: 'sent',
    [small.digest]: 'missing',
  });
  assert.deepEqual(target.tags, [{ tag: '1.0', kind: 'untouched' }]);
  assert.deepEqual(target.manifests, []);
  const failed = target.layers.find(({ descriptor }) => descriptor.digest === small.digest);
  assert.ok(failed?.startedAt);
  assert.equal(failed.finishedAt, undefined);
});

test('a layer that another job completes meanwhile is reported as its work', async () => {
  await using local = await start();
  const content = image.blobs.get(large.digest);
  assert.ok(content instanceof Uint8Array);
  local.ecr.fault({
    kind: 'before',
    operation: 'CompleteLayerUpload',
    when: ({ input }) => String(input['layerDigests']) === large.digest,
    run: () => uploadElsewhere(local.ecr, content),
  });
  const target = await pushToLocal(local.ecr, image);
  assert.deepEqual(kinds(target), {
    [image.config.digest]: 'sent',
    [large.digest]: 'completed-elsewhere',
    [small.digest]: 'sent',
  });
  const layer = target.layers.find(({ kind }) => kind === 'completed-elsewhere');
  assert.ok((layer?.bytesOnWire ?? 0) >= 4000, 'its bytes were on the wire all the same');
  assert.ok(layer?.finishedAt);
});

test('retries of the SDK and of the push add up', async () => {
  await using local = await start();
  local.ecr.fault({
    kind: 'error',
    operation: 'InitiateLayerUpload',
    name: 'ServerException',
    status: 500,
  });
  local.ecr.fault({ kind: 'expire-upload', operation: 'CompleteLayerUpload' });
  local.ecr.fault({ kind: 'hide-layers', operation: 'PutImage' });
  const { retries } = await pushToLocal(local.ecr, image);
  assert.equal(retries, 3);
});

const creations: readonly [string, RepositorySettings | undefined, boolean, boolean][] = [
  ['is missing, and is created', {}, false, true],
  ['is there', {}, true, false],
  ['is there, and would not be created', undefined, true, false],
];

for (const [name, createRepository, isThere, created] of creations) {
  test(`a repository that ${name}: ${created}`, async () => {
    await using ecr = await startLocalEcr();
    if (isThere) ecr.createRepository(REPOSITORY_NAME);
    const target = await pushToLocal(ecr, image, { createRepository });
    assert.equal(target.created, created);
    assert.equal(ecr.repository(REPOSITORY_NAME).tags.get('1.0'), mine);
  });
}

test('what happens is told in its order, and the report is made of the same', async () => {
  await using ecr = await startLocalEcr();
  const events: PushEvent[] = [];
  await pushToLocal(ecr, buildIndex([other]), {
    createRepository: {},
    listener: (event) => events.push(event),
    layersAtOnce: 1,
  });
  assert.deepEqual(
    events.map(({ kind }) => kind),
    [
      'planned',
      'repository-created',
      ...['layer-started', 'layer-progress', 'layer-finished'],
      ...['layer-started', 'layer-progress', 'layer-finished'],
      'manifest-put',
      'tag-started',
      'manifest-put',
      'tag-settled',
    ],
  );
});

/** Several repositories of one local ECR. */
async function pushToSeveral(
  ecr: LocalEcr,
  names: readonly string[],
  options: Partial<PushOptions> = {},
): Promise<PushReport> {
  const { graph, blobs } = await walked(index);
  const targets = names.map((name) => ({
    registry: openLocalRegistry(ecr, { name }),
    tags: ['1.0'],
    listener: silent,
  }));
  try {
    return await push(graph, targets, { ...pushOptions(blobs), ...options });
  } finally {
    for (const { registry } of targets) registry.close();
  }
}

const NAMES = ['team/a', 'team/b', 'team/c'] as const;

async function startSeveral() {
  const ecr = await startLocalEcr();
  for (const name of NAMES) ecr.createRepository(name);
  return ecr;
}

test('a dry run reports the plan of each target, and writes nothing', async () => {
  await using ecr = await startSeveral();
  const report = await pushToSeveral(ecr, [...NAMES, 'team/none'], { dryRun: true });
  assert.equal(report.targets.length, 4);
  for (const { error, planned, layers, manifests } of report.targets) {
    assert.equal(error, undefined);
    assert.deepEqual(planned?.tags, [{ tag: '1.0', kind: 'create' }]);
    assert.ok(planned.manifests.length > 0 && layers.length > 0);
    assert.ok(layers.every(({ kind }) => kind === 'missing'));
    assert.deepEqual(manifests, []);
  }
  const written = ecr.calls().filter(({ operation }) => !/^(?:Batch|Describe|Get)/.test(operation));
  assert.deepEqual(written, []);
});

const phases: Readonly<Record<string, Pick<Fault, 'operation' | 'when'>>> = {
  'the look at it': { operation: 'BatchGetImage' },
  'the upload': { operation: 'UploadLayerPart' },
  'the children': { operation: 'PutImage', when: ({ input }) => input['imageTag'] === undefined },
  'the tags': { operation: 'PutImage', when: ({ input }) => input['imageTag'] === '1.0' },
};

for (const [name, { operation, when }] of Object.entries(phases)) {
  test(`a target that fails in ${name} drops out, and the others are complete`, async () => {
    await using ecr = await startSeveral();
    ecr.fault({
      kind: 'error',
      name: 'LimitExceededException',
      ...(operation === undefined ? {} : { operation }),
      when: (call) => call.input['repositoryName'] === 'team/b' && (when?.(call) ?? true),
      times: Infinity,
    });
    const { targets } = await pushToSeveral(ecr, NAMES);
    const errors = targets.map(({ error }) => (error instanceof PushError ? error.code : error));
    assert.deepEqual(errors, [undefined, 'LIMIT_EXCEEDED', undefined]);
    assert.deepEqual(
      NAMES.map((repository) => ecr.repository(repository).tags.size),
      [1, 0, 1],
    );
  });

  test(`with fail-fast, one that fails in ${name} stops the others, which say why`, async () => {
    await using ecr = await startSeveral();
    const isPhase: NonNullable<Fault['when']> = (call) => when?.(call) ?? true;
    const phase = operation === undefined ? {} : { operation };
    // The others wait for the one that fails, so that the outcome hangs on no race.
    ecr.fault({
      kind: 'hang',
      ...phase,
      when: (call) => call.input['repositoryName'] !== 'team/b' && isPhase(call),
      times: Infinity,
    });
    ecr.fault({
      kind: 'error',
      name: 'LimitExceededException',
      ...phase,
      when: (call) => call.input['repositoryName'] === 'team/b' && isPhase(call),
      times: Infinity,
    });
    const { targets } = await pushToSeveral(ecr, NAMES, { failFast: true });
    const errors = targets.map(({ error }) => (error instanceof PushError ? error.code : error));
    assert.deepEqual(errors, ['CANCELLED', 'LIMIT_EXCEEDED', 'CANCELLED']);
    const [first] = targets;
    assert.match(String(first?.error), /Stopped because another repository failed/);
    for (const repository of NAMES) assert.equal(ecr.repository(repository).tags.size, 0);
  });
}

test('no tag is put anywhere before all that was asked for is everywhere', async () => {
  await using ecr = await startSeveral();
  ecr.fault({
    kind: 'delay',
    milliseconds: 100,
    operation: 'CompleteLayerUpload',
    when: ({ input }) => input['repositoryName'] === 'team/c',
    times: Infinity,
  });
  const { targets } = await pushToSeveral(ecr, NAMES);
  assert.ok(targets.every(({ error }) => error === undefined));
  const puts = ecr.calls('PutImage');
  const tagged = puts.filter(({ input }) => input['imageTag'] !== undefined);
  const rest = puts.filter((put) => !tagged.includes(put));
  assert.equal(rest.length, NAMES.length * 2);
  const lastContent = Math.max(...rest.map(({ endedAt = Infinity }) => endedAt));
  assert.ok(tagged.every(({ startedAt }) => startedAt > lastContent));
});

const moments: readonly [string, Pick<Fault, 'operation' | 'nth'>, never: string][] = [
  ['it is asked what is there', { operation: 'BatchGetImage' }, 'InitiateLayerUpload'],
  ['the first layer is sent', { operation: 'UploadLayerPart' }, 'CompleteLayerUpload'],
  ['the last layer is completed', { operation: 'CompleteLayerUpload', nth: 5 }, 'PutImage'],
];

for (const [moment, at, never] of moments) {
  test(`an abort while ${moment} ends the push with its reason, and nothing follows`, async () => {
    await using local = await start();
    const controller = new AbortController();
    const reason = new PushError('CANCELLED', 'The step was cancelled (SIGINT)');
    local.ecr.fault({ ...at, kind: 'before', run: () => controller.abort(reason) });
    local.ecr.fault({ ...at, kind: 'hang', times: Infinity });
    const { signal } = controller;
    const report = await tryToPush(local.ecr, index, { signal, layersAtOnce: 1 });
    assert.equal(report.targets[0]?.error, reason);
    assert.deepEqual(local.ecr.calls(never), []);
    assert.equal(local.repository.tags.size, 0);
  });
}

test('a push that was aborted before it began asks nothing', async () => {
  await using local = await start();
  const reason = new Error('cancelled');
  const signal = AbortSignal.abort(reason);
  const { targets } = await tryToPush(local.ecr, image, { signal });
  assert.equal(targets[0]?.error, reason);
  assert.deepEqual(local.ecr.calls(), []);
});

test('a listener that fails is a failure of its target', async () => {
  await using local = await start();
  const listener = (): never => {
    throw new Error('a bug');
  };
  const report = await tryToPush(local.ecr, image, { listener });
  assert.throws(() => completeTarget(report), /a bug/);
});

test('a target that fails says so, last of all', async () => {
  await using local = await start();
  const kinds: string[] = [];
  local.ecr.fault({ kind: 'error', operation: 'PutImage', name: 'KmsException', message: 'no' });
  const report = await tryToPush(local.ecr, image, {
    listener: ({ kind }) => void kinds.push(kind),
  });
  assert.throws(() => completeTarget(report));
  assert.equal(kinds.at(-1), 'target-failed');
  assert.equal(kinds.filter((kind) => kind === 'target-failed').length, 1);
});
