import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ecr } from '../../src/ecr/ecr.ts';
import {
  describeRepository,
  parseReference,
  type RepositoryReference,
} from '../../src/ecr/names/reference.ts';
import { openTargets } from '../../src/push/open-targets.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import type { Statement } from '../local-ecr/policy.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage } from '../support/image.ts';
import { runLocally, withEnvironment } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layout = join(directory.path, 'layout');
const image = buildImage({ seed: 'image', layers: [{ size: 3000 }, { size: 2000 }] });
await writeLayoutDirectory(layout, [image]);

const ACCOUNT = DEFAULT_CREDENTIAL.accountId;
const OTHER = '999999999999';
const host = (account: string, region = 'us-east-1', kind = 'ecr') =>
  `${account}.dkr.${kind}.${region}.amazonaws.com`;

const bare = (name: string, rest: Partial<RepositoryReference> = {}): RepositoryReference => ({
  type: 'private',
  registryId: undefined,
  region: undefined,
  name,
  ...rest,
});
const publicName = (name: string, registryId?: string): RepositoryReference => ({
  type: 'public',
  registryId,
  region: 'us-east-1',
  name,
});
const full = (text: string): RepositoryReference => parseReference(text).repository;

function start(policy?: readonly Statement[]): Promise<LocalEcr> {
  const credential = policy === undefined ? DEFAULT_CREDENTIAL : { ...DEFAULT_CREDENTIAL, policy };
  const ecr = startLocalEcr({ credentials: [credential], accounts: [OTHER] });
  return ecr.then((started) => {
    for (const name of ['team/app', 'team/other']) started.createRepository(name);
    started.createRepository('team/app', { region: 'eu-west-1' });
    started.createRepository('team/app', { accountId: OTHER });
    for (const name of ['app', 'tool']) started.createRepository(name, { service: 'ecr-public' });
    return started;
  });
}

interface Case {
  /** Each with its tags. */
  readonly wanted: readonly (readonly [RepositoryReference, ...string[]])[];
  /** `repository → tags` */
  readonly expected: readonly string[];
  /** DescribeRepositories calls. */
  readonly asks: number;
  readonly policy?: readonly Statement[];
  readonly env?: Readonly<Record<string, string>>;
}

const IN_US = `repository team/app of registry ${ACCOUNT} in us-east-1`;

