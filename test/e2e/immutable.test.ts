import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { Repository, RepositorySettings } from '../local-ecr/repository.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, REPOSITORY_NAME } from './step.ts';

/** Pushing again, and pushing what another job has tagged, to repositories of every mutability. */

const [image, other] = ['image', 'other'].map((seed) => buildImage({ seed })) as [
  ReturnType<typeof buildImage>,
  ReturnType<typeof buildImage>,
];
const [digest, otherDigest] = [image.descriptor.digest, other.descriptor.digest];
const TAG = '1.0';

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const [layout, otherLayout] = ['layout', 'other'].map((name) => join(directory.path, name)) as [
  string,
  string,
];
await writeLayoutDirectory(layout, [image]);
await writeLayoutDirectory(otherLayout, [other]);

const filters = (filter: string) => [{ filterType: 'WILDCARD', filter }];

/** Repositories, and whether `1.0` can be moved there. */
const repositories: Readonly<
  Record<string, { settings: Partial<RepositorySettings>; isMovable: boolean }>
> = {
  'a mutable repository': { settings: {}, isMovable: true },
  'an immutable repository': {
    settings: { imageTagMutability: 'IMMUTABLE' },
    isMovable: false,
  },
  'an immutable repository that leaves this tag out': {
    settings: {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters('1.*'),
    },
    isMovable: true,
  },
  'an immutable repository that leaves other tags out': {
    settings: {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters('dev-*'),
    },
    isMovable: false,
  },
  'a mutable repository but for tags like this': {
    settings: {
      imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters('*.0'),
    },
    isMovable: false,
  },
};

type Holder = 'nothing' | 'this image' | 'another image';
const holders: readonly Holder[] = ['nothing', 'this image', 'another image'];
type Timing = 'before the push' | 'by another job, just before the tag is put';
const timings: readonly Timing[] = [
  'before the push',
  'by another job, just before the tag is put',
];
const sameTagAnswers = ['ImageAlreadyExistsException', 'ImageTagAlreadyExistsException'] as const;

function allowedAllBut(...denied: readonly string[]): LocalEcrOptions {
  const calls = [
    'BatchCheckLayerAvailability',
    'InitiateLayerUpload',
    'UploadLayerPart',
    'CompleteLayerUpload',
    'PutImage',
    'BatchGetImage',
    'DescribeRepositories',
  ].filter((call) => !denied.includes(call));
  const policy = [{ actions: calls.map((call) => `ecr:${call}`) }];
  return { credentials: [{ ...DEFAULT_CREDENTIAL, policy }] };
}

const rights: Readonly<Record<string, readonly string[]>> = {
  'with all rights': [],
  'without ecr:BatchGetImage': ['BatchGetImage'],
  'without ecr:DescribeRepositories': ['DescribeRepositories'],
  'without either': ['BatchGetImage', 'DescribeRepositories'],
};

interface Case {
  readonly settings: Partial<RepositorySettings>;
  readonly isMovable: boolean;
  readonly holder: Holder;
  readonly timing: Timing;
  readonly ifTagExists: 'fail' | 'skip';
  readonly sameImmutableTag: (typeof sameTagAnswers)[number];
  readonly denied: readonly string[];
}

function* casesOf(): Generator<[name: string, given: Case]> {
  for (const [repository, { settings, isMovable }] of Object.entries(repositories))
    for (const holder of holders)
      for (const timing of holder === 'nothing' ? timings.slice(0, 1) : timings)
        for (const ifTagExists of ['fail', 'skip'] as const)
          for (const sameImmutableTag of sameTagAnswers)
            for (const [right, denied] of Object.entries(rights)) {
              const given = {
                settings,
                isMovable,
                holder,
                timing,
                ifTagExists,
                sameImmutableTag,
                denied,
              };
              yield [
                `${repository}, ${TAG} given to ${holder} ${timing}, ${ifTagExists}, ${right}, ${sameImmutableTag}`,
                given,
              ];
            }
}

