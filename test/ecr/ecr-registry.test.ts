import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { DeleteRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EcrRetryStrategy } from '../../src/ecr/calls/retry-strategy.ts';
import type { LookTimes } from '../../src/ecr/other-jobs.ts';
import { PrivateRegistry } from '../../src/ecr/private-registry.ts';
import type { PolicyName, Registry } from '../../src/ecr/registry.ts';
import type { RepositorySettings as RepositorySettingsWanted } from '../../src/ecr/repository-settings.ts';
import { LARGE_LAYER, LARGE_WEIGHT, MAX_LINES } from '../../src/ecr/upload/tuning.ts';
import { PushError } from '../../src/errors.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { OCI_MANIFEST } from '../../src/oci/media-types.ts';
import type { Fault } from '../local-ecr/faults.ts';
import {
  DEFAULT_BEHAVIOURS,
  DEFAULT_CREDENTIAL,
  type LocalEcrOptions,
} from '../local-ecr/options.ts';
import type { Layer, RepositorySettings } from '../local-ecr/repository.ts';
import { privateClient } from '../local-ecr/sample.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildIndex } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { uploadOf } from '../support/memory-layer.ts';
import { uploadElsewhere } from '../support/other-job.ts';
import { refused } from '../support/refused.ts';
import { resources } from '../support/resources.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { startKnowingSts, startRefusingSts } from '../support/sts.ts';

const signal = new AbortController().signal;

async function open(options: LocalEcrOptions = {}, settings: Partial<RepositorySettings> = {}) {
  const ecr = await startLocalEcr(options);
  const repository = ecr.createRepository(REPOSITORY_NAME, settings);
  const debugs: string[] = [];
  const registry = openLocalRegistry(ecr, { debug: (line) => debugs.push(line) });
  return {
    ecr,
    repository,
    registry,
    debugs,
    hold(availability: Layer['availability'], ...digests: Digest[]) {
      for (const digest of digests)
        repository.layers.set(digest, { digest, size: 1, availability });
    },
    [Symbol.asyncDispose]: () => {
      registry.close();
      return ecr[Symbol.asyncDispose]();
    },
  };
}

const index = buildIndex([]);
const put = {
  digest: index.descriptor.digest,
  mediaType: index.descriptor.mediaType,
  bytes: index.manifest,
};

const ACCOUNT = '012345678901';
const BYTES = Buffer.from('the bytes of a layer');
/** ECR takes none that is shorter. */
const LIFECYCLE = JSON.stringify({ rules: [], about: 'x'.repeat(100) });
const POLICIES = { lifecyclePolicyText: LIFECYCLE, policyText: '{"Statement":[]}' };

const operations = (ecr: LocalEcr): string[] => ecr.calls().map(({ operation }) => operation);

/** The image of `put`, by another client. */
async function storeImage(ecr: LocalEcr): Promise<void> {
  const registry = openLocalRegistry(ecr);
  await registry.putImage({ ...put, tag: '1.0' }, signal);
  registry.close();
  ecr.log.clear();
}

async function deleteRepository(ecr: LocalEcr): Promise<void> {
  const client = privateClient(ecr);
  const input = { repositoryName: REPOSITORY_NAME, force: true };
  await client.send(new DeleteRepositoryCommand(input));
  client.destroy();
  ecr.log.clear();
}

const digestNo = (number: number): Digest => digestOf(Buffer.from(`${number}`));
const digestsUpTo = (count: number): Digest[] =>
  Array.from({ length: count }, (_, at) => digestNo(at));

for (const [count, calls] of [
  [0, []],
  [1, [1]],
  [100, [100]],
  [101, [1, 100]],
  [250, [50, 100, 100]],
] as const) {
  test(`${count} digests are asked in calls of ${calls.join(', ') || 'none'}`, async () => {
    await using local = await open();
    const digests = digestsUpTo(count);
    local.hold('AVAILABLE', ...digests);
    assert.deepEqual(await local.registry.availableLayers(digests, signal), new Set(digests));
    const asked = local.ecr
      .calls('BatchCheckLayerAvailability')
      .map(({ input }) => (input['layerDigests'] as string[]).length);
    assert.deepEqual(
      asked.sort((a, b) => a - b),
      calls,
    );
  });
}