const cases: Readonly<Record<string, Case>> = {
  'one name alone is not asked for': {
    wanted: [[bare('team/app'), '1.0']],
    expected: ['repository team/app in us-east-1 → 1.0'],
    asks: 0,
  },
  'a bare name and a full reference to the same repository are one target': {
    wanted: [
      [bare('team/app'), '1.0', 'latest'],
      [full(`${host(ACCOUNT)}/team/app`), '2.0', '1.0'],
    ],
    expected: [`${IN_US} → 1.0, latest, 2.0`],
    asks: 1,
  },
  'in either order': {
    wanted: [
      [full(`${host(ACCOUNT)}/team/app`), '2.0'],
      [bare('team/app'), '1.0'],
    ],
    expected: [`${IN_US} → 2.0, 1.0`],
    asks: 1,
  },
  'a name with the account id is known without a question': {
    wanted: [
      [bare('team/app', { registryId: ACCOUNT }), '1.0'],
      [full(`${host(ACCOUNT)}/team/app`), '2.0'],
    ],
    expected: [`${IN_US} → 1.0, 2.0`],
    asks: 0,
  },
  'three names of one repository are one target': {
    wanted: [
      [bare('team/app'), '1.0'],
      [full(`${host(ACCOUNT)}/team/app`), '2.0'],
      [bare('team/app', { region: 'us-east-1', registryId: ACCOUNT }), '3.0'],
    ],
    expected: [`${IN_US} → 1.0, 2.0, 3.0`],
    asks: 1,
  },
  'another region is another target, without a question': {
    wanted: [
      [bare('team/app'), '1.0'],
      [full(`${host(ACCOUNT, 'eu-west-1')}/team/app`), '2.0'],
    ],
    expected: [
      'repository team/app in us-east-1 → 1.0',
      `repository team/app of registry ${ACCOUNT} in eu-west-1 → 2.0`,
    ],
    asks: 0,
  },
  'another account is another target; both named in full, without a question': {
    wanted: [
      [full(`${host(ACCOUNT)}/team/app`), '1.0'],
      [full(`${host(OTHER)}/team/app`), '2.0'],
    ],
    expected: [`${IN_US} → 1.0`, `repository team/app of registry ${OTHER} in us-east-1 → 2.0`],
    asks: 0,
  },
  'another account is another target; a bare name is asked for whose it is': {
    wanted: [
      [bare('team/app'), '1.0'],
      [full(`${host(OTHER)}/team/app`), '2.0'],
    ],
    expected: [`${IN_US} → 1.0`, `repository team/app of registry ${OTHER} in us-east-1 → 2.0`],
    asks: 1,
  },
  'another name is another target, without a question': {
    wanted: [
      [bare('team/app'), '1.0'],
      [full(`${host(ACCOUNT)}/team/other`), '2.0'],
    ],
    expected: [
      'repository team/app in us-east-1 → 1.0',
      `repository team/other of registry ${ACCOUNT} in us-east-1 → 2.0`,
    ],
    asks: 0,
  },
  "who may not ask for it gets its credentials' account": {
    wanted: [
      [bare('team/app'), '1.0'],
      [full(`${host(ACCOUNT)}/team/app`), '2.0'],
    ],
    policy: [{ actions: ['ecr:PutImage'] }],
    env: { AWS_ACCOUNT_ID: ACCOUNT },
    expected: [`${IN_US} → 1.0, 2.0`],
    asks: 1,
  },
  'a public name and a reference by alias are one target': {
    wanted: [
      [publicName('app'), '1.0'],
      [full('public.ecr.aws/local/app'), '2.0'],
    ],
    expected: ['public repository app of registry local → 1.0, 2.0'],
    asks: 1,
  },
  'a public name with the account, and a reference by alias, are one target': {
    wanted: [
      [publicName('app', ACCOUNT), '1.0'],
      [full('public.ecr.aws/local/app'), '2.0'],
    ],
    expected: ['public repository app of registry local → 1.0, 2.0'],
    asks: 1,
  },
  "another's alias is another target": {
    wanted: [
      [publicName('app'), '1.0'],
      [full('public.ecr.aws/other/app'), '2.0'],
    ],
    expected: [
      `public repository app of registry ${ACCOUNT} → 1.0`,
      'public repository app of registry other → 2.0',
    ],
    asks: 1,
  },
  'private and public repositories of one name are two, without a question': {
    wanted: [
      [bare('app'), '1.0'],
      [publicName('app'), '2.0'],
    ],
    expected: ['repository app in us-east-1 → 1.0', 'public repository app → 2.0'],
    asks: 0,
  },
};

for (const [name, { wanted, expected, asks, policy, env = {} }] of Object.entries(cases)) {
  test(name, async () => {
    await using ecr = await start(policy);
    using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env, ...env });
    await using aws = new Ecr();
    const targets = await openTargets(
      wanted.map(([repository, ...tags]) => ({ repository, tags })),
      (repository) => aws.open(repository),
      aws.signal,
    );
    assert.deepEqual(
      targets.map(
        ({ registry, tags }) => `${describeRepository(registry.repository)} → ${tags.join(', ')}`,
      ),
      expected,
    );
    const asked = ecr.calls().map(({ operation }) => operation);
    assert.deepEqual(asked, Array<string>(asks).fill('DescribeRepositories'));
  });
}

test('the kind of endpoint that a full reference asks for is kept', async () => {
  await using ecr = await start();
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env });
  await using aws = new Ecr();
  const fips = host(ACCOUNT, 'us-east-1', 'ecr-fips');
  const targets = await openTargets(
    [
      { repository: bare('team/app'), tags: ['1.0'] },
      { repository: full(`${fips}/team/app`), tags: ['2.0'] },
    ],
    (repository) => aws.open(repository),
    aws.signal,
  );
  assert.deepEqual(
    targets.map(({ registry, tags }) => [registry.repository.host, tags]),
    [[fips, ['1.0', '2.0']]],
  );
});

