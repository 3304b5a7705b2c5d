import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RETRIES } from '../../src/async/retry.ts';
import { Ecr } from '../../src/ecr/ecr.ts';
import type { PushEvent } from '../../src/push/events.ts';
import { putManifest } from '../../src/push/put-manifest.ts';
import { uploadLayers } from '../../src/push/upload-layers.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { type Fault, refusedManifest } from '../local-ecr/faults.ts';
import { buildAttestation, buildImage, buildIndex, type Graph } from '../support/image.ts';
import { joined } from '../support/joined.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { walked } from '../support/walked.ts';
import { contextOf, pushToLocal, putName, tryToPush } from './local-push.ts';

const image = buildImage({ seed: 'image' });
const other = buildImage({ seed: 'other' });
const index = buildIndex([image, other]);
const [layer] = image.layers;
if (!layer) throw new Error('the image has a layer');
const IMMUTABLE = { imageTagMutability: 'IMMUTABLE' } as const;

async function start(settings = {}, options: LocalEcrOptions = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(REPOSITORY_NAME, settings);
  return { ecr, repository, [Symbol.asyncDispose]: () => ecr[Symbol.asyncDispose]() };
}

test('a layer that PutImage does not see yet is awaited, and not sent again', async () => {
  await using local = await start();
  const fault = local.ecr.fault({ kind: 'hide-layers', operation: 'PutImage', times: 2 });
  await pushToLocal(local.ecr, image);
  assert.equal(fault.hits, 2);
  assert.equal(local.repository.tags.get('1.0'), image.descriptor.digest);
  assert.equal(local.ecr.calls('InitiateLayerUpload').length, 2, 'a layer and a config');
});

test('a layer that vanished after the check is sent again', async () => {
  await using local = await start();
  await pushToLocal(local.ecr, image, { tags: ['0.9'] });
  local.repository.images.clear();
  local.repository.tags.clear();
  const vanish = () => void local.repository.layers.delete(layer.digest);
  local.ecr.fault({ kind: 'before', operation: 'PutImage', run: vanish });
  local.ecr.log.clear();
  await pushToLocal(local.ecr, image);
  assert.equal(local.ecr.calls('InitiateLayerUpload').length, 1);
  assert.equal(local.repository.layers.has(layer.digest), true);
  assert.equal(local.repository.tags.get('1.0'), image.descriptor.digest);
});

test('a child that is missing is put again, and then the index', async () => {
  await using local = await start();
  const vanish = () => void local.repository.images.delete(other.descriptor.digest);
  local.ecr.fault({
    kind: 'before',
    operation: 'PutImage',
    when: ({ input }) => input['imageTag'] === '1.0',
    run: vanish,
  });
  await pushToLocal(local.ecr, index);
  const children = [image, other].map(({ descriptor }) => descriptor.digest);
  const root = `${index.descriptor.digest}:1.0`;
  const puts = local.ecr.calls('PutImage').map(putName);
  assert.deepEqual(new Set(puts.slice(0, 2)), new Set(children));
  assert.deepEqual(puts.slice(2), [root, ...children, root]);
  assert.equal(local.repository.images.has(other.descriptor.digest), true);
});

test('a manifest that another job has put meanwhile is a success', async () => {
  await using local = await start();
  local.ecr.fault({
    kind: 'error',
    operation: 'PutImage',
    name: 'ImageAlreadyExistsException',
    times: 3,
  });
  await pushToLocal(local.ecr, index);
  assert.equal(local.ecr.calls('PutImage').length, 3);
});

/** Emulators call it so, and moto and fakecloud do: https://github.com/getmoto/moto */
const immutableElsewhere: Fault = {
  kind: 'error',
  operation: 'PutImage',
  name: 'ImageAlreadyExistsException',
  when: ({ input }) => input['imageTag'] === '1.0',
  times: 100,
};

test('an image that exists, as ECR says again and again, while its tag points to another, is no success', async () => {
  await using local = await start();
  await pushToLocal(local.ecr, other);
  local.ecr.log.clear();
  local.ecr.fault(immutableElsewhere);
  const { targets } = await tryToPush(local.ecr, image);
  const [mine, theirs] = [image, other].map(({ descriptor }) => descriptor.digest);
  refused('TAG_IS_IMMUTABLE', `points to ${theirs} and cannot move to ${mine}`)(targets[0]?.error);
  assert.deepEqual(targets[0]?.tags, [{ tag: '1.0', kind: 'refused', holder: theirs }]);
  const puts = local.ecr.calls('PutImage').filter((call) => putName(call).endsWith(':1.0'));
  assert.equal(puts.length, RETRIES.unconfirmed.attempts);
});

