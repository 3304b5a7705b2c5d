import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { plan } from '../../src/plan/plan.ts';
import type { RepositoryState, Wanted } from '../../src/plan/state.ts';
import type { PushEvent, TagOutcome } from '../../src/push/events.ts';
import { putTags, settleHeldTags } from '../../src/push/settle-tags.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import type { Fault } from '../local-ecr/faults.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, named } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { walked } from '../support/walked.ts';
import { contextOf, pushToLocal, putName } from './local-push.ts';

const image = buildImage({ seed: 'image' });
const other = buildImage({ seed: 'other' });
const [mine, theirs] = [image.descriptor.digest, other.descriptor.digest];
const cosignTag = `${mine.replace(':', '-')}.sig`;
const cosign = named(buildImage({ seed: 'cosign' }), cosignTag);
const { graph, blobs } = await walked(image);
const { graph: signed, blobs: signedBlobs } = await walked(image, cosign);
const IMMUTABLE = { imageTagMutability: 'IMMUTABLE' } as const;

/** All content is there already: what is left to do are tags. */
function planOf(of: typeof graph, wanted: Partial<Wanted>, state: Partial<RepositoryState> = {}) {
  return plan(
    of,
    { tags: ['1.0'], ifTagExists: 'fail', create: false, ...wanted },
    {
      exists: true,
      availableLayers: new Set(of.blobs.map(({ digest }) => digest)),
      images: [{ digest: mine }],
      immutableTags: [],
      missingPolicies: [],
      ...state,
    },
  );
}

/** A repository that holds both images, and a tag that `holder` has. */
async function start(settings = {}, options: LocalEcrOptions = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(REPOSITORY_NAME, settings);
  await pushToLocal(ecr, image, { tags: ['mine'], beside: [] });
  await pushToLocal(ecr, other, { tags: ['theirs'] });
  await pushToLocal(ecr, cosign, { tags: ['cosign'] });
  ecr.log.clear();
  const registry = openLocalRegistry(ecr);
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

function outcomes(events: readonly PushEvent[]): TagOutcome[] {
  return events.flatMap((event) => (event.kind === 'tag-settled' ? [event.outcome] : []));
}

function puts(ecr: LocalEcr): string[] {
  return ecr.calls('PutImage').map(putName);
}

const held: Partial<RepositoryState> = {
  images: [{ digest: mine }, { digest: theirs, tag: '1.0' }],
  immutableTags: ['1.0'],
};

test('a tag that keeps another image ends the push before anything is sent, and both are named', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  const planned = planOf(graph, { tags: ['0.9', '1.0'] }, held);
  assert.throws(
    () => settleHeldTags(planned, context),
    refused('TAG_IS_IMMUTABLE', '1.0', mine, theirs),
  );
  assert.deepEqual(outcomes(events), [{ tag: '1.0', kind: 'refused', holder: theirs }]);
  assert.deepEqual(local.ecr.calls(), []);
});

test('or is left with it, where such tags are to be skipped', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs, { ifTagExists: 'skip' });
  const planned = planOf(graph, { tags: ['0.9', '1.0'], ifTagExists: 'skip' }, held);
  settleHeldTags(planned, context);
  assert.deepEqual(outcomes(events), [{ tag: '1.0', kind: 'skipped', holder: theirs }]);
  await putTags(planned, context);
  assert.deepEqual(puts(local.ecr), [`${mine}:0.9`]);
  assert.deepEqual(outcomes(events).slice(1), [{ tag: '0.9', kind: 'created' }]);
});

test('tags of which nothing is to be settled before are not spoken of', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  settleHeldTags(planOf(graph, { tags: ['1.0', '1.1'] }), context);
  assert.deepEqual(events, []);
});

interface Settled {
  readonly state?: Partial<RepositoryState>;
  readonly holder?: string;
  readonly puts: readonly string[];
  readonly outcome: TagOutcome;
}

