import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Credential, DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { buildImage } from '../support/image.ts';
import { runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/** the documented permissions are enough for what they are said to be for, and none of them is there for nothing. */

const ACCOUNT = '012345678901';
const NAME = 'team/app';
const NEW = 'team/new';

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layouts = ['first', 'second'].map((seed) => [join(directory.path, seed), seed] as const);
for (const [path, seed] of layouts) await writeLayoutDirectory(path, [buildImage({ seed })]);

const lifecycle = {
  rules: [
    {
      rulePriority: 1,
      description: 'untagged images go after two weeks',
      selection: {
        tagStatus: 'untagged',
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: 14,
      },
      action: { type: 'expire' },
    },
  ],
};
const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
};
const lifecycleFile = join(directory.path, 'lifecycle.json');
await writeFile(lifecycleFile, JSON.stringify(lifecycle));

const section = await readFile(new URL('docs/permissions.md', REPOSITORY), 'utf8');

type Service = 'ecr' | 'ecr-public';

/** What the row that begins so allows. */
function actionsFor(row: string, service: Service): readonly string[] {
  const line = section.split('\n').find((text) => text.startsWith(`| ${row}`));
  assert.ok(line, `docs/permissions.md has no permissions for ${row}`);
  const cell = line.split('|')[service === 'ecr' ? 2 : 3] ?? '';
  return [...cell.matchAll(/`([\w-]+:\w+)`/g)].map(([, action = '']) => action);
}

const PUSH = 'every push';
const LOOK = 'looking up';
const PLAN = '`dry-run: true`';
const CREATE = '`create-repository: true`';
const TAGS = '… with `tags`';
const LIFECYCLE = '… with `lifecycle-policy`';
const POLICY = '… with `repository-policy`';
const FINISH = '… to set these policies';