for (const missingLayers of ['UNAVAILABLE', 'MissingLayerDigest', 'omitted'] as const) {
  test(`a layer is missing when the answer says ${missingLayers}`, async () => {
    await using local = await open({ behaviours: { ...DEFAULT_BEHAVIOURS, missingLayers } });
    local.hold('AVAILABLE', digestNo(1));
    const available = await local.registry.availableLayers([digestNo(0), digestNo(1)], signal);
    assert.deepEqual(available, new Set([digestNo(1)]));
  });
}

for (const availability of ['UNAVAILABLE', 'ARCHIVED'] as const) {
  test(`a layer that is ${availability} is not present`, async () => {
    await using local = await open();
    local.hold(availability, digestNo(0));
    assert.deepEqual(await local.registry.availableLayers([digestNo(0)], signal), new Set());
  });
}

test('a digest that ECR calls invalid is an error that names it', async () => {
  await using local = await open();
  const failure = {
    layerDigest: digestNo(0),
    failureCode: 'InvalidLayerDigest',
    failureReason: 'Invalid request parameters: layer digest should satisfy the regex',
  };
  local.ecr.fault({
    kind: 'answer',
    operation: 'BatchCheckLayerAvailability',
    change: () => ({ layers: [], failures: [failure] }),
  });
  await assert.rejects(
    local.registry.availableLayers([digestNo(0)], signal),
    refused('INVALID_PARAMETER', digestNo(0), 'regex'),
  );
});

test('images are found by digest and by tag, and what is not there is left out', async () => {
  await using local = await open();
  const { digest } = put;
  await local.registry.putImage({ ...put, tag: '1.0' }, signal);
  const found = await local.registry.findImages(
    [{ digest }, { digest: digestNo(0) }, { tag: '1.0' }, { tag: '2.0' }],
    signal,
  );
  assert.deepEqual(found, [{ digest }, { digest, tag: '1.0' }]);
});

test('images are looked up 100 a call', async () => {
  await using local = await open();
  const ids = digestsUpTo(101).map((digest) => ({ digest }));
  assert.deepEqual(await local.registry.findImages(ids, signal), []);
  assert.equal(local.ecr.calls('BatchGetImage').length, 2);
});

