import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RepositorySettings } from '../local-ecr/repository.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes } from './step.ts';

const NAME = 'team/new';
const image = buildImage({ seed: 'image' });

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layout = join(directory.path, 'layout');
await writeLayoutDirectory(layout, [image]);

const lifecycle = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
};
const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
};
const [lifecycleFile, policyFile] = ['lifecycle.json', 'policy.json'].map((name) =>
  join(directory.path, name),
) as [string, string];
await writeFile(lifecycleFile, JSON.stringify(lifecycle));
await writeFile(policyFile, JSON.stringify(policy));

function push(ecr: LocalEcr, inputs: Readonly<Record<string, string>> = {}): Promise<LocalRun> {
  return runLocally(ecr, { layout, repository: NAME, 'create-repository': 'true', ...inputs });
}

const KEY = 'arn:aws:kms:us-east-1:012345678901:key/1';

/** The same settings, as JSON and as lines. */
const forms: Readonly<Record<string, string>> = {
  JSON: JSON.stringify({
    'tag-mutability': 'IMMUTABLE',
    'mutability-exclusions': ['latest', 'dev-*'],
    'scan-on-push': true,
    encryption: 'KMS',
    'kms-key': KEY,
    tags: { team: 'blue', 'cost-center': '007' },
    'lifecycle-policy': lifecycle,
    'repository-policy': policy,
  }),
  'JSON with policies as text': JSON.stringify({
    'tag-mutability': 'immutable',
    'mutability-exclusions': 'latest, dev-*',
    'scan-on-push': 'true',
    encryption: 'kms',
    'kms-key': KEY,
    tags: ['team=blue', 'cost-center=007'],
    'lifecycle-policy': JSON.stringify(lifecycle),
    'repository-policy': JSON.stringify(policy),
  }),
  lines: `
    # how this team has it
    tag-mutability: IMMUTABLE
    mutability-exclusions: latest, dev-*
    scan-on-push: true
    encryption: KMS
    kms-key: ${KEY}
    tags: team=blue, cost-center=007
    lifecycle-policy: ${lifecycleFile}
    repository-policy: ${policyFile}
  `.trim(),
  'lines with policies as JSON': [
    'tag-mutability: immutable',
    'mutability-exclusions: latest,dev-*',
    'scan-on-push: true',
    'encryption: kms',
    `kms-key: ${KEY}`,
    'tags: team=blue,cost-center=007',
    `lifecycle-policy: ${JSON.stringify(lifecycle)}`,
    `repository-policy: ${JSON.stringify(policy)}`,
  ].join('\n'),
};

for (const [form, settings] of Object.entries(forms)) {
  test(`every setting of a private repository arrives, given as ${form}`, async () => {
    await using ecr = await startLocalEcr();
    const run = await push(ecr, { 'repository-settings': settings });
    assert.equal(run.error, undefined);
    const repository = ecr.repository(NAME);
    const expected: RepositorySettings = {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [
        { filterType: 'WILDCARD', filter: 'latest' },
        { filterType: 'WILDCARD', filter: 'dev-*' },
      ],
      scanOnPush: true,
      encryption: { encryptionType: 'KMS', kmsKey: KEY },
      resourceTags: new Map([
        ['team', 'blue'],
        ['cost-center', '007'],
      ]),
    };
    assert.deepEqual(repository.settings, expected);
    assert.deepEqual(JSON.parse(repository.lifecyclePolicy ?? ''), lifecycle);
    assert.deepEqual(JSON.parse(repository.policy ?? ''), policy);
    assert.equal(repository.tags.get('latest'), image.descriptor.digest);
    assert.equal(
      run.outputs?.['repository-uri'],
      `012345678901.dkr.ecr.us-east-1.amazonaws.com/${NAME}`,
    );
  });
}

test('every setting of a public repository arrives', async () => {
  await using ecr = await startLocalEcr();
  const settings = {
    tags: { team: 'blue' },
    'repository-policy': policy,
    description: 'An application',
    about: '# About',
    usage: '# Usage',
    architectures: ['ARM 64', 'x86-64'],
    'operating-systems': 'Linux',
  };
  const run = await push(ecr, {
    'registry-type': 'public',
    'repository-settings': JSON.stringify(settings),
  });
  assert.equal(run.error, undefined);
  const repository = ecr.repository(NAME, { service: 'ecr-public' });
  assert.deepEqual(repository.settings.resourceTags, new Map([['team', 'blue']]));
  assert.deepEqual(repository.settings.catalogData, {
    description: 'An application',
    aboutText: '# About',
    usageText: '# Usage',
    architectures: ['ARM 64', 'x86-64'],
    operatingSystems: ['Linux'],
  });
  assert.deepEqual(JSON.parse(repository.policy ?? ''), policy);
});