/** What must come of it. */
function expectedOf(given: Case): 'pushed' | 'failed' | 'skipped' {
  const { isMovable, holder, ifTagExists, sameImmutableTag, denied } = given;
  // Then nothing tells which image it is that the tag stands for.
  const isUnseen =
    sameImmutableTag === 'ImageTagAlreadyExistsException' && denied.includes('BatchGetImage');
  const mayBeOther = holder === 'another image' || (holder === 'this image' && isUnseen);
  if (isMovable || !mayBeOther) return 'pushed';
  return ifTagExists === 'fail' ? 'failed' : 'skipped';
}

for (const [name, given] of casesOf()) {
  test(`${name}: ${expectedOf(given)}`, () => check(given));
}

async function check(given: Case): Promise<void> {
  const { settings, isMovable, holder, timing, ifTagExists, sameImmutableTag, denied } = given;
  const behaviours = { sameImmutableTag };
  await using ecr = await startLocalEcr({ behaviours, ...allowedAllBut(...denied) });
  const repository = ecr.createRepository(REPOSITORY_NAME, settings);
  await give(ecr, holder, timing);
  const inputs = { layout, repository: REPOSITORY_NAME, tags: TAG, 'if-tag-exists': ifTagExists };
  const run = await runLocally(ecr, inputs);
  const expected = expectedOf(given);
  if (expected === 'failed') assertFailed(run, given, ecr);
  else assert.equal(run.error, undefined);
  const held = isMovable || holder !== 'another image' ? digest : otherDigest;
  assert.equal(repository.tags.get(TAG), held);
  const isSeen =
    expected === 'pushed' || (expected === 'skipped' && !denied.includes('BatchGetImage'));
  assert.equal(run.outputs?.digest, isSeen ? held : '');
  if (expected === 'skipped') assertSkipped(run, given);
  assertUploads(given, ecr, repository);
}

async function give(ecr: LocalEcr, holder: Holder, timing: Timing): Promise<void> {
  if (holder === 'nothing') return;
  const from = holder === 'this image' ? layout : otherLayout;
  const push = async (): Promise<void> => {
    const run = await runLocally(ecr, { layout: from, repository: REPOSITORY_NAME, tags: TAG });
    assert.equal(run.error, undefined);
  };
  if (timing === 'before the push') {
    await push();
    ecr.log.clear();
  } else {
    const when = ({ input }: { input: Readonly<Record<string, unknown>> }) =>
      input['imageTag'] === TAG;
    ecr.fault({ kind: 'before', operation: 'PutImage', when, run: push });
  }
}

function assertFailed({ error }: LocalRun, { denied }: Case, ecr: LocalEcr): void {
  assert.ok(error instanceof PushError, String(error));
  assert.equal(error.code, 'TAG_IS_IMMUTABLE');
  assert.ok(error.message.includes(digest), error.message);
  if (!denied.includes('BatchGetImage'))
    assert.ok(error.message.includes(otherDigest), error.message);
  else assert.ok(error.hint.includes('ecr:BatchGetImage'), error.hint);
  assert.ok(ecr.calls('PutImage').filter(({ input }) => input['imageTag'] === TAG).length <= 2);
}

function assertSkipped({ warnings, outputs }: LocalRun, { denied }: Case): void {
  assert.ok(
    warnings.some((line) => line.startsWith(`Tag ${TAG} is immutable`)),
    warnings.join(),
  );
  assert.equal(outputs?.['registry-paths'], '');
  if (denied.includes('BatchGetImage'))
    assert.ok(
      warnings.some((line) => line.includes('ecr:BatchGetImage')),
      warnings.join(),
    );
}

/** What can be known before is found before: then nothing is sent. */
function assertUploads(
  { holder, timing, isMovable, denied }: Case,
  ecr: LocalEcr,
  repository: Repository,
): void {
  assert.ok(repository.images.size > 0);
  if (timing !== 'before the push') return;
  const isSame = holder === 'this image';
  const isRefused = holder === 'another image' && !isMovable;
  if (isSame) assert.equal(ecr.calls('InitiateLayerUpload').length, 0);
  if ((isSame && !denied.includes('BatchGetImage')) || (isRefused && denied.length === 0))
    assert.deepEqual(changes(ecr), []);
}