interface Options {
  readonly rows: readonly string[];
  readonly services: readonly Service[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly settings?: object;
}

const BOTH = ['ecr', 'ecr-public'] as const;

const options: Readonly<Record<string, Options>> = {
  'a push': { rows: [PUSH], services: BOTH },
  'a push with look-ups': { rows: [PUSH, LOOK], services: BOTH },
  'a push that creates the repository': { rows: [PUSH, CREATE], services: BOTH, settings: {} },
  'a push that creates the repository, with look-ups': {
    rows: [PUSH, LOOK, CREATE],
    services: BOTH,
    settings: {},
  },
  'a repository with tags': {
    rows: [PUSH, CREATE, TAGS],
    services: BOTH,
    settings: { tags: { team: 'blue' } },
  },
  'a repository with a policy': {
    rows: [PUSH, CREATE, POLICY],
    services: BOTH,
    settings: { 'repository-policy': policy },
  },
  'a repository with a lifecycle policy': {
    rows: [PUSH, CREATE, LIFECYCLE],
    services: ['ecr'],
    settings: { 'lifecycle-policy': lifecycleFile },
  },
  'a repository with everything': {
    rows: [PUSH, LOOK, CREATE, TAGS, LIFECYCLE, POLICY],
    services: BOTH,
    settings: { tags: 'team=blue', 'lifecycle-policy': lifecycle, 'repository-policy': policy },
  },
};

for (const [name, { rows, services, settings }] of Object.entries(options)) {
  for (const service of services) {
    test(`${name}, in ${service}: the documented permissions are enough, and each is made use of`, async () => {
      const actions = rows.flatMap((row) => actionsFor(row, service));
      const repository = settings === undefined ? NAME : NEW;
      await using ecr = await startAllowing(service, repository, actions);
      await pushTwice(ecr, service, repository, settings);
      const denied = ecr.calls().filter(({ outcome }) => outcome === 'AccessDeniedException');
      const optional = [...actionsFor(LOOK, service), ...actionsFor(FINISH, service)];
      const made = ecr.calls().map((call) => `${call.service}:${call.operation}`);
      const lacking = denied.map((call) => `${call.service}:${call.operation}`);
      assert.deepEqual(
        lacking.filter((action) => !optional.includes(action)),
        [],
      );
      if (rows.includes(LOOK)) assert.deepEqual(lacking, []);
      // To create with tags is one call that takes two rights.
      const used = new Set([...made, ...(rows.includes(TAGS) ? [`${service}:TagResource`] : [])]);
      assert.deepEqual(
        actions.filter((action) => !used.has(action)),
        [],
      );
    });
  }
}

for (const service of BOTH) {
  test(`a plan, in ${service}: the documented permissions are enough, and each is made use of`, async () => {
    const actions = actionsFor(PLAN, service);
    const all = { accessKeyId: 'AKIDALLOWEDALL', secretAccessKey: 'the-other-secret' };
    await using ecr = await startAllowing(service, NAME, actions, [
      { ...DEFAULT_CREDENTIAL, ...all },
    ]);
    const env = { AWS_ACCESS_KEY_ID: all.accessKeyId, AWS_SECRET_ACCESS_KEY: all.secretAccessKey };
    const type = service === 'ecr' ? 'private' : 'public';
    const inputs = { repository: NAME, 'registry-type': type, 'registry-id': ACCOUNT };
    const [[first], [second]] = layouts as [[string, string], [string, string]];
    const pushed = await runLocally(ecr, { ...inputs, layout: first }, { env });
    assert.equal(pushed.error, undefined);
    ecr.log.clear();
    const run = await runLocally(ecr, { ...inputs, layout: second, 'dry-run': 'true' });
    assert.deepEqual([run.error, run.warnings], [undefined, []]);
    const made = ecr.calls().map((call) => `${call.service}:${call.operation}`);
    assert.deepEqual([...new Set(made)].toSorted(), actions.toSorted());
  });
}

async function startAllowing(
  service: Service,
  repository: string,
  actions: readonly string[],
  others: readonly Credential[] = [],
): Promise<LocalEcr> {
  const place = service === 'ecr' ? `ecr:us-east-1` : 'ecr-public:';
  const resources = [`arn:aws:${place}:${ACCOUNT}:repository/${repository}`];
  const ecr = await startLocalEcr({
    credentials: [{ ...DEFAULT_CREDENTIAL, policy: [{ actions, resources }] }, ...others],
  });
  ecr.createRepository(NAME, { service });
  return ecr;
}

/** Another image the second time, so that a tag is there already. */
async function pushTwice(
  ecr: LocalEcr,
  service: Service,
  repository: string,
  settings: object | undefined,
): Promise<void> {
  for (const [layout] of layouts) {
    const run = await runLocally(ecr, {
      layout,
      repository,
      'registry-type': service === 'ecr' ? 'private' : 'public',
      'create-repository': String(settings !== undefined),
      'repository-settings': settings === undefined ? '' : JSON.stringify(settings),
    });
    assert.equal(run.error, undefined);
  }
}

/** Every action of the documented policies, taken away: the push fails and names it, or goes on and warns. */
for (const service of BOTH) {
  for (const action of [...actionsFor(PUSH, service), ...actionsFor(LOOK, service)]) {
    test(`without ${action} a push fails and names it, or goes on and says so`, async () => {
      const all = [...actionsFor(PUSH, service), ...actionsFor(LOOK, service)];
      await using ecr = await startAllowing(
        service,
        NAME,
        all.filter((other) => other !== action),
      );
      const shown: string[] = [];
      for (const [layout] of layouts) {
        const type = service === 'ecr' ? 'private' : 'public';
        const run = await runLocally(ecr, { layout, repository: NAME, 'registry-type': type });
        shown.push(...run.warnings, run.error instanceof Error ? run.error.message : '');
        assert.equal(run.error === undefined, actionsFor(LOOK, service).includes(action));
      }
      assert.ok(
        shown.some((text) => text.includes(action)),
        shown.join('\n'),
      );
    });
  }
}

test('the documented policies are what the table says: for a push with look-ups to either service, and for a plan', () => {
  const blocks = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => {
    const { Statement } = JSON.parse(json) as {
      Statement: [{ Action: readonly string[]; Resource: string }];
    };
    const [{ Action, Resource }] = Statement;
    return { actions: Action, service: Resource.split(':')[2] };
  });
  const pushes = BOTH.map((service) => ({
    actions: [...actionsFor(PUSH, service), ...actionsFor(LOOK, service)],
    service,
  }));
  assert.deepEqual(blocks, [...pushes, { actions: actionsFor(PLAN, 'ecr'), service: 'ecr' }]);
});