test('it is one where another job moved the tag in between, and it can be moved back', async () => {
  await using local = await start();
  await pushToLocal(local.ecr, other);
  local.ecr.fault({ ...immutableElsewhere, times: 1 });
  await pushToLocal(local.ecr, image);
  assert.equal(local.repository.tags.get('1.0'), image.descriptor.digest);
});

/** Every PutImage of the tag answers this, and does nothing. */
function answersOnly(output: object): Fault {
  return {
    kind: 'error',
    operation: 'PutImage',
    when: ({ input }) => input['imageTag'] === '1.0',
    // What the server throws with this status looks like an answer.
    name: 'Ok',
    status: 200,
    fields: { ...output },
    times: Infinity,
  };
}

const mayNotLook = {
  credentials: [
    {
      ...DEFAULT_CREDENTIAL,
      policy: [{ actions: ['*Layer*', 'PutImage'].map((call) => `ecr:${call}`) }],
    },
  ],
};

for (const [what, options] of [
  ['a look does not show', {}],
  ['nobody may look', mayNotLook],
] as const) {
  test(`an image whose put is answered, but not done, is put again, and not for ever, where ${what} it`, async () => {
    await using local = await start({}, options);
    const imageId = { imageDigest: other.descriptor.digest, imageTag: '1.0' };
    local.ecr.fault(answersOnly({ image: { imageId } }));
    const { targets } = await tryToPush(local.ecr, index);
    refused(
      'UNEXPECTED_RESPONSE',
      `root index ${index.descriptor.digest}`,
      `answered that it stored ${other.descriptor.digest}`,
    )(targets[0]?.error);
    const root = `${index.descriptor.digest}:1.0`;
    const puts = local.ecr.calls('PutImage').filter((call) => putName(call) === root);
    assert.equal(puts.length, RETRIES.unconfirmed.attempts);
    assert.equal(targets[0]?.retries, RETRIES.unconfirmed.attempts - 1);
    assert.deepEqual(targets[0].tags, [{ tag: '1.0', kind: 'unsure' }]);
    assert.equal(local.repository.tags.size, 0);
  });
}

test('who may not look takes it for a proof that the image exists when it is put again', async () => {
  await using local = await start({}, mayNotLook);
  local.ecr.fault({ kind: 'answer', operation: 'PutImage', change: () => ({}) });
  const report = await pushToLocal(local.ecr, image);
  assert.deepEqual(
    local.ecr.calls('PutImage').map(({ outcome }) => outcome),
    ['ok', 'ImageAlreadyExistsException'],
  );
  assert.deepEqual(report.tags, [{ tag: '1.0', kind: 'put' }]);
  assert.equal(report.manifests.length, 1);
});

/** Puts a tag right before the push does: another job has won. */
async function withWinner(winner: typeof image, options: LocalEcrOptions = {}) {
  const local = await start(IMMUTABLE, options);
  await pushToLocal(local.ecr, winner, { tags: ['theirs'] });
  local.ecr.fault({
    kind: 'before',
    operation: 'PutImage',
    when: ({ input }) => input['imageTag'] === '1.0',
    run: () => void local.repository.tags.set('1.0', winner.descriptor.digest),
  });
  return local;
}

for (const sameImmutableTag of [
  'ImageAlreadyExistsException',
  'ImageTagAlreadyExistsException',
] as const) {
  test(`another job that put the same image under an immutable tag is no failure: ${sameImmutableTag}`, async () => {
    await using local = await withWinner(image, { behaviours: { sameImmutableTag } });
    await pushToLocal(local.ecr, image);
    assert.equal(local.ecr.calls('PutImage').at(-1)?.outcome, sameImmutableTag);
    assert.equal(local.repository.tags.get('1.0'), image.descriptor.digest);
  });
}

test('another job that put another image under an immutable tag is a failure that names both', async () => {
  await using local = await withWinner(other);
  await assert.rejects(
    pushToLocal(local.ecr, image),
    refused('TAG_IS_IMMUTABLE', '1.0', image.descriptor.digest, other.descriptor.digest),
  );
  assert.equal(local.repository.tags.get('1.0'), other.descriptor.digest);
});

