import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { incompleteImages } from '../support/complete-images.ts';
import type { Graph } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { act, initRepository, inPlaceOf, WITHOUT_ACT } from './act.ts';
import { buildxIndex, imageFor, koIndex } from './recipes/images.ts';
import {
  actionsUsed,
  type Command,
  type Event,
  RECIPES,
  readWorkflow,
  RUNS,
} from './recipes/recipes.ts';

/**
 * The recipes of docs/recipes, as they are written, run by act against the local ECR. This tree is in the place of
 * ecr-layer-push/ecr-layer-push@v1; the folder stand-ins is in the place of what others publish, and commands.ts in the
 * place of programs that are not on every machine.
 */

const ACCOUNT = '123456789012';
const OTHER_ACCOUNT = '012345678901';
const STAND_INS = new URL('recipes/stand-ins/', import.meta.url);
const COMMANDS = fileURLToPath(new URL('recipes/commands.ts', import.meta.url));
const BOTH = ['linux/amd64', 'linux/arm64'] as const;

interface Expected {
  readonly repository?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly service?: 'ecr-public';
  /** `SHA` stands for the commit; none for a plan. */
  readonly tags?: readonly string[];
  /** What the tags point to; where it is not said, whatever is there must be whole. */
  readonly image?: Graph;
  /** Platforms of the index, where its bytes are made by the action. */
  readonly platforms?: readonly string[];
  /** What a later step says. */
  readonly says?: RegExp;
}

const native = buildxIndex(['linux/amd64']);
const NAMED = `${ACCOUNT}\\.dkr\\.ecr\\.eu-west-1\\.amazonaws\\.com/team/app@sha256:[0-9a-f]{64}`;
const DEPLOYED = new RegExp(`deployed ${NAMED}`);

/** By recipe, or by recipe and event. */
const EXPECTED: Readonly<Record<string, Expected | readonly Expected[]>> = {
  'buildx.yml': { tags: ['SHA', 'latest'], image: native, says: DEPLOYED },
  'matrix.yml': { tags: ['SHA', 'latest'], platforms: BOTH },
  'matrix-of-layouts.yml': { platforms: BOTH },
  'reusable-push.yml': { tags: ['SHA', 'latest'], image: native, says: DEPLOYED },
  'reusable-matrix.yml': { tags: ['SHA', 'latest'], platforms: BOTH, says: DEPLOYED },
  'reusable-plan.yml on pull_request': { tags: [], says: /This would push sha256:[0-9a-f]{64}\./ },
  'reusable-plan.yml on push': { image: native },
  'plan.yml on pull_request': { tags: [], says: /The image differs/ },
  'plan.yml on push': { image: native, says: /The image differs/ },
  'composite.yml': { image: native, says: DEPLOYED },
  'scan.yml': { image: native },
  'attest.yml': { image: native, says: new RegExp(`attested ${NAMED}`) },
  'immutable.yml': { tags: ['v1.2.0'], image: native },
  'release.yml on pull_request': [
    { tags: [], says: /would upload 5 blobs/ },
    { tags: [], region: 'us-east-1' },
  ],
  'release.yml on tag': [
    { tags: ['v1.2.0'], platforms: BOTH },
    { tags: ['v1.2.0'], platforms: BOTH, region: 'us-east-1' },
  ],
  'regions.yml': [
    { tags: ['sha-SHORT', 'latest'], image: native, says: /"status":"complete"/ },
    { tags: ['sha-SHORT', 'latest'], image: native, region: 'us-east-1' },
    { tags: ['sha-SHORT', 'latest'], image: native, service: 'ecr-public', repository: 'app' },
  ],
  'another-account.yml': { image: native, accountId: OTHER_ACCOUNT },
  'ecr-public.yml': {
    tags: ['SHA', 'latest'],
    image: buildxIndex(BOTH),
    service: 'ecr-public',
    repository: 'app',
  },
  'new-repository.yml': { image: native, repository: 'previews/feature' },
  'platforms.yml': { platforms: BOTH },
  'lambda.yml': {
    image: imageFor('linux/arm64'),
    repository: 'team/function',
    says: /the function runs \S+\/team\/function@sha256:/,
  },
  'proxy.yml': { image: native },
  'buildah.yml': {},
  'bazel.yml': { image: imageFor('linux/amd64') },
  'ko.yml': { image: koIndex(BOTH) },
  'apko.yml': { platforms: BOTH },
  'jib.yml': {},
  'nix.yml': {},
};

