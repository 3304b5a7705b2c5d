import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ecr } from '../../src/ecr/ecr.ts';
import { parseInputs } from '../../src/inputs/inputs.ts';
import type { Outputs } from '../../src/report/outputs.ts';
import { RunLog } from '../../src/report/run-log.ts';
import { run } from '../../src/run.ts';
import type { Call } from '../local-ecr/call-log.ts';
import { DEFAULT_CREDENTIAL, type LocalEcrOptions } from '../local-ecr/options.ts';
import { type LocalEcr, type RegistrySelector, startLocalEcr } from '../local-ecr/server.ts';
import { readActionMetadata } from '../support/action-metadata.ts';
import { buildImage, buildIndex, type Graph } from '../support/image.ts';
import { withEnvironment } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/**
 * Two jobs push the same image at the same moment. At each call of the one, the other begins, gets as far as each call
 * of its own, waits there until the first is done, and goes on. Both must succeed, and tell the same names.
 */

const ACCOUNT = DEFAULT_CREDENTIAL.accountId;
const NAME = 'team/app';
const URI = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/${NAME}`;
const PUBLIC_URI = `public.ecr.aws/local/${NAME}`;

const image = buildImage({ seed: 'image', layers: [{ size: 3000 }] });
const index = buildIndex([
  image,
  buildImage({ seed: 'other', layers: [{ size: 1000 }, { size: 2000 }] }),
]);
const signature = buildImage({ seed: 'signature', subject: index.descriptor });

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());

interface Scene {
  readonly root: Graph;
  readonly beside?: readonly Graph[];
  readonly options?: LocalEcrOptions;
  /** Undefined for none. */
  readonly repository: Parameters<LocalEcr['createRepository']>[1] | undefined;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly uri?: string;
  readonly selector?: RegistrySelector;
  /** What both jobs warn of, whoever else pushes. */
  readonly warnings?: RegExp;
  /** Whether the second job is stopped at each of its calls, too. */
  readonly everyOrder?: true;
}

const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
});
const NO_LOOKS = ['*Layer*', 'PutImage'].map((call) => `ecr:${call}`);

const SCENES: Readonly<Record<string, Scene>> = {
  'an image': { root: image, repository: {}, everyOrder: true },
  'an image, under an immutable tag': {
    root: image,
    repository: { imageTagMutability: 'IMMUTABLE' },
  },
  'an image, under an immutable tag that ECR refuses to the same image, too': {
    root: image,
    repository: { imageTagMutability: 'IMMUTABLE' },
    options: { behaviours: { sameImmutableTag: 'ImageTagAlreadyExistsException' } },
    everyOrder: true,
  },
  'an image, into a repository that both would create': {
    root: image,
    repository: undefined,
    inputs: {
      'create-repository': 'true',
      'repository-settings': JSON.stringify({ 'lifecycle-policy': LIFECYCLE }),
    },
    everyOrder: true,
  },
  'an index with a signature': { root: index, beside: [signature], repository: {} },
  'an image, with credentials that may not look': {
    root: image,
    repository: {},
    options: { credentials: [{ ...DEFAULT_CREDENTIAL, policy: [{ actions: NO_LOOKS }] }] },
    env: { AWS_ACCOUNT_ID: ACCOUNT },
    warnings: /^Could not check what the tags point to/,
    everyOrder: true,
  },
  'an image, to ECR Public': {
    root: image,
    repository: { service: 'ecr-public' },
    inputs: { 'registry-type': 'public' },
    uri: PUBLIC_URI,
    selector: { service: 'ecr-public' },
  },
};

interface Job {
  readonly outputs: Outputs | undefined;
  readonly warnings: readonly string[];
}

const metadata = await readActionMetadata();

/** One job. @throws what its step fails with */
async function push(
  layout: string,
  scene: Scene,
  inputs: Readonly<Record<string, string>>,
): Promise<Job> {
  const given = {
    layout,
    repository: NAME,
    tags: '1.0',
    image: scene.root.descriptor.digest,
    concurrency: '1',
    ...scene.inputs,
    ...inputs,
  } as Readonly<Record<string, string>>;
  const parsed = await parseInputs(
    (name) => given[name] ?? metadata.inputs.get(name)?.default ?? '',
    (path) => readFile(path, 'utf8'),
  );
  const warnings: string[] = [];
  let outputs: Outputs | undefined;
  await using ecr = new Ecr(parsed);
  using log = new RunLog({
    info: () => undefined,
    warning: (line) => warnings.push(line),
    debug: () => undefined,
    group: (_name, work) => work(),
  });
  await run(parsed, { ecr, log, setOutputs: (set) => (outputs = set) });
  return { outputs, warnings };
}

/** The second job knows its account: by that its calls are told from those of the first. */
const SECOND = { 'registry-id': ACCOUNT };
const isSecond = ({ input }: Pick<Call, 'input'>): boolean => input['registryId'] !== undefined;
const isFirst = (call: Pick<Call, 'input'>): boolean => !isSecond(call);

/** One call of a job: the so-manieth of its operation. */
interface Moment {
  readonly operation: string;
  readonly nth: number;
}

/** Without what the credentials may not do: nothing can happen before that. */
function momentsOf(ecr: LocalEcr): Moment[] {
  const counts = new Map<string, number>();
  const allowed = ecr.calls().filter(({ outcome }) => outcome !== 'AccessDeniedException');
  return allowed.map(({ operation }) => {
    const nth = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, nth);
    return { operation, nth };
  });
}

async function startScene({ options, repository, env = {} }: Scene) {
  const ecr = await startLocalEcr(options);
  if (repository !== undefined) ecr.createRepository(NAME, repository);
  const environment = withEnvironment({ AWS_EC2_METADATA_DISABLED: 'true', ...ecr.env, ...env });
  return {
    ecr,
    [Symbol.asyncDispose]: async () => {
      environment[Symbol.dispose]();
      await ecr[Symbol.asyncDispose]();
    },
  };
}

/** The second job pushes at that moment of the first; `until` then is where it waits for the first to be done. */
async function pushTogether(layout: string, scene: Scene, at: Moment, until: Moment | undefined) {
  await using started = await startScene(scene);
  const { ecr } = started;
  const firstDone = Promise.withResolvers<undefined>();
  const reached = Promise.withResolvers<undefined>();
  let second: Promise<Job> | undefined;
  ecr.fault({
    kind: 'before',
    ...at,
    when: isFirst,
    run: async () => {
      second = push(layout, scene, SECOND);
      await Promise.race([second, reached.promise]);
    },
  });
  if (until !== undefined) {
    ecr.fault({
      kind: 'before',
      ...until,
      when: isSecond,
      run: () => {
        reached.resolve(undefined);
        return firstDone.promise;
      },
    });
  }
  const first = await push(layout, scene, {}).finally(() => firstDone.resolve(undefined));
  assert.ok(second, 'the first job came to that moment');
  assertBoth(ecr, scene, [first, await second]);
}

function assertBoth(ecr: LocalEcr, scene: Scene, jobs: readonly Job[]): void {
  const { root, beside = [], uri = URI, selector, warnings: expected } = scene;
  const repository = ecr.repository(NAME, selector);
  const { digest } = root.descriptor;
  const wanted = new Set([root, ...beside].flatMap(({ blobs }) => [...blobs.keys()]));
  assert.deepEqual(new Set([...repository.layers.keys(), ...repository.images.keys()]), wanted);
  assert.deepEqual(Object.fromEntries(repository.tags), { '1.0': digest });
  for (const { outputs, warnings } of jobs) {
    assert.ok(outputs);
    assert.equal(outputs.digest, digest);
    assert.equal(outputs.registry, uri.slice(0, uri.indexOf('/')));
    assert.equal(outputs['repository-uri'], uri);
    assert.equal(outputs['registry-paths'], `${uri}:1.0`);
    const metadataOutput = JSON.parse(String(outputs.metadata)) as Record<string, unknown>;
    assert.equal(metadataOutput['image.name'], `${uri}:1.0`);
    assert.deepEqual(
      warnings.filter((line) => !expected?.test(line)),
      [],
    );
    const layers = Number(outputs['layers-uploaded']) + Number(outputs['layers-skipped']);
    assert.equal(layers, repository.layers.size);
  }
  const uploaded = jobs.map(({ outputs }) => Number(outputs?.['layers-uploaded']));
  assert.equal(
    uploaded.reduce((sum, count) => sum + count, 0),
    repository.layers.size,
    'each layer counts as uploaded for one of them',
  );
  for (const isOwn of [isFirst, isSecond]) assertNothingTwice(ecr, isOwn);
}

/** No job completes a layer twice, nor one that ECR has told it is there. */
function assertNothingTwice(ecr: LocalEcr, isOwn: (call: Call) => boolean): void {
  const digestOf = ({ input }: Call): string => String(input['layerDigests']);
  const completes = ecr.calls('CompleteLayerUpload');
  const own = completes.filter(isOwn).map(digestOf);
  assert.equal(new Set(own).size, own.length, 'a layer was sent twice');
  const initiated = ecr.calls('InitiateLayerUpload').filter(isOwn);
  assert.equal(initiated.length, own.length, 'an upload was begun in vain');
  // One that is answered later was not waited for: the other look had found no repository.
  const [begun = { startedAt: Infinity }] = initiated;
  const [check] = ecr
    .calls('BatchCheckLayerAvailability')
    .filter(isOwn)
    .filter(({ endedAt = Infinity }) => endedAt < begun.startedAt);
  const told = completes
    .filter(
      ({ outcome, endedAt = Infinity }) => outcome === 'ok' && endedAt < (check?.endedAt ?? 0),
    )
    .map(digestOf);
  assert.deepEqual(
    own.filter((digest) => told.includes(digest)),
    [],
    'a layer was sent that ECR had said is there',
  );
}

const prepared = await Promise.all(
  Object.entries(SCENES).map(async ([name, scene], at) => {
    const layout = join(directory.path, `${at}`);
    await writeLayoutDirectory(layout, [scene.root, ...(scene.beside ?? [])]);
    return { name, scene, layout };
  }),
);

/** The calls of a job that is alone. */
const alone = new Map<string, readonly Moment[]>();
for (const { name, scene, layout } of prepared) {
  await using started = await startScene(scene);
  await push(layout, scene, {});
  alone.set(name, momentsOf(started.ecr));
}

for (const { name, scene, layout } of prepared) {
  for (const at of alone.get(name) ?? []) {
    const moment = `${at.operation} ${at.nth}`;
    test(`${name}: another job pushes the same at ${moment}, and both succeed`, () =>
      pushTogether(layout, scene, at, undefined));

    if (scene.everyOrder === undefined) continue;
    test(`${name}: another job pushes the same at ${moment}, and is overtaken at each of its calls`, async () => {
      for (const until of alone.get(name) ?? []) {
        const where = `${until.operation} ${until.nth}`;
        await pushTogether(layout, scene, at, until).catch((cause: unknown) => {
          throw new Error(`overtaken at ${where}`, { cause });
        });
      }
    });
  }
}