test('or none, where such tags are to be skipped', async () => {
  await using local = await withWinner(other);
  await pushToLocal(local.ecr, image, { tags: ['1.0', '1.1'], ifTagExists: 'skip' });
  assert.equal(local.repository.tags.get('1.0'), other.descriptor.digest);
  assert.equal(local.repository.tags.get('1.1'), image.descriptor.digest);
});

test('the first manifest that ECR refuses ends the push: no tag moves', async () => {
  await using local = await start();
  local.ecr.fault({ kind: 'error', operation: 'PutImage', name: 'LimitExceededException' });
  await assert.rejects(pushToLocal(local.ecr, index), refused('LIMIT_EXCEEDED', 'PutImage'));
  assert.ok(local.ecr.calls('PutImage').every(({ input }) => input['imageTag'] === undefined));
  assert.equal(local.repository.tags.size, 0);
});

describe('a manifest that ECR refuses is named, with what it is, and ends the push', () => {
  const attestation = buildAttestation(image);
  const signature = buildImage({
    seed: 'signature',
    artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
    subject: image.descriptor,
  });
  const cases: readonly [what: string, refusedOne: Graph, ...said: string[]][] = [
    ['the image', image, 'image', '(linux/amd64)', 'of the index'],
    ['its index', buildIndex([image, attestation]), 'root index'],
    ['its attestation', attestation, 'attestation', '(unknown/unknown)', image.descriptor.digest],
    ['its signature', signature, 'signature', 'a referrer of', image.descriptor.digest],
  ];
  for (const [what, refusedOne, ...said] of cases) {
    test(what, async () => {
      await using local = await start();
      const { digest } = refusedOne.descriptor;
      local.ecr.fault(refusedManifest(digest));
      await assert.rejects(
        pushToLocal(local.ecr, buildIndex([image, attestation]), { beside: [signature] }),
        refused('INVALID_PARAMETER', digest, ...said, 'PutImage', 'Invalid JSON syntax'),
      );
      assert.equal(local.repository.tags.size, 0);
    });
  }

  test('and so is one whose layers ECR never sees', async () => {
    await using local = await start();
    local.ecr.fault({ kind: 'hide-layers', operation: 'PutImage', times: Infinity });
    await assert.rejects(
      pushToLocal(local.ecr, image),
      refused('UPLOAD_FAILED', `root image ${image.descriptor.digest}`, 'PutImage'),
    );
  });
});

test('an abort while a layer is awaited ends the push at once, with its reason', async () => {
  await using local = await start();
  const controller = new AbortController();
  local.ecr.fault({ kind: 'hide-layers', operation: 'PutImage', times: 100 });
  local.ecr.fault({
    kind: 'before',
    operation: 'PutImage',
    nth: 2,
    run: () => controller.abort(new Error('cancelled')),
  });
  await assert.rejects(pushToLocal(local.ecr, image, { signal: controller.signal }), /cancelled/);
  assert.equal(local.repository.tags.size, 0);
});

test('what is not there yet is told of as an attempt more at the manifest that needs it', async () => {
  await using local = await start();
  local.ecr.fault({ kind: 'hide-layers', operation: 'PutImage', times: 2 });
  const events: PushEvent[] = [];
  const { retries } = await pushToLocal(local.ecr, image, {
    listener: (event) => events.push(event),
  });
  const { attempts, firstWait } = RETRIES.manifest;
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'retried'),
    [2, 3].map((attempt, at) => ({
      kind: 'retried',
      what: image.descriptor.digest,
      notice: { name: 'manifest', attempt, attempts, wait: firstWait * 2 ** at },
    })),
  );
  assert.equal(retries, 2);
});

/** Three levels: an index of an index of an image. */
const inner = buildIndex([image]);
const outer = buildIndex([inner]);
const [leafName, innerName, outerName] = [
  image.descriptor.digest,
  inner.descriptor.digest,
  `${outer.descriptor.digest}:1.0`,
] as const;
const { attempts } = RETRIES.manifest;

interface Lost {
  /** Puts that ECR refuses for ever, as if a child was missing. */
  readonly refused: (put: string, nth: number) => boolean;
  /** PutImage calls of each manifest. */
  readonly calls: Readonly<Record<string, number>>;
}

