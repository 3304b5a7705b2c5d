import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Fault } from '../local-ecr/faults.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { writeDockerArchive } from '../support/docker-archive.ts';
import { buildAttestation, buildImage, buildIndex, named } from '../support/image.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { startKnowingSts } from '../support/sts.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { REPOSITORY_NAME } from './step.ts';

/** No dry run writes: whatever is given, whatever the registry holds, and whatever fails. */

type Inputs = Readonly<Record<string, string>>;

const ACCOUNT = '012345678901';
const HOST = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
const PUBLIC = 'public.ecr.aws/local';
const NEW = 'team/new';

const directory = await temporaryDirectory();
const sts = await startKnowingSts(ACCOUNT);
after(async () => {
  await sts[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});
const path = (name: string): string => join(directory.path, name);

const amd = buildImage({ seed: 'amd', layers: [{ size: 3000 }, { size: 500 }] });
const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });
const plain = buildImage({ seed: 'plain', layers: [{ files: { a: 'a' }, compression: 'none' }] });
const other = buildImage({ seed: 'other' });
const index = buildIndex([amd, arm, buildAttestation(amd)]);
await writeLayoutDirectory(path('image'), [amd]);
await writeLayoutDirectory(path('arm'), [arm]);
await writeLayoutDirectory(path('index'), [index]);
await writeLayoutDirectory(path('other'), [other]);
await writeLayoutDirectory(path('two'), [named(amd, 'one'), named(arm, 'two')]);
await writeLayoutTar(path('image.tar'), [amd]);
await writeDockerArchive(path('docker.tar'), [{ image: plain }]);
await writeLayoutDirectory(path('incomplete'), [amd]);
await rm(path(`incomplete/blobs/sha256/${amd.config.digest.slice('sha256:'.length)}`));

/** What can be pushed, and what cannot. */
const SHAPES: Readonly<Record<string, Inputs>> = {
  'a directory': { layout: path('image') },
  'a tar': { layout: path('image.tar') },
  'an archive of docker save': { layout: path('docker.tar') },
  'an index with an attestation': { layout: path('index') },
  'one platform of an index': {
    layout: path('index'),
    platforms: 'linux/arm64',
    'single-image': 'unwrap',
    attestations: 'drop',
  },
  'two layouts, joined': { layout: `${path('image')}\n${path('arm')}` },
  'one of two images': { layout: path('two'), image: 'two' },
  'several tags': { layout: path('image'), tags: '1.0, latest, v1' },
  'several repositories': {
    layout: path('image'),
    repository: '',
    tags: `${HOST}/team/app:1.0\n${PUBLIC}/team/app:1.0\n${HOST}/${NEW}:1.0`,
  },
  'what is not there': { layout: path('none') },
  'a layout that lacks a file': { layout: path('incomplete') },
  'a platform that is missing': { layout: path('index'), platforms: 'linux/s390x' },
  'an input that is wrong': { layout: path('image'), tags: 'a b' },
};

interface State {
  readonly inputs?: Inputs;
  readonly ecr?: LocalEcrOptions;
  readonly prepare?: (ecr: LocalEcr, shape: Inputs) => Promise<unknown> | undefined;
}

const settings = JSON.stringify({
  'repository-policy': { Version: '2012-10-17', Statement: [] },
  tags: { team: 'blue' },
});

/** What the registry is like. */
const STATES = {
  'an empty repository': {},
  'a repository that has it all': {
    prepare: (ecr, shape) => run(ecr, { ...shape, 'create-repository': 'true' }),
  },
  'a repository whose tags point to another image': {
    prepare: (ecr, { tags = 'latest', repository = REPOSITORY_NAME }) =>
      run(ecr, { layout: path('other'), repository, tags }),
  },
  'a repository without its policies': {
    inputs: { 'create-repository': 'true', 'repository-settings': settings },
  },
  'no repository': { inputs: { repository: NEW } },
  'a repository to create': {
    inputs: { repository: NEW, 'create-repository': 'true', 'repository-settings': settings },
  },
  'a repository that ECR would create': {
    inputs: { repository: NEW },
    ecr: { createOnPush: [{ prefix: 'ROOT' }] },
  },
  'an immutable tag': {
    inputs: { repository: 'team/held' },
    prepare: (ecr, { tags = 'latest' }) =>
      run(ecr, { layout: path('other'), repository: 'team/held', tags }),
  },
  'an immutable tag that is skipped': {
    inputs: { repository: 'team/held', 'if-tag-exists': 'skip' },
    prepare: (ecr, { tags = 'latest' }) =>
      run(ecr, { layout: path('other'), repository: 'team/held', tags }),
  },
} satisfies Readonly<Record<string, State>>;

