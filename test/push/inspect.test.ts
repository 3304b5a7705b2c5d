import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositorySettings } from '../../src/ecr/repository-settings.ts';
import { PushError } from '../../src/errors.ts';
import type { RepositoryState } from '../../src/plan/state.ts';
import { inspect } from '../../src/push/inspect.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex, named } from '../support/image.ts';
import { joined } from '../support/joined.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { walked } from '../support/walked.ts';
import { contextOf, pushToLocal } from './local-push.ts';

const [image, other] = ['image', 'other'].map((seed) => buildImage({ seed })) as [
  ReturnType<typeof buildImage>,
  ReturnType<typeof buildImage>,
];
const digest = image.descriptor.digest;
const layers = new Set([image.config.digest, ...image.layers.map((layer) => layer.digest)]);
const POLICIES: RepositorySettings = {
  lifecyclePolicyText: '{"rules": []}',
  policyText: '{"Statement": []}',
};

/** The calls that look, and nothing else: a push that is inspected must need no more. */
const LOOKS = [
  'BatchCheckLayerAvailability',
  'BatchGetImage',
  'DescribeRepositories',
  'DescribeImages',
  'GetLifecyclePolicy',
  'GetRepositoryPolicy',
];

/** A local ECR whose one credential may do everything, until it is told what it may do. */
async function startWithPolicy() {
  const policy = [{ actions: ['ecr:*'] }];
  const ecr = await startLocalEcr({ credentials: [{ ...DEFAULT_CREDENTIAL, policy }] });
  const allow = (calls: readonly string[]): void =>
    void policy.splice(0, 1, { actions: calls.map((call) => `ecr:${call}`) });
  return { ecr, allow, [Symbol.asyncDispose]: () => ecr[Symbol.asyncDispose]() };
}

interface Case {
  /** What is there, undefined for no repository. */
  readonly repository?: (ecr: LocalEcr, repository: Repository) => Promise<void> | void;
  readonly isMissing?: true;
  readonly settings?: Parameters<LocalEcr['createRepository']>[1];
  readonly denied?: readonly string[];
  readonly createRepository?: RepositorySettings;
  /** `1.0` if it is not given. */
  readonly tags?: readonly string[];
  readonly expected: Partial<RepositoryState>;
  readonly unchecked?: readonly string[];
  /** Calls that are made besides the two that every push makes. */
  readonly asks?: readonly string[];
}

const EMPTY: RepositoryState = {
  exists: true,
  availableLayers: new Set(),
  images: [],
  immutableTags: [],
  missingPolicies: [],
};
const NONE = { ...EMPTY, exists: false };
const OURS: Partial<RepositoryState> = {
  availableLayers: layers,
  images: [{ digest }, { digest, tag: '1.0' }],
};
const THEIRS: Partial<RepositoryState> = {
  availableLayers: layersOf(image, other),
  images: [{ digest: other.descriptor.digest, tag: '1.0' }],
};

function layersOf(wanted: typeof image, held: typeof image): ReadonlySet<typeof digest> {
  const there = new Set([held.config.digest, ...held.layers.map((layer) => layer.digest)]);
  const asked = [wanted.config.digest, ...wanted.layers.map((layer) => layer.digest)];
  return new Set(asked.filter((one) => there.has(one)));
}

const ours: Case['repository'] = async (ecr) => {
  await pushToLocal(ecr, image);
};
const theirs: Case['repository'] = async (ecr) => {
  await pushToLocal(ecr, other);
};

const cases: Readonly<Record<string, Case>> = {
  'a repository that is missing': { isMissing: true, expected: NONE },
  'one that is missing and is to be created': {
    isMissing: true,
    createRepository: POLICIES,
    expected: NONE,
  },
  'one that is empty': { expected: {} },
  'one that holds the image': { repository: ours, expected: OURS },
  'one whose tag points to another image, which may move': {
    repository: theirs,
    expected: THEIRS,
    asks: ['DescribeRepositories'],
  },
  'one whose tag points to another image, which may not move': {
    repository: theirs,
    settings: { imageTagMutability: 'IMMUTABLE' },
    expected: { ...THEIRS, immutableTags: ['1.0'] },
    asks: ['DescribeRepositories'],
  },
  'one that may not be asked whether tags move': {
    repository: theirs,
    denied: ['DescribeRepositories'],
    expected: THEIRS,
    unchecked: ['mutability'],
    asks: ['DescribeRepositories'],
  },
  'one that may not be asked what tags point to': {
    repository: ours,
    denied: ['BatchGetImage'],
    expected: { ...OURS, images: undefined },
    unchecked: ['images'],
  },
  'one that may not be asked, where no tag is wanted: nothing depends on it': {
    repository: ours,
    tags: [],
    denied: ['BatchGetImage'],
    expected: { ...OURS, images: undefined },
  },
  'an empty one that lacks its policies': {
    createRepository: POLICIES,
    expected: { missingPolicies: ['lifecycle-policy', 'repository-policy'] },
    asks: ['DescribeImages', 'GetLifecyclePolicy', 'GetRepositoryPolicy'],
  },
  'an empty one that lacks one policy': {
    repository: (_, repository) => void (repository.lifecyclePolicy = '{"rules": []}'),
    createRepository: POLICIES,
    expected: { missingPolicies: ['repository-policy'] },
    asks: ['DescribeImages', 'GetLifecyclePolicy', 'GetRepositoryPolicy'],
  },
  'an empty one that is to have no policies': { createRepository: {}, expected: {} },
  'one without policies that holds another image': {
    repository: async (ecr) => {
      await pushToLocal(ecr, other, { tags: ['0.9'] });
    },
    createRepository: POLICIES,
    expected: {},
    asks: ['DescribeImages'],
  },
  'one without policies that holds the image': {
    repository: ours,
    createRepository: POLICIES,
    expected: OURS,
  },
  'an empty one whose images may not be listed': {
    createRepository: POLICIES,
    denied: ['DescribeImages'],
    expected: {},
    unchecked: ['policies'],
    asks: ['DescribeImages'],
  },
  'an empty one whose policies may not be read': {
    createRepository: POLICIES,
    denied: ['GetRepositoryPolicy'],
    expected: {},
    unchecked: ['policies'],
    asks: ['DescribeImages', 'GetLifecyclePolicy', 'GetRepositoryPolicy'],
  },
};