const EXPIRING = {
  rulePriority: 1,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
  action: { type: 'expire' },
};

const WORKSPACE: Readonly<Record<string, string>> = {
  Dockerfile: 'FROM scratch\nCOPY deploy.sh /\n',
  'deploy.sh': '#!/bin/sh\necho "deployed $1"\n',
  mvnw: `#!/bin/sh\nexec node ${COMMANDS} mvnw "$@"\n`,
  '.github/lifecycle.json': JSON.stringify({ rules: [EXPIRING] }),
};

const EVENTS = {
  push: { ref: 'refs/heads/main' },
  tag: { ref: 'refs/tags/v1.2.0' },
  pull_request: { number: 1, pull_request: { head: { ref: 'feature' }, base: { ref: 'main' } } },
};

/** What the recipes leave out of the reusable workflows: a build of one's own, keys as secrets, the runner's credentials. */
const CALLER = 'test/clients/recipes/caller.yml';

void suite('recipes', { concurrency: 2, skip: WITHOUT_ACT }, () => {
  for (const [recipe, run] of Object.entries(RUNS)) {
    if (typeof run === 'string') continue;
    const missing = (run.needs ?? []).find((program) => !isThere(program));
    const skip = missing === undefined ? false : `${missing} is not on the PATH`;
    for (const event of run.events) {
      const name = run.events.length === 1 ? recipe : `${recipe} on ${event}`;
      void test(`${RECIPES}${name}`, { skip }, async () => {
        await runWorkflow(
          `${RECIPES}${recipe}`,
          run.commands,
          event,
          [EXPECTED[name] ?? {}].flat(),
        );
      });
    }
  }

  void test('the workflow in README.md', async () => {
    await runWorkflow('README.md', ['docker'], 'push', [{ image: native }]);
  });

  void test('the reusable workflows with what the recipes leave out', async () => {
    const own = { tags: ['own'], platforms: [...BOTH, 'linux/s390x'] };
    const kept = { repository: 'team/function', tags: ['keys', 'runner'] };
    await runWorkflow(CALLER, ['own-build'], 'push', [
      own,
      { ...kept, image: imageFor('linux/amd64') },
    ]);
  });
});

async function runWorkflow(
  path: string,
  commands: readonly Command[],
  event: Event,
  results: readonly Expected[],
): Promise<void> {
  await using directory = await temporaryDirectory();
  await using ecr = await startEcr(event === 'tag' ? 'IMMUTABLE' : 'MUTABLE');
  const folder = (name: string) => join(directory.path, name);
  await prepareWorkspace(folder('workspace'), path);
  await prepareTree(folder('tree'));
  await prepareCommands(folder('scratch'), commands);
  await writeFile(folder('event.json'), JSON.stringify(EVENTS[event]));
  await mkdir(folder('artifacts'));
  await writeFile(folder('storage.conf'), storageIn(folder('storage')));
  const { code, printed } = await act({
    workspace: folder('workspace'),
    home: folder('home'),
    args: [
      event === 'tag' ? 'push' : event,
      '--no-cache-server',
      ...['--eventpath', folder('event.json'), '--secret', 'KEY=AKIDLOCALEXAMPLE'],
      ...inPlaceOf('ecr-layer-push/ecr-layer-push@v1', folder('tree')),
      ...(await standIns(path)),
    ],
    env: {
      ...ecr.env,
      CONTAINERS_STORAGE_CONF: folder('storage.conf'),
      STAND_INS_ARTIFACTS: folder('artifacts'),
      STAND_INS_COMMANDS: COMMANDS,
      STAND_INS_SCRATCH: folder('scratch'),
      STAND_INS_TREE: folder('tree'),
    },
    path: [join(folder('scratch'), 'bin')],
  });
  assert.equal(code, 0, printed);
  for (const expected of results) check(ecr, expected, printed);
  assert.deepEqual(await commandsUsed(folder('scratch')), commands);
}