test("without settings, a repository has AWS's own defaults", async () => {
  await using ecr = await startLocalEcr();
  assert.equal((await push(ecr)).error, undefined);
  const [call] = ecr.calls('CreateRepository');
  const given = Object.entries(call?.input ?? {}).filter(([, value]) => value !== undefined);
  assert.deepEqual(given, [['repositoryName', NAME]]);
});

test('a repository that holds an image is left as it is, whatever the settings say', async () => {
  await using ecr = await startLocalEcr();
  const repository = ecr.createRepository(NAME);
  const { settings } = repository;
  await push(ecr, { tags: 'old' });
  const run = await push(ecr, { 'repository-settings': forms['JSON'] ?? '' });
  assert.equal(run.error, undefined);
  assert.equal(repository.settings, settings);
  assert.equal(repository.policy, undefined);
  assert.deepEqual(
    changes(ecr).filter((call) => /Repository|Policy/.test(call)),
    [],
  );
});

test('a repository that another job creates first keeps its settings, and gets the policies that it lacks', async () => {
  await using ecr = await startLocalEcr();
  const create = () => void ecr.createRepository(NAME);
  ecr.fault({ kind: 'before', operation: 'CreateRepository', run: create });
  const run = await push(ecr, { 'repository-settings': forms['JSON'] ?? '' });
  assert.equal(run.error, undefined);
  const { settings, lifecyclePolicy, policy: own, tags } = ecr.repository(NAME);
  assert.equal(settings.imageTagMutability, 'MUTABLE');
  assert.deepEqual(JSON.parse(lifecyclePolicy ?? ''), lifecycle);
  assert.deepEqual(JSON.parse(own ?? ''), policy);
  assert.equal(tags.get('latest'), image.descriptor.digest);
});

test('a repository that another job creates and fills first is used and left as it is', async () => {
  await using ecr = await startLocalEcr();
  const create = async (): Promise<void> => {
    ecr.createRepository(NAME);
    assert.equal((await push(ecr, { 'create-repository': 'false' })).error, undefined);
  };
  ecr.fault({ kind: 'before', operation: 'CreateRepository', run: create });
  const run = await push(ecr, { 'repository-settings': forms['JSON'] ?? '' });
  assert.equal(run.error, undefined);
  const { lifecyclePolicy, policy: own } = ecr.repository(NAME);
  assert.deepEqual([lifecyclePolicy, own], [undefined, undefined]);
});

test('of several targets, only those that are missing are created', async () => {
  await using ecr = await startLocalEcr();
  const there = ecr.createRepository('team/there');
  const tags = ['us-east-1.amazonaws.com/team/there', 'eu-west-1.amazonaws.com/team/new']
    .map((place) => `012345678901.dkr.ecr.${place}:1.0`)
    .join();
  assert.equal((await push(ecr, { tags })).error, undefined);
  assert.equal(ecr.calls('CreateRepository').length, 1);
  assert.equal(there.tags.size, 1);
  assert.equal(ecr.repository(NAME, { region: 'eu-west-1' }).tags.size, 1);
});

test('without create-repository, a creation template of ECR makes the repository at the push', async () => {
  await using ecr = await startLocalEcr({
    createOnPush: [{ prefix: 'team', settings: { imageTagMutability: 'IMMUTABLE' } }],
  });
  const run = await push(ecr, { 'create-repository': 'false' });
  assert.equal(run.error, undefined);
  const { settings, tags } = ecr.repository(NAME);
  assert.equal(settings.imageTagMutability, 'IMMUTABLE');
  assert.equal(tags.get('latest'), image.descriptor.digest);
  assert.equal(ecr.calls('CreateRepository').length, 0);
});

test('without one, the error says so after the first upload was tried', async () => {
  await using ecr = await startLocalEcr();
  const { error, infos } = await push(ecr, { 'create-repository': 'false' });
  refused('REPOSITORY_NOT_FOUND', 'InitiateLayerUpload', NAME, 'us-east-1')(error);
  assert.ok(infos.some((line) => line.includes('does not exist')));
  assert.deepEqual([...new Set(changes(ecr))], ['InitiateLayerUpload']);
});

test('a lifecycle policy that ECR refuses fails the step, and is named as the call that failed', async () => {
  await using ecr = await startLocalEcr();
  const { error } = await push(ecr, {
    'repository-settings': '{"lifecycle-policy": {"rules": "none"}}',
  });
  refused('INVALID_PARAMETER', 'PutLifecyclePolicy')(error);
});