const settled: Readonly<Record<string, Settled>> = {
  'created, where it was not there': {
    puts: [`${mine}:1.0`],
    outcome: { tag: '1.0', kind: 'created' },
  },
  'moved, and from where': {
    state: { images: [{ digest: mine }, { digest: theirs, tag: '1.0' }] },
    holder: theirs,
    puts: [`${mine}:1.0`],
    outcome: { tag: '1.0', kind: 'moved', from: theirs },
  },
  'unchanged, where it pointed to the image': {
    state: { images: [{ digest: mine }, { digest: mine, tag: '1.0' }] },
    holder: mine,
    puts: [],
    outcome: { tag: '1.0', kind: 'unchanged' },
  },
  'unchanged, where another job has put it meanwhile': {
    holder: mine,
    puts: [`${mine}:1.0`],
    outcome: { tag: '1.0', kind: 'unchanged' },
  },
  'put, where nobody may look what it pointed to': {
    state: { images: undefined },
    holder: theirs,
    puts: [`${mine}:1.0`],
    outcome: { tag: '1.0', kind: 'put' },
  },
};

for (const [name, { state, holder, puts: expected, outcome }] of Object.entries(settled)) {
  test(`a tag is ${name}`, async () => {
    await using local = await start();
    if (holder !== undefined) local.repository.tags.set('1.0', holder);
    const { context, events } = contextOf(local.registry, blobs);
    await putTags(planOf(graph, {}, state), context);
    assert.deepEqual(puts(local.ecr), expected);
    assert.deepEqual(outcomes(events), [outcome]);
    assert.equal(local.repository.tags.get('1.0'), mine);
  });
}

test('tags are put one after the other, in the order in which they were given', async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, blobs);
  await putTags(planOf(graph, { tags: ['c', 'a', 'b'] }), context);
  assert.deepEqual(
    puts(local.ecr),
    ['c', 'a', 'b'].map((tag) => `${mine}:${tag}`),
  );
  assert.equal(local.ecr.log.peak('PutImage'), 1);
  assert.deepEqual(
    outcomes(events).map(({ tag }) => tag),
    ['c', 'a', 'b'],
  );
});

/** What another job has put under an immutable tag after the look at it. */
const races = [
  { holder: mine, ifTagExists: 'fail', outcome: { tag: '1.0', kind: 'unchanged' } },
  { holder: mine, ifTagExists: 'skip', outcome: { tag: '1.0', kind: 'unchanged' } },
  {
    holder: theirs,
    ifTagExists: 'fail',
    outcome: { tag: '1.0', kind: 'refused', holder: theirs },
  },
  {
    holder: theirs,
    ifTagExists: 'skip',
    outcome: { tag: '1.0', kind: 'skipped', holder: theirs },
  },
] as const;

for (const { holder, ifTagExists, outcome } of races) {
  const whose = holder === mine ? 'this' : 'another';
  test(`a tag that another job has given to ${whose} image meanwhile is ${outcome.kind}, with if-tag-exists: ${ifTagExists}`, async () => {
    await using local = await start(IMMUTABLE, {
      behaviours: { sameImmutableTag: 'ImageTagAlreadyExistsException' },
    });
    local.repository.tags.set('1.0', holder);
    const { context, events } = contextOf(local.registry, blobs, { ifTagExists });
    const put = putTags(planOf(graph, { ifTagExists }), context);
    if (outcome.kind === 'refused')
      await assert.rejects(put, refused('TAG_IS_IMMUTABLE', '1.0', mine, theirs));
    else await put;
    assert.deepEqual(outcomes(events), [outcome]);
    assert.equal(local.repository.tags.get('1.0'), holder);
  });
}