function check(ecr: LocalEcr, expected: Expected, printed: string): void {
  const { repository: name = 'team/app', tags = ['latest'], service, accountId } = expected;
  const region = service === undefined ? (expected.region ?? 'eu-west-1') : undefined;
  const repository = ecr.repository(name, {
    ...(region === undefined ? {} : { region }),
    ...(service === undefined ? {} : { service }),
    ...(accountId === undefined ? {} : { accountId }),
  });
  const found = [...repository.tags.keys()].map((tag) =>
    tag.replace(/^[0-9a-f]{40}$/, 'SHA').replace(/^sha-[0-9a-f]{7}$/, 'sha-SHORT'),
  );
  assert.deepEqual(found.toSorted(), [...tags].toSorted(), printed);
  assert.deepEqual(incompleteImages(repository), []);
  if (tags.length === 0) assert.equal(repository.images.size, 0);
  for (const digest of repository.tags.values()) {
    if (expected.image) assert.equal(digest, expected.image.descriptor.digest);
    if (expected.platforms)
      assert.deepEqual(
        platformsOf(repository.images.get(digest)?.manifest),
        expected.platforms,
        printed,
      );
  }
  assert.match(printed, expected.says ?? /Job succeeded/);
}

interface Index {
  readonly manifests: readonly {
    readonly platform?: { readonly os: string; readonly architecture: string };
  }[];
}

/** Those of the images in an index, without their attestations. */
function platformsOf(manifest: Buffer | undefined): string[] {
  const { manifests } = JSON.parse(String(manifest)) as Index;
  const names = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
  return names.filter((name) => name !== 'unknown/unknown').toSorted();
}

async function startEcr(imageTagMutability: 'MUTABLE' | 'IMMUTABLE'): Promise<LocalEcr> {
  const key = { accessKeyId: 'AKIDLOCALEXAMPLE', secretAccessKey: 'local-secret' };
  const ecr = await startLocalEcr({
    credentials: [{ ...key, accountId: ACCOUNT }],
    accounts: [OTHER_ACCOUNT],
    aliases: { example: ACCOUNT },
  });
  for (const region of ['eu-west-1', 'us-east-1'])
    ecr.createRepository('team/app', { region, imageTagMutability });
  ecr.createRepository('team/app', { region: 'eu-west-1', accountId: OTHER_ACCOUNT });
  ecr.createRepository('team/function', { region: 'eu-west-1' });
  ecr.createRepository('app', { service: 'ecr-public' });
  return ecr;
}

async function prepareWorkspace(workspace: string, workflow: string): Promise<void> {
  for (const [name, content] of Object.entries(WORKSPACE)) {
    const file = join(workspace, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, 0o755);
  }
  await mkdir(join(workspace, '.github/workflows'));
  await writeFile(join(workspace, '.github/workflows/recipe.yml'), await readWorkflow(workflow));
  const composite = new URL(`${RECIPES}composite-action/`, REPOSITORY);
  await cp(composite, join(workspace, '.github/actions/publish'), { recursive: true });
  initRepository(workspace);
}

/** This repository as a runner has it: what the action and its reusable workflows are made of. */
async function prepareTree(tree: string): Promise<void> {
  for (const name of ['action.yml', 'dist', '.github/workflows'])
    await cp(new URL(name, REPOSITORY), join(tree, name), { recursive: true });
}

async function prepareCommands(scratch: string, commands: readonly Command[]): Promise<void> {
  await mkdir(join(scratch, 'bin'), { recursive: true });
  for (const command of commands) {
    const file = join(scratch, 'bin', command);
    await writeFile(file, `#!/bin/sh\nexec node ${COMMANDS} ${command} "$@"\n`, { mode: 0o755 });
  }
}

/** The programs that stand-ins took the place of, as the table in docs/recipes.md lists them. */
async function commandsUsed(scratch: string): Promise<string[]> {
  const used = await readFile(join(scratch, 'used'), 'utf8').catch(() => '');
  return [...new Set(used.split('\n').filter((name) => name !== ''))].toSorted();
}

/** For buildah: it leaves nothing on the machine. */
function storageIn(folder: string): string {
  return `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`;
}

async function standIns(workflow: string): Promise<string[]> {
  const used = await actionsUsed(workflow);
  return used.flatMap((action) => {
    const [name = ''] = action.split('@');
    return [...inPlaceOf(action, fileURLToPath(new URL(name, STAND_INS)))];
  });
}

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