for (const [name, given] of Object.entries(cases)) {
  test(`what a push is told of ${name}`, async () => {
    const {
      repository,
      isMissing,
      settings,
      denied = [],
      createRepository,
      tags = ['1.0'],
    } = given;
    await using local = await startWithPolicy();
    const { ecr } = local;
    if (isMissing === undefined) {
      const created = ecr.createRepository(REPOSITORY_NAME, settings);
      await repository?.(ecr, created);
    }
    ecr.log.clear();
    local.allow(LOOKS.filter((call) => !denied.includes(call)));
    const registry = openLocalRegistry(ecr);
    const { graph, blobs } = await walked(image);
    const { context, events } = contextOf(registry, blobs, { createRepository });
    assert.deepEqual(await inspect(graph, tags, context), { ...EMPTY, ...given.expected });
    registry.close();
    assert.deepEqual(
      events,
      (given.unchecked ?? []).map((what) => ({ kind: 'unchecked', what })),
    );
    const asked = ecr.calls().map(({ operation }) => operation);
    // Of the two, the other may still be under way when one answers that there is no repository.
    const always = isMissing ? new Set(asked) : ['BatchCheckLayerAvailability', 'BatchGetImage'];
    assert.deepEqual(asked.toSorted(), [...always, ...(given.asks ?? [])].toSorted());
    assert.ok(asked.every((call) => LOOKS.includes(call)));
  });
}

test('referrers are looked up with the image: by digest, and by the tag they are found by', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  const index = buildIndex([image]);
  const signature = buildImage({ seed: 'signature', subject: index.descriptor });
  const tag = `${index.descriptor.digest.replace(':', '-')}.sig`;
  const cosign = named(buildImage({ seed: 'cosign' }), tag);
  await pushToLocal(ecr, index, { beside: [signature, cosign], tags: ['1.0', '1.1'] });
  ecr.log.clear();
  const { graph, blobs } = await walked(index, signature, cosign);
  const registry = openLocalRegistry(ecr);
  const { images = [] } = await inspect(graph, ['1.0', '1.1'], contextOf(registry, blobs).context);
  registry.close();
  const found = images.map((one) => `${one.digest}${one.tag === undefined ? '' : `:${one.tag}`}`);
  const [root, signed] = [index.descriptor.digest, cosign.descriptor.digest];
  assert.deepEqual(
    new Set(found),
    new Set([
      root,
      `${root}:1.0`,
      `${root}:1.1`,
      signature.descriptor.digest,
      signed,
      `${signed}:${tag}`,
    ]),
  );
  assert.equal(ecr.calls('BatchGetImage').length, 1, 'all in one call');
});

test('any other refusal ends the push', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(REPOSITORY_NAME);
  ecr.fault({ kind: 'error', operation: 'BatchGetImage', name: 'LimitExceededException' });
  const { graph, blobs } = await walked(image);
  const registry = openLocalRegistry(ecr);
  const { context } = contextOf(registry, blobs);
  await assert.rejects(inspect(graph, ['1.0'], context), refused('LIMIT_EXCEEDED'));
  registry.close();
});

/** What a push is told of a repository for two images that it joins, of which it holds one. */
async function inspectJoined(calls: readonly string[] = LOOKS, isMissing = false) {
  await using local = await startWithPolicy();
  const { ecr } = local;
  if (!isMissing) {
    ecr.createRepository(REPOSITORY_NAME);
    await pushToLocal(ecr, image, { tags: [] });
  }
  local.allow(calls);
  using scope = new DisposableStack();
  const registry = scope.adopt(openLocalRegistry(ecr), (opened) => opened.close());
  const { context, events } = contextOf(registry, { openBlob: () => assert.fail() });
  const state = await inspect(await joined(image, arm), ['1.0'], context);
  return { state, events };
}

const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });

test('of images to join, a push is told which are there', async () => {
  const { state, events } = await inspectJoined();
  assert.deepEqual(state, { ...EMPTY, heldManifests: new Set([digest]) });
  assert.deepEqual(events, []);
});

test('where they may not be looked up, that is told', async () => {
  const { state, events } = await inspectJoined(['BatchCheckLayerAvailability']);
  assert.equal(state.heldManifests, undefined);
  const unchecked = ['images', 'joined'].map((what) => ({ kind: 'unchecked', what }));
  assert.deepEqual(events, unchecked);
});

test('a repository that is missing has none of them, and creating it would not help', async () => {
  await assert.rejects(inspectJoined(LOOKS, true), (error) => {
    refused('REPOSITORY_NOT_FOUND', 'so the images to join are not there')(error);
    assert.ok(error instanceof PushError);
    assert.doesNotMatch(error.hint, /create-repository/);
    return true;
  });
});