test('an abort while it is asked whose a name is ends the step with its reason', async () => {
  await using ecr = await start();
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env });
  const controller = new AbortController();
  const reason = new Error('cancelled');
  await using aws = new Ecr({ signal: controller.signal });
  const run = () => controller.abort(reason);
  ecr.fault({ kind: 'before', operation: 'DescribeRepositories', run });
  ecr.fault({ kind: 'hang', operation: 'DescribeRepositories' });
  const wanted = [bare('team/app'), full(`${host(ACCOUNT)}/team/app`)];
  const opened = openTargets(
    wanted.map((repository) => ({ repository, tags: ['1.0'] })),
    (repository) => aws.open(repository),
    aws.signal,
  );
  await assert.rejects(opened, reason);
});

const runs = [
  {
    what: 'private ECR',
    inputs: { repository: 'team/app', tags: `1.0, ${host(ACCOUNT)}/team/app:2.0` },
    uri: `${host(ACCOUNT)}/team/app`,
    selector: {},
    name: 'team/app',
  },
  {
    what: 'ECR Public',
    inputs: {
      repository: 'app',
      'registry-type': 'public',
      tags: '1.0, public.ecr.aws/local/app:2.0',
    },
    uri: 'public.ecr.aws/local/app',
    selector: { service: 'ecr-public' },
    name: 'app',
  },
] as const;

for (const { what, inputs, uri, selector, name } of runs) {
  test(`two names of one repository in ${what}: every layer goes once, and the outputs know one target`, async () => {
    await using ecr = await start();
    const { error, outputs, warnings, infos } = await runLocally(ecr, { layout, ...inputs });
    assert.equal(error, undefined);
    assert.deepEqual(warnings, []);
    const { tags } = ecr.repository(name, selector);
    const { digest } = image.descriptor;
    assert.deepEqual(Object.fromEntries(tags), { '1.0': digest, '2.0': digest });
    assert.equal(ecr.calls('BatchCheckLayerAvailability').length, 1);
    assert.equal(ecr.calls('InitiateLayerUpload').length, 3);
    assert.equal(outputs?.['registry-paths'], `${uri}:1.0,${uri}:2.0`);
    assert.equal(outputs['repository-uri'], uri);
    assert.equal(outputs['layers-uploaded'], 3);
    const { targets } = JSON.parse(String(outputs.metadata)) as { targets: { tags: string[] }[] };
    assert.deepEqual(
      targets.map((target) => target.tags),
      [['1.0', '2.0']],
    );
    assert.ok(!infos.some((line) => line.startsWith('[')), 'one target needs no name');
  });
}

test('two accounts are two targets: every layer goes to each', async () => {
  await using ecr = await start();
  const { error, outputs } = await runLocally(ecr, {
    layout,
    repository: 'team/app',
    tags: `1.0, ${host(OTHER)}/team/app:2.0`,
  });
  assert.equal(error, undefined);
  assert.equal(outputs?.['layers-uploaded'], 6);
  assert.equal(
    outputs['registry-paths'],
    `${host(ACCOUNT)}/team/app:1.0,${host(OTHER)}/team/app:2.0`,
  );
  assert.deepEqual([...ecr.repository('team/app').tags.keys()], ['1.0']);
  assert.deepEqual([...ecr.repository('team/app', { accountId: OTHER }).tags.keys()], ['2.0']);
});

test('repositories stay in the order in which they are wanted', async () => {
  await using ecr = await start();
  using _ = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env });
  await using aws = new Ecr();
  const wanted = [
    full(`${host(ACCOUNT)}/team/app`),
    full(`${host(ACCOUNT)}/team/other`),
    full(`${host(OTHER)}/team/app`),
  ];
  const targets = await openTargets(
    wanted.map((repository) => ({ repository, tags: ['1.0'] })),
    (repository) => aws.open(repository),
    aws.signal,
  );
  assert.deepEqual(
    targets.map(({ registry }) => describeRepository(registry.repository)),
    wanted.map(describeRepository),
  );
});
