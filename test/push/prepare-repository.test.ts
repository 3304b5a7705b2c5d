import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RepositorySettings } from '../../src/ecr/repository-settings.ts';
import { PushError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { PushEvent } from '../../src/push/events.ts';
import { prepareRepository } from '../../src/push/prepare-repository.ts';
import type { TargetReport } from '../../src/push/report.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { openLocalRegistry, REPOSITORY_NAME } from '../support/local-registry.ts';
import { refused } from '../support/refused.ts';
import { walked } from '../support/walked.ts';
import { completeTarget, contextOf, pushToLocal, tryToPush } from './local-push.ts';

const image = buildImage({ seed: 'image' });
const other = buildImage({ seed: 'other' });
const { graph, blobs } = await walked(image);

/** ECR takes none that is shorter than 100 characters. */
const LIFECYCLE = '{"rules": []}'.padEnd(100);
const POLICY = '{"Statement": []}';
const SETTINGS: RepositorySettings = { lifecyclePolicyText: LIFECYCLE, policyText: POLICY };

const CHANGES = ['CreateRepository', 'PutLifecyclePolicy', 'SetRepositoryPolicy'];

/** The calls that change the repository itself. */
function changes(ecr: LocalEcr): string[] {
  return ecr
    .calls()
    .map(({ operation }) => operation)
    .filter((operation) => CHANGES.includes(operation));
}

type Step = Pick<Plan, 'repository' | 'missingPolicies'>;

interface Case {
  readonly step: Step;
  readonly settings?: RepositorySettings;
  readonly isThere?: true;
  readonly calls: readonly string[];
  readonly told?: readonly PushEvent['kind'][];
}

const cases: Readonly<Record<string, Case>> = {
  'a repository that is missing is created, with its policies': {
    step: { repository: 'create', missingPolicies: [] },
    settings: SETTINGS,
    calls: CHANGES,
    told: ['repository-created'],
  },
  'or without any, where none were given': {
    step: { repository: 'create', missingPolicies: [] },
    settings: {},
    calls: ['CreateRepository'],
    told: ['repository-created'],
  },
  'one that another job has just created is left as it is': {
    step: { repository: 'create', missingPolicies: [] },
    settings: SETTINGS,
    isThere: true,
    calls: ['CreateRepository'],
  },
  'an empty one gets both policies': {
    step: { repository: 'finish', missingPolicies: ['lifecycle-policy', 'repository-policy'] },
    settings: SETTINGS,
    isThere: true,
    calls: ['PutLifecyclePolicy', 'SetRepositoryPolicy'],
    told: ['policies-set'],
  },
  'or the one that it lacks': {
    step: { repository: 'finish', missingPolicies: ['repository-policy'] },
    settings: SETTINGS,
    isThere: true,
    calls: ['SetRepositoryPolicy'],
    told: ['policies-set'],
  },
  'one that may appear by itself is not created': {
    step: { repository: 'await', missingPolicies: [] },
    calls: [],
  },
  'one that is there is left as it is': {
    step: { repository: 'none', missingPolicies: [] },
    settings: SETTINGS,
    isThere: true,
    calls: [],
  },
};

for (const [name, { step, settings, isThere, calls, told = [] }] of Object.entries(cases)) {
  test(name, async () => {
    await using ecr = await startLocalEcr();
    if (isThere) ecr.createRepository(REPOSITORY_NAME);
    const registry = openLocalRegistry(ecr);
    const { context, events } = contextOf(registry, blobs, { createRepository: settings });
    const nothing = {
      graph,
      uploads: [],
      present: [],
      missing: [],
      missingManifests: [],
      waves: [],
      tagPuts: [],
      tags: [],
    };
    await prepareRepository({ ...nothing, ...step }, context);
    registry.close();
    assert.deepEqual(
      ecr.calls().map(({ operation }) => operation),
      calls,
    );
    assert.deepEqual(
      events.map(({ kind }) => kind),
      told,
    );
    const { lifecyclePolicy, policy } =
      isThere || settings ? ecr.repository(REPOSITORY_NAME) : { lifecyclePolicy: '', policy: '' };
    assert.equal(lifecyclePolicy === LIFECYCLE, calls.includes('PutLifecyclePolicy'));
    assert.equal(policy === POLICY, calls.includes('SetRepositoryPolicy'));
  });
}

interface Refused {
  readonly settings: RepositorySettings;
  readonly call: string;
  readonly policy: string;
  readonly command: string;
}

const refusals: readonly Refused[] = [
  {
    settings: { ...SETTINGS, lifecyclePolicyText: '{"rules": "none"}'.padEnd(100) },
    call: 'PutLifecyclePolicy',
    policy: 'lifecycle-policy',
    command: 'aws ecr put-lifecycle-policy --lifecycle-policy-text file://POLICY.json',
  },
  {
    settings: { ...SETTINGS, policyText: '{"Statement": "none"}' },
    call: 'SetRepositoryPolicy',
    policy: 'repository-policy',
    command: 'aws ecr set-repository-policy --policy-text file://POLICY.json',
  },
];

for (const { settings, call, policy, command } of refusals) {
  test(`a ${policy} that ECR refuses is named, with the repository that was created and what to do`, async () => {
    await using ecr = await startLocalEcr();
    const target = failed(await tryToPush(ecr, image, { createRepository: settings }));
    const { error } = target;
    const created = `The repository exists, but has no ${policy}`;
    refused('INVALID_PARAMETER', call, REPOSITORY_NAME, created)(error);
    assert.ok(error instanceof PushError);
    const options = `--repository-name ${REPOSITORY_NAME} --registry-id 012345678901 --region us-east-1`;
    assert.ok(error.hint.includes(`${command} ${options}`), error.hint);
    assert.ok(error.hint.includes('while the repository is empty'), error.hint);
    assert.equal(target.created, true);
    assert.equal(ecr.repository(REPOSITORY_NAME).layers.size, 0, 'nothing is sent');
  });

  test(`a repository that was refused its ${policy} gets it in the next run`, async () => {
    await using ecr = await startLocalEcr();
    failed(await tryToPush(ecr, image, { createRepository: settings }));
    ecr.log.clear();
    const events: PushEvent[] = [];
    const { created } = await pushToLocal(ecr, image, {
      createRepository: SETTINGS,
      listener: (event) => events.push(event),
    });
    const repository = ecr.repository(REPOSITORY_NAME);
    assert.deepEqual([repository.lifecyclePolicy, repository.policy], [LIFECYCLE, POLICY]);
    assert.equal(repository.tags.get('1.0'), image.descriptor.digest);
    assert.equal(created, false);
    assert.ok(events.some(({ kind }) => kind === 'policies-set'));
    assert.ok(!changes(ecr).includes('CreateRepository'));
  });

  test(`a ${policy} that is refused in the next run, too, is named again`, async () => {
    await using ecr = await startLocalEcr();
    failed(await tryToPush(ecr, image, { createRepository: settings }));
    const { error } = failed(await tryToPush(ecr, image, { createRepository: settings }));
    refused('INVALID_PARAMETER', call, REPOSITORY_NAME, policy)(error);
  });
}

function failed({ targets: [target] }: Awaited<ReturnType<typeof tryToPush>>): TargetReport {
  assert.ok(target);
  assert.notEqual(target.error, undefined);
  return target;
}

test('a policy that the credentials may not set leaves the repository with the command to set it', async () => {
  const policy = [{ actions: ['ecr:*Layer*', 'ecr:BatchGetImage', 'ecr:CreateRepository'] }];
  const credentials = [{ ...DEFAULT_CREDENTIAL, policy }];
  await using ecr = await startLocalEcr({ credentials });
  const target = failed(await tryToPush(ecr, image, { createRepository: SETTINGS }));
  refused('ACCESS_DENIED', 'PutLifecyclePolicy', 'has no lifecycle-policy')(target.error);
});

test('a repository that holds an image, with no policy, is left without one', async () => {
  await using ecr = await startLocalEcr();
  const repository = ecr.createRepository(REPOSITORY_NAME);
  await pushToLocal(ecr, other, { tags: ['0.9'] });
  await pushToLocal(ecr, image, { createRepository: SETTINGS });
  assert.deepEqual([repository.lifecyclePolicy, repository.policy], [undefined, undefined]);
  assert.deepEqual(changes(ecr), []);
});

test('the run that set the policies is the last: once the image is there, they are left alone', async () => {
  await using ecr = await startLocalEcr();
  await pushToLocal(ecr, image, { createRepository: {} });
  ecr.log.clear();
  await pushToLocal(ecr, image, { createRepository: SETTINGS });
  assert.deepEqual(changes(ecr), []);
  assert.equal(ecr.repository(REPOSITORY_NAME).lifecyclePolicy, undefined);
});

test('a policy that somebody has set by hand is left alone', async () => {
  await using ecr = await startLocalEcr();
  const repository = ecr.createRepository(REPOSITORY_NAME);
  const byHand = '{"Statement": [], "Id": "by hand"}';
  repository.policy = byHand;
  await pushToLocal(ecr, image, { createRepository: SETTINGS });
  assert.deepEqual([repository.lifecyclePolicy, repository.policy], [LIFECYCLE, byHand]);
  assert.deepEqual(changes(ecr), ['PutLifecyclePolicy']);
});

test('credentials that may not see whether policies are missing push all the same, and that is told', async () => {
  const calls = ['*Layer*', 'BatchGetImage', 'PutImage'].map((call) => `ecr:${call}`);
  const credentials = [{ ...DEFAULT_CREDENTIAL, policy: [{ actions: calls }] }];
  await using ecr = await startLocalEcr({ credentials });
  const repository = ecr.createRepository(REPOSITORY_NAME);
  const events: PushEvent[] = [];
  const listener = (event: PushEvent): void => void events.push(event);
  const report = await tryToPush(ecr, image, { createRepository: SETTINGS, listener });
  completeTarget(report);
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'unchecked'),
    [{ kind: 'unchecked', what: 'policies' }],
  );
  assert.equal(repository.tags.get('1.0'), image.descriptor.digest);
  assert.deepEqual(changes(ecr), []);
});