async function start(options: LocalEcrOptions = {}): Promise<LocalEcr> {
  const ecr = await startLocalEcr(options);
  ecr.createRepository(REPOSITORY_NAME);
  ecr.createRepository(REPOSITORY_NAME, { service: 'ecr-public' });
  ecr.createRepository('team/held', { imageTagMutability: 'IMMUTABLE' });
  return ecr;
}

function run(ecr: LocalEcr, inputs: Inputs): Promise<LocalRun> {
  const env = { AWS_ENDPOINT_URL_STS: sts.url, AWS_MAX_ATTEMPTS: '1' };
  return runLocally(ecr, { repository: REPOSITORY_NAME, ...inputs }, { env });
}

/** In which every call that a plan can make is made. */
const WITH_FAULTS = [
  'no repository',
  'a repository whose tags point to another image',
  'a repository without its policies',
] as const;

/** Whatever is not known to read counts as a write. */
const READS = /^(?:BatchCheckLayerAvailability|BatchGetImage|Describe|Get|List)/;

/** Runs dry, and fails if anything was written. */
async function plan(ecr: LocalEcr, inputs: Inputs): Promise<readonly string[]> {
  ecr.log.clear();
  await run(ecr, { ...inputs, 'dry-run': 'true' });
  const calls = ecr.calls().map(({ operation }) => operation);
  assert.deepEqual(
    calls.filter((operation) => !READS.test(operation)),
    [],
  );
  return calls;
}

for (const [stateName, state] of Object.entries<State>(STATES)) {
  const { inputs, ecr: options, prepare } = state;
  test(`nothing is written, whatever is to be pushed: ${stateName}`, async (context) => {
    for (const [shapeName, shape] of Object.entries(SHAPES)) {
      await context.test(shapeName, async () => {
        await using ecr = await start(options);
        await prepare?.(ecr, shape);
        await plan(ecr, { ...shape, ...(shape['repository'] === '' ? {} : inputs) });
      });
    }
  });
}

const ALWAYS = { times: Infinity } as const;

const FAULTS: Readonly<Record<string, Fault>> = {
  AccessDeniedException: { kind: 'error', name: 'AccessDeniedException' },
  RepositoryNotFoundException: { kind: 'error', name: 'RepositoryNotFoundException' },
  ServerException: { kind: 'error', name: 'ServerException', status: 500 },
  'an exception that nobody knows': { kind: 'error', name: 'NovelException' },
  'a throttle': { kind: 'throttle' },
  'a web page': { kind: 'http', status: 403, body: '<html></html>' },
  'a reset': { kind: 'reset' },
  'an empty answer': { kind: 'answer', change: () => ({}) },
  'expired credentials': { kind: 'expire-credentials' },
};

test('nothing is written, whatever call fails', async (context) => {
  const calls = new Set<string>();
  for (const name of WITH_FAULTS) {
    const { inputs = {}, prepare }: State = STATES[name];
    const shape = { layout: path('index'), ...inputs };
    await using ecr = await start();
    await prepare?.(ecr, shape);
    for (const operation of new Set(await plan(ecr, shape))) {
      calls.add(operation);
      for (const [faultName, fault] of Object.entries(FAULTS)) {
        await context.test(`${name}: ${operation}: ${faultName}`, async () => {
          await using faulty = await start();
          await prepare?.(faulty, shape);
          const scripted = faulty.fault({ ...fault, ...ALWAYS, operation });
          await plan(faulty, shape);
          assert.ok(scripted.hits > 0);
        });
      }
    }
  }
  assert.deepEqual(
    [...calls].toSorted(),
    [
      'BatchCheckLayerAvailability',
      'BatchGetImage',
      'DescribeImages',
      'DescribeRepositories',
    ].concat('GetRepositoryPolicy'),
  );
});