const lost: Readonly<Record<string, Lost>> = {
  'the root': {
    refused: (put) => put === outerName,
    calls: { [leafName]: 1, [innerName]: attempts, [outerName]: attempts },
  },
  'the root and the index under it': {
    refused: (put) => put !== leafName,
    calls: { [leafName]: attempts, [innerName]: attempts },
  },
  // It succeeds in its last attempt, and has none left when the root comes back to it.
  'the root, and sees those of the index under it late each time': {
    refused: (put, nth) => put === outerName || (put === innerName && nth % attempts !== 0),
    calls: { [leafName]: attempts, [innerName]: attempts + 1, [outerName]: 1 },
  },
  // The one put that succeeded, and then the attempts at it.
  'the root, and then the index under it': {
    refused: (put, nth) => put === outerName || (put === innerName && nth > 1),
    calls: { [leafName]: attempts, [innerName]: 1 + attempts, [outerName]: 1 },
  },
};

describe('where ECR never sees the children of', { concurrency: true }, () => {
  for (const [what, { refused: isRefused, calls }] of Object.entries(lost)) {
    test(`${what}, attempts do not multiply`, async () => {
      await using local = await start();
      const seen = new Map<string, number>();
      local.ecr.fault({
        kind: 'error',
        operation: 'PutImage',
        name: 'ReferencedImagesNotFoundException',
        when: (call) => {
          const put = putName(call);
          const nth = (seen.get(put) ?? 0) + 1;
          seen.set(put, nth);
          return isRefused(put, nth);
        },
        times: Infinity,
      });
      const { targets } = await tryToPush(local.ecr, outer);
      refused('UPLOAD_FAILED', 'PutImage')(targets[0]?.error);
      assert.deepEqual(Object.fromEntries(seen), calls);
      assert.equal(local.repository.tags.size, 0);
    });
  }

  test('an index that joins images of which ECR finds one no longer is refused by name, as it cannot be put', async () => {
    await using local = await start();
    const registry = openLocalRegistry(local.ecr);
    const graph = await joined(image);
    const blobs = { openBlob: () => assert.fail('nothing is sent') };
    const { context } = contextOf(registry, blobs);
    const put = putManifest({ node: graph.root, tag: '1.0' }, graph, context);
    await assert.rejects(put, refused('IMAGE_NOT_IN_REPOSITORY', image.descriptor.digest));
    assert.equal(local.repository.tags.size, 0);
    registry.close();
  });

  test('an image whose layer ECR never sees, neither', async () => {
    await using local = await start();
    local.ecr.fault({ kind: 'hide-layers', operation: 'PutImage', times: Infinity });
    const { targets } = await tryToPush(local.ecr, image);
    refused('UPLOAD_FAILED', 'PutImage')(targets[0]?.error);
    assert.equal(local.ecr.calls('PutImage').length, attempts);
    assert.equal(local.ecr.calls('InitiateLayerUpload').length, 2, 'a layer and a config');
    assert.equal(targets[0]?.retries, attempts - 1);
  });
});

/** One put to ECR Public, which takes no image without a tag. */
async function putToPublic(put: { readonly tag?: string }) {
  await using ecr = await startLocalEcr({ behaviours: { publicNeedsTag: true } });
  const repository = ecr.createRepository('app', { service: 'ecr-public' });
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env });
  await using aws = new Ecr();
  const registry = await aws.open({
    type: 'public',
    registryId: undefined,
    region: undefined,
    name: 'app',
  });
  const { graph, blobs } = await walked(image);
  const { context, events } = contextOf(registry, blobs);
  await uploadLayers(graph.blobs, context);
  const result = await putManifest({ node: graph.root, ...put }, graph, context);
  const told = events.filter(({ kind }) => kind === 'manifest-put');
  return { result, told, calls: ecr.calls('PutImage').map(putName), tags: repository.tags };
}

test('where an image needs a tag, one without gets its digest for one', async () => {
  const { digest } = image.descriptor;
  const tag = digest.replace('sha256:', 'digest-');
  const { result, told, calls, tags } = await putToPublic({});
  assert.deepEqual(result, { kind: 'put' });
  assert.deepEqual(calls, [digest, `${digest}:${tag}`]);
  const what = `root image ${digest} (linux/amd64)`;
  assert.deepEqual(told, [{ kind: 'manifest-put', digest, what, tag, isNew: true }]);
  assert.deepEqual(Object.fromEntries(tags), { [tag]: digest });
});

test('and one that has a tag is put under that', async () => {
  const { calls } = await putToPublic({ tag: '1.0' });
  assert.deepEqual(calls, [`${image.descriptor.digest}:1.0`]);
});