test('where nobody may look who holds the tag, the error says what to allow', async () => {
  const policy = [{ actions: ['ecr:*'] }];
  await using local = await start(IMMUTABLE, {
    credentials: [{ ...DEFAULT_CREDENTIAL, policy }],
  });
  policy.splice(0, 1, { actions: ['ecr:PutImage'] });
  local.repository.tags.set('1.0', theirs);
  const { context, events } = contextOf(local.registry, blobs);
  await assert.rejects(putTags(planOf(graph, {}, { images: undefined }), context), (error) => {
    refused('TAG_IS_IMMUTABLE', '1.0', mine)(error);
    assert.ok(error instanceof PushError);
    assert.ok(error.hint.includes('ecr:BatchGetImage'), error.hint);
    assert.ok(error.cause instanceof Error, "ECR's own refusal is kept");
    return true;
  });
  assert.deepEqual(outcomes(events), [{ tag: '1.0', kind: 'refused', holder: undefined }]);
});

test("a signature's own tag comes before the tag of the image", async () => {
  await using local = await start();
  const { context, events } = contextOf(local.registry, signedBlobs);
  await putTags(planOf(signed, {}), context);
  assert.deepEqual(puts(local.ecr), [`${cosign.descriptor.digest}:${cosignTag}`, `${mine}:1.0`]);
  assert.deepEqual(outcomes(events), [{ tag: '1.0', kind: 'created' }]);
});

for (const { holder, told } of [
  { holder: theirs, told: [{ kind: 'referrer-skipped', tag: cosignTag, holder: theirs }] },
  { holder: cosign.descriptor.digest, told: [] },
] as const) {
  const whose = holder === theirs ? 'another signature' : 'this very one';
  test(`a signature whose tag has been given to ${whose} does not keep the image out`, async () => {
    await using local = await start(IMMUTABLE, {
      behaviours: { sameImmutableTag: 'ImageTagAlreadyExistsException' },
    });
    local.repository.tags.set(cosignTag, holder);
    const { context, events } = contextOf(local.registry, signedBlobs);
    await putTags(planOf(signed, {}), context);
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'referrer-skipped'),
      told,
    );
    assert.equal(local.repository.tags.get('1.0'), mine);
    assert.equal(local.repository.tags.get(cosignTag), holder);
  });
}

test('an abort between two tags keeps the second from being put', async () => {
  await using local = await start();
  const controller = new AbortController();
  const { context, events } = contextOf(local.registry, blobs, { signal: controller.signal });
  const tell = (event: PushEvent): void => {
    context.tell(event);
    if (event.kind === 'tag-settled') controller.abort(new Error('cancelled'));
  };
  const planned = planOf(graph, { tags: ['1.0', '1.1'] });
  await assert.rejects(putTags(planned, { ...context, tell }), /cancelled/);
  assert.deepEqual(puts(local.ecr), [`${mine}:1.0`]);
  assert.deepEqual(outcomes(events), [{ tag: '1.0', kind: 'created' }]);
});

/** What is told of the tag after its put ended so. */
const endings: readonly [what: string, fault: Fault, isUnsure: boolean][] = [
  ['whose calls get no answer, nor any look', { kind: 'reset', times: 100 }, true],
  ['that ECR refuses', { kind: 'error', name: 'LimitExceededException' }, false],
  ['that is throttled', { kind: 'throttle', times: 100 }, false],
];

for (const [what, fault, isUnsure] of endings) {
  test(`a tag ${what} ${isUnsure ? 'may have moved' : 'has not moved'}`, async () => {
    await using local = await start();
    const { context, events } = contextOf(local.registry, blobs);
    // From the first put on, whatever is asked.
    local.ecr.fault({ ...fault, ...(isUnsure ? {} : { operation: 'PutImage' }) });
    await assert.rejects(putTags(planOf(graph, {}), context));
    const told = events.filter(({ kind }) => kind === 'tag-started' || kind === 'tag-kept');
    const started = { kind: 'tag-started', tag: '1.0' };
    assert.deepEqual(told, isUnsure ? [started] : [started, { kind: 'tag-kept', tag: '1.0' }]);
  });
}