test('who may not look images up gets no answer, rather than none found', async () => {
  const policy = [{ actions: ['ecr:BatchCheckLayerAvailability'] }];
  await using local = await open({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  assert.equal(await local.registry.findImages([{ tag: '1.0' }], signal), undefined);
  assert.equal(await local.registry.findManifests([digestNo(0)], signal), undefined);
  assert.equal(await local.registry.immutableTags(['1.0'], signal), undefined);
});

const puts = {
  ImageAlreadyExistsException: 'already-exists',
  LayersNotFoundException: 'layers-not-found',
  ReferencedImagesNotFoundException: 'referenced-images-not-found',
  ImageTagAlreadyExistsException: 'tag-is-immutable',
} as const;

for (const [name, kind] of Object.entries(puts)) {
  test(`PutImage that answers ${name} is ${kind}`, async () => {
    await using local = await open();
    local.ecr.fault({ kind: 'error', operation: 'PutImage', name, message: 'ECR says so' });
    const outcome = await local.registry.putImage(put, signal);
    assert.equal(outcome.kind, kind);
    if ('cause' in outcome) assert.ok(outcome.cause.message.includes('ECR says so'));
  });
}

test('PutImage carries the bytes, the digest, the media type, and a tag only where there is one', async () => {
  await using local = await open();
  await local.registry.putImage(put, signal);
  await local.registry.putImage({ ...put, tag: '1.0' }, signal);
  const inputs: unknown = JSON.parse(
    JSON.stringify(local.ecr.calls('PutImage').map(({ input }) => input)),
  );
  const common = {
    repositoryName: REPOSITORY_NAME,
    imageManifest: Buffer.from(put.bytes).toString(),
    imageManifestMediaType: put.mediaType,
    imageDigest: put.digest,
  };
  assert.deepEqual(inputs, [common, { ...common, imageTag: '1.0' }]);
});

test('a private registry that refuses a parameter is not asked for a tag', async () => {
  await using local = await open();
  const wrong = { ...put, mediaType: OCI_MANIFEST };
  await assert.rejects(
    local.registry.putImage(wrong, signal),
    refused('INVALID_PARAMETER', 'PutImage'),
  );
});

test('after an abort its reason is thrown, and not the call that it broke off', async () => {
  await using local = await open();
  const controller = new AbortController();
  local.ecr.fault({ kind: 'before', run: () => controller.abort(new Error('cancelled')) });
  local.ecr.fault({ kind: 'hang' });
  const upload = local.registry.uploadLayer(uploadOf(BYTES), controller.signal);
  await assert.rejects(upload, /^Error: cancelled$/);
});

/** Each call of the port, and the call of ECR's that it makes first. */
const portCalls: Readonly<
  Record<string, (registry: Registry, signal: AbortSignal) => Promise<unknown>>
> = {
  BatchCheckLayerAvailability: (registry, signal) =>
    registry.availableLayers([digestNo(0)], signal),
  InitiateLayerUpload: (registry, signal) => registry.uploadLayer(uploadOf(BYTES), signal),
  PutImage: (registry, signal) => registry.putImage(put, signal),
  BatchGetImage: (registry, signal) => registry.findImages([{ tag: '1.0' }], signal),
  DescribeRepositories: (registry, signal) => registry.immutableTags(['1.0'], signal),
  CreateRepository: (registry, signal) => registry.createRepository({}, signal),
  SetRepositoryPolicy: (registry, signal) =>
    registry.setPolicies(['repository-policy'], POLICIES, signal),
  DescribeImages: (registry, signal) => registry.missingPolicies(POLICIES, signal),
};

for (const [operation, call] of Object.entries(portCalls)) {
  test(`an abort during ${operation} ends it, and is told as it is`, async () => {
    await using local = await open();
    const controller = new AbortController();
    const reason = new PushError('CANCELLED', 'The step was cancelled');
    local.ecr.fault({ kind: 'before', operation, run: () => controller.abort(reason) });
    local.ecr.fault({ kind: 'hang', operation });
    await assert.rejects(call(local.registry, controller.signal), reason);
    assert.equal(local.ecr.calls().length, 1);
  });

  // The push can do without these: see below.
  if (operation === 'DescribeRepositories' || operation === 'DescribeImages') continue;
  test(`${operation} that fails is explained`, async () => {
    await using local = await open();
    local.ecr.fault({ kind: 'error', operation, name: 'ServerException', times: 10 });
    await assert.rejects(
      call(local.registry, signal),
      refused('SERVER_ERROR', operation, REPOSITORY_NAME),
    );
  });
}

test('an identification that is aborted ends with what is known', async () => {
  await using local = await open();
  const controller = new AbortController();
  const reason = new PushError('CANCELLED', 'The step was cancelled');
  local.ecr.fault({ kind: 'before', run: () => controller.abort(reason) });
  local.ecr.fault({ kind: 'hang' });
  const { name } = await local.registry.identify(controller.signal);
  assert.equal(name, REPOSITORY_NAME);
  assert.deepEqual(operations(local.ecr), ['DescribeRepositories']);
});

test('tags that could not be looked at for any reason are not known to be immutable', async () => {
  await using local = await open();
  local.ecr.fault({ kind: 'error', name: 'ServerException', times: 10 });
  assert.equal(await local.registry.immutableTags(['1.0'], signal), undefined);
});

test('policies that could not be looked at for any reason are not known to be missing', async () => {
  await using local = await open();
  local.ecr.fault({ kind: 'error', name: 'ServerException', times: 10 });
  assert.equal(await local.registry.missingPolicies(POLICIES, signal), undefined);
});

test('what the SDK had to try again is counted', async () => {
  await using local = await open();
  assert.equal(local.registry.traffic.retries, 0);
  local.ecr.fault({ kind: 'http', status: 503 });
  await local.registry.availableLayers([digestNo(0)], signal);
  assert.equal(local.registry.traffic.retries, 1);
});

// Who the registry is.

type Ask = (registry: Registry) => Promise<unknown>;

const tellers: Readonly<Record<string, Ask>> = {
  UploadLayerPart: (registry) => registry.uploadLayer(uploadOf(BYTES), signal),
  BatchGetImage: async (registry) => registry.findImages([{ digest: put.digest }], signal),
  PutImage: (registry) => registry.putImage({ ...put, tag: '2.0' }, signal),
  CreateRepository: (registry) => registry.createRepository({}, signal),
  DescribeRepositories: (registry) => registry.immutableTags(['1.0'], signal),
};

for (const [operation, ask] of Object.entries(tellers)) {
  test(`the account is learned from ${operation}, and no other call is made for it`, async () => {
    await using local = await open();
    await storeImage(local.ecr);
    if (operation === 'CreateRepository') await deleteRepository(local.ecr);
    assert.equal(local.registry.repository.registryId, undefined);
    await ask(local.registry);
    assert.equal(local.registry.repository.registryId, ACCOUNT);
    const before = local.ecr.calls().length;
    assert.deepEqual(await local.registry.identify(signal), local.registry.repository);
    assert.equal(local.ecr.calls().length, before);
    assert.deepEqual(local.debugs, []);
  });
}

/** Answers without what names the registry. */
function withoutRegistry(operation: string): Fault {
  const change = (output: object) => ({ ...output, registryId: undefined });
  return { kind: 'answer', operation, change, times: 100 };
}

test('the account is learned from CompleteLayerUpload, where the parts did not tell it', async () => {
  await using local = await open();
  local.ecr.fault(withoutRegistry('UploadLayerPart'));
  await local.registry.uploadLayer(uploadOf(BYTES), signal);
  assert.equal(local.registry.repository.registryId, ACCOUNT);
});

test('the account is learned from InvalidLayerPartException, where no answer told it', async () => {
  await using local = await open();
  for (const operation of ['UploadLayerPart', 'CompleteLayerUpload'])
    local.ecr.fault(withoutRegistry(operation));
  const fields = { registryId: ACCOUNT, lastValidByteReceived: BYTES.length - 1 };
  const name = 'InvalidLayerPartException';
  local.ecr.fault({ kind: 'error-after-effect', operation: 'UploadLayerPart', name, fields });
  await local.registry.uploadLayer(uploadOf(BYTES), signal);
  assert.equal(local.registry.repository.registryId, ACCOUNT);
});

test('another job that completes the layer first leaves the account known', async () => {
  await using local = await open();
  local.ecr.fault({
    kind: 'error',
    operation: 'CompleteLayerUpload',
    name: 'LayerAlreadyExistsException',
  });
  const { kind } = await local.registry.uploadLayer(uploadOf(BYTES), signal);
  assert.equal(kind, 'completed-elsewhere');
  assert.equal(local.registry.repository.registryId, ACCOUNT);
});

test('where no answer told it, the repository is asked whose it is', async () => {
  await using local = await open();
  const { registryId } = await local.registry.identify(signal);
  assert.equal(registryId, ACCOUNT);
  assert.deepEqual(operations(local.ecr), ['DescribeRepositories']);
  await local.registry.identify(signal);
  assert.equal(local.ecr.calls().length, 1, 'it is asked once');
});

test('who may not ask it is told by an image that it holds', async () => {
  const policy = [{ actions: ['ecr:BatchGetImage', 'ecr:PutImage'] }];
  await using local = await open({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  await storeImage(local.ecr);
  const { registryId } = await local.registry.identify(signal, put.digest);
  assert.equal(registryId, ACCOUNT);
  assert.deepEqual(operations(local.ecr), ['DescribeRepositories', 'BatchGetImage']);
});

test('where the repository does not tell, it is the account that the credentials name', async () => {
  const policy = [{ actions: ['ecr:PutImage'] }];
  await using local = await open({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  const { registryId } = await local.registry.identify(signal);
  assert.equal(registryId, ACCOUNT);
  assert.equal(local.debugs.length, 1);
  assert.match(local.debugs[0] ?? '', /^DescribeRepositories .*AccessDeniedException/);
});

/** A client whose credentials do not name their account. */
function unnamed(ecr: LocalEcr, debug: (message: string) => void) {
  const { region, credentials } = ecr.world;
  const { accessKeyId, secretAccessKey } = credentials[0];
  const client = new ECRClient({
    endpoint: ecr.url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    retryStrategy: new EcrRetryStrategy({ attempts: 1 }),
  });
  const name = REPOSITORY_NAME;
  const repository = { type: 'private', registryId: undefined, region, name } as const;
  return new PrivateRegistry(client, repository, resources({ debug }));
}

test('where the credentials do not tell, AWS does', async () => {
  await using sts = await startKnowingSts('111122223333');
  await using ecr = await startLocalEcr();
  using _ = withEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
  const debugs: string[] = [];
  const registry = unnamed(ecr, (line) => debugs.push(line));
  assert.equal((await registry.identify(signal)).registryId, '111122223333');
  assert.deepEqual(sts.asked, ['GetCallerIdentity']);
  assert.match(debugs.join('\n'), /^DescribeRepositories .*RepositoryNotFoundException.*$/);
});

test('where nobody tells, it stays unknown: that is told at debug, and fails nothing', async () => {
  await using sts = await startRefusingSts();
  await using ecr = await startLocalEcr();
  using _ = withEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
  const debugs: string[] = [];
  const registry = unnamed(ecr, (line) => debugs.push(line));
  assert.equal((await registry.identify(signal)).registryId, undefined);
  assert.equal(debugs.length, 2);
  assert.match(debugs[1] ?? '', /^GetCallerIdentity .*AccessDenied/);
});

// Creating it.

test('a repository is created once; for another job it exists, and is left as it is', async () => {
  await using local = await open();
  await deleteRepository(local.ecr);
  const { registry, ecr } = local;
  const settings = { imageTagMutability: 'IMMUTABLE' } as const;
  assert.equal(await registry.createRepository(settings, signal), 'created');
  assert.equal(await registry.createRepository({}, signal), 'exists');
  assert.equal(ecr.repository(REPOSITORY_NAME).settings.imageTagMutability, 'IMMUTABLE');
});

test('a repository is created, too, where the answer to its creation was lost', async () => {
  await using local = await open();
  await deleteRepository(local.ecr);
  local.ecr.fault({ operation: 'CreateRepository', kind: 'answer-lost' });
  assert.equal(await local.registry.createRepository({}, signal), 'created');
});

test('its policies are set by calls of their own: those that are named, and no others', async () => {
  await using local = await open();
  const { registry, ecr, repository } = local;
  await registry.createRepository(POLICIES, signal);
  assert.deepEqual(operations(ecr), ['CreateRepository']);
  await registry.setPolicies(['repository-policy'], POLICIES, signal);
  assert.equal(repository.policy, POLICIES.policyText);
  assert.equal(repository.lifecyclePolicy, undefined);
  await registry.setPolicies(['lifecycle-policy', 'repository-policy'], POLICIES, signal);
  assert.equal(repository.lifecyclePolicy, POLICIES.lifecyclePolicyText);
  assert.deepEqual(operations(ecr).slice(2), ['PutLifecyclePolicy', 'SetRepositoryPolicy']);
});

test('a policy that is named, and not in the settings, is not set', async () => {
  await using local = await open();
  await local.registry.setPolicies(['repository-policy', 'lifecycle-policy'], {}, signal);
  assert.deepEqual(local.ecr.calls(), []);
});

for (const [name, call, settings] of [
  ['lifecycle-policy', 'PutLifecyclePolicy', { lifecyclePolicyText: LIFECYCLE.replace('[]', '7') }],
  ['repository-policy', 'SetRepositoryPolicy', { policyText: '{"Statement":7}' }],
] as const) {
  test(`a ${name} that is refused: the error names it, and says how to finish by hand`, async () => {
    await using local = await open();
    const set = local.registry.setPolicies([name], settings, signal);
    await assert.rejects(set, (error: PushError) => {
      assert.equal(error.code, 'INVALID_PARAMETER');
      assert.match(error.message, new RegExp(`^${call}: .*`));
      assert.match(error.message, new RegExp(`The repository exists, but has no ${name}$`));
      assert.match(error.hint, /while the repository is empty, the step sets the missing policies/);
      assert.match(error.hint, /by hand: aws ecr .* --repository-name team\/app/);
      return true;
    });
  });
}

test('after a policy that is refused, the other is set all the same', async () => {
  await using local = await open();
  const wrong = { ...POLICIES, lifecyclePolicyText: 'no JSON' };
  const names = ['lifecycle-policy', 'repository-policy'] as const;
  await assert.rejects(local.registry.setPolicies(names, wrong, signal), {
    code: 'INVALID_PARAMETER',
  });
  assert.deepEqual(operations(local.ecr), ['PutLifecyclePolicy', 'SetRepositoryPolicy']);
  assert.equal(local.repository.policy, POLICIES.policyText);
});

const BOTH = ['lifecycle-policy', 'repository-policy'] as const;

interface Lacking {
  readonly what: string;
  readonly has?: readonly PolicyName[];
  readonly holdsImage?: boolean;
  readonly settings?: RepositorySettingsWanted;
  readonly missing: readonly PolicyName[];
  readonly calls: readonly string[];
}

const GETS = ['GetLifecyclePolicy', 'GetRepositoryPolicy'];

const lacking: readonly Lacking[] = [
  {
    what: 'an empty repository without policies lacks both',
    missing: BOTH,
    calls: ['DescribeImages', ...GETS],
  },
  {
    what: 'an empty repository with one of them lacks the other',
    has: ['lifecycle-policy'],
    missing: ['repository-policy'],
    calls: ['DescribeImages', ...GETS],
  },
  {
    what: 'an empty repository with both lacks none',
    has: BOTH,
    missing: [],
    calls: ['DescribeImages', ...GETS],
  },
  {
    what: 'a repository that holds an image lacks none: it is as its owner left it',
    holdsImage: true,
    missing: [],
    calls: ['DescribeImages'],
  },
  {
    what: 'where only one policy is asked for, the other is not looked for',
    settings: { policyText: '{}' },
    missing: ['repository-policy'],
    calls: ['DescribeImages', 'GetRepositoryPolicy'],
  },
  {
    what: 'where no policy is asked for, nothing is looked for',
    settings: {},
    missing: [],
    calls: [],
  },
];

for (const { what, has = [], holdsImage = false, settings, missing, calls } of lacking) {
  test(what, async () => {
    await using local = await open();
    if (has.includes('lifecycle-policy')) local.repository.lifecyclePolicy = '{"rules":[]}';
    if (has.includes('repository-policy')) local.repository.policy = '{"Statement":[]}';
    if (holdsImage) await storeImage(local.ecr);
    local.ecr.log.clear();
    const found = await local.registry.missingPolicies(settings ?? POLICIES, signal);
    assert.deepEqual(found, missing);
    assert.deepEqual(operations(local.ecr).toSorted(), calls.toSorted());
  });
}

for (const actions of [
  [],
  ['ecr:DescribeImages'],
  ['ecr:DescribeImages', 'ecr:GetLifecyclePolicy'],
]) {
  test(`who may do no more than ${actions.join(' and ') || 'nothing'} cannot see what it lacks`, async () => {
    const policy = [{ actions }];
    await using local = await open({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
    assert.equal(await local.registry.missingPolicies(POLICIES, signal), undefined);
  });
}

// Layers, one beside the other.

test('no more layers are under way than there may be, the largest of those that wait first', async () => {
  const ecr = await startLocalEcr({ limits: { ecr: { partSize: 1000, minPartBytes: 1 } } });
  await using _ = ecr;
  ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr, { layersAtOnce: 1 });
  const started: number[] = [];
  const uploads = [100, 10, 300, 200, 301].map((size) => {
    const upload = uploadOf(Buffer.alloc(size, size % 256));
    return registry.uploadLayer({ ...upload, onStart: () => started.push(size) }, signal);
  });
  await Promise.all(uploads);
  assert.deepEqual(started, [100, 301, 300, 200, 10]);
  assert.equal(ecr.log.peak('UploadLayerPart'), 1);
  registry.close();
});

for (const [size, atOnce] of [
  [LARGE_LAYER - 1, 64],
  [LARGE_LAYER, MAX_LINES / LARGE_WEIGHT],
] as const) {
  test(`of layers of ${size} bytes, ${atOnce} of 64 may be under way at once`, async () => {
    await using ecr = await startLocalEcr({ limits: { ecr: { minPartBytes: 1 } } });
    ecr.createRepository(REPOSITORY_NAME);
    const registry = openLocalRegistry(ecr, { layersAtOnce: 64 });
    // None gets further than this.
    ecr.fault({ kind: 'hang', operation: 'InitiateLayerUpload', times: 1000 });
    const stop = new AbortController();
    let started = 0;
    const uploads = Array.from({ length: 70 }, () => {
      const upload = uploadOf(BYTES);
      const layer = { ...upload.layer, size };
      return registry.uploadLayer({ ...upload, layer, onStart: () => (started += 1) }, stop.signal);
    });
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    stop.abort(new Error('seen enough'));
    await Promise.allSettled(uploads);
    assert.equal(started, atOnce);
    registry.close();
  });
}

test('a layer that waits for its turn leaves it when it is aborted, and is never opened', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr, { layersAtOnce: 1 });
  ecr.fault({ kind: 'hang', operation: 'InitiateLayerUpload' });
  const [first, second] = [new AbortController(), new AbortController()];
  const begun = registry.uploadLayer(uploadOf(BYTES), first.signal);
  const never = (): never => assert.fail('its turn has not come');
  const upload = { ...uploadOf(BYTES), open: never, onStart: never };
  const waiting = registry.uploadLayer(upload, second.signal);
  const reason = new Error('cancelled');
  second.abort(reason);
  await assert.rejects(waiting, reason);
  first.abort(reason);
  await assert.rejects(begun, reason);
  registry.close();
});

/** One layer at a time, whose looks come at once, and another job that fills the repository. */
async function openWatching(lookTimes: LookTimes) {
  const ecr = await startLocalEcr({ limits: { ecr: { partSize: 10, minPartBytes: 1 } } });
  ecr.createRepository(REPOSITORY_NAME);
  const registry = openLocalRegistry(ecr, { layersAtOnce: 1, lookTimes });
  return {
    ecr,
    registry,
    [Symbol.asyncDispose]: () => {
      registry.close();
      return ecr[Symbol.asyncDispose]();
    },
  };
}

const NEVER = 1_000_000;

test('a layer that another job completes while it waits for its turn is not begun', async () => {
  await using local = await openWatching({ fresh: 0, interval: NEVER });
  const theirs = Buffer.from('completed by another job');
  const run = () => uploadElsewhere(local.ecr, theirs);
  local.ecr.fault({ kind: 'before', operation: 'CompleteLayerUpload', run });
  const never = (): never => assert.fail('its turn is over before it begins');
  const [mine, elsewhere] = await Promise.all([
    local.registry.uploadLayer({ ...uploadOf(BYTES), isUrgent: true }, signal),
    local.registry.uploadLayer({ ...uploadOf(theirs), open: never, onStart: never }, signal),
  ]);
  assert.equal(mine.kind, 'sent');
  assert.deepEqual(elsewhere, { kind: 'completed-elsewhere', bytesOnWire: 0 });
  assert.equal(local.ecr.calls('InitiateLayerUpload').length, 1);
});

test('a layer that another job completes while it is under way is given up', async () => {
  await using local = await openWatching({ fresh: NEVER, interval: 1 });
  local.ecr.fault({
    kind: 'before',
    operation: 'UploadLayerPart',
    nth: 2,
    run: () => uploadElsewhere(local.ecr, BYTES),
  });
  local.ecr.fault({ kind: 'hang', operation: 'UploadLayerPart', nth: 2, times: 100 });
  const outcome = await local.registry.uploadLayer(uploadOf(BYTES), signal);
  assert.equal(outcome.kind, 'completed-elsewhere');
  assert.ok(outcome.bytesOnWire > 0);
  assert.deepEqual(local.ecr.calls('CompleteLayerUpload'), []);
});
