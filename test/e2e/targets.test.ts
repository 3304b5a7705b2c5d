import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import type { Call } from '../local-ecr/call-log.ts';
import type { Fault } from '../local-ecr/faults.ts';
import type { LocalEcrOptions } from '../local-ecr/options.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

/** One step, three repositories: two regions of private ECR, and ECR Public. */

const children = ['amd64', 'arm64'].map((architecture) =>
  buildImage({
    seed: architecture,
    platform: { os: 'linux', architecture },
    layers: [{ size: 1000 }, { size: 2000 }],
  }),
);
const index = buildIndex(children);
const root = index.descriptor.digest;

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layout = join(directory.path, 'layout');
await writeLayoutDirectory(layout, [index]);

const US = '012345678901.dkr.ecr.us-east-1.amazonaws.com/team/app';
const EU = '012345678901.dkr.ecr.eu-west-1.amazonaws.com/team/app';
const PUBLIC = 'public.ecr.aws/local/app';
const ALL = [US, EU, PUBLIC];

type Place = (typeof ALL)[number];

async function startWithTargets(options: LocalEcrOptions = {}): Promise<LocalEcr> {
  const ecr = await startLocalEcr(options);
  ecr.createRepository('team/app');
  ecr.createRepository('team/app', { region: 'eu-west-1' });
  ecr.createRepository('app', { service: 'ecr-public' });
  return ecr;
}

function repositoryAt(ecr: LocalEcr, place: Place) {
  if (place === PUBLIC) return ecr.repository('app', { service: 'ecr-public' });
  return ecr.repository('team/app', { region: place === EU ? 'eu-west-1' : 'us-east-1' });
}

const placeOf = ({ service, region }: Pick<Call, 'service' | 'region'>): Place =>
  service === 'ecr-public' ? PUBLIC : region === 'eu-west-1' ? EU : US;

function push(ecr: LocalEcr, inputs: Readonly<Record<string, string>> = {}): Promise<LocalRun> {
  const tags = ALL.flatMap((place) => [`${place}:1.0`, `${place}:latest`]).join('\n');
  return runLocally(ecr, { layout, tags, ...inputs }, { env: { AWS_MAX_ATTEMPTS: '1' } });
}

interface Metadata {
  readonly targets: readonly {
    readonly 'repository-uri': string;
    readonly status: string;
    readonly digest?: string;
    readonly error?: string;
    readonly tags: readonly string[];
    readonly 'layers-uploaded': number;
  }[];
  readonly [name: string]: unknown;
}

function metadataOf({ outputs }: LocalRun): Metadata {
  return JSON.parse(String(outputs?.metadata)) as Metadata;
}

test('what the inputs say in other words is pushed as it is', async () => {
  await using ecr = await startWithTargets();
  const run = await push(ecr, {
    layout: `"${layout}"`,
    repository: "'arn:aws:ecr:eu-west-1:012345678901:repository/team/app'",
    tags: '["1.0", "latest"]',
    platforms: '- Linux/x86_64\n- "linux/aarch64/v8"',
    'if-tag-exists': 'Skip',
  });
  assert.equal(run.error, undefined);
  assert.deepEqual([...repositoryAt(ecr, EU).tags].toSorted(), [
    ['1.0', root],
    ['latest', root],
  ]);
  assert.equal(repositoryAt(ecr, US).tags.size, 0);
  assert.equal(run.outputs?.['registry-paths'], `${EU}:1.0,${EU}:latest`);
});

test('an image goes to two regions and to ECR Public in one step', async () => {
  await using ecr = await startWithTargets();
  const run = await push(ecr);
  assert.equal(run.error, undefined);
  for (const place of ALL) {
    const { tags } = repositoryAt(ecr, place);
    assert.deepEqual(Object.fromEntries(tags), { '1.0': root, latest: root }, place);
  }
  const { outputs } = run;
  const paths = ALL.flatMap((place) => [`${place}:1.0`, `${place}:latest`]);
  assert.equal(outputs?.digest, root);
  assert.equal(outputs['registry-paths'], paths.join(','));
  assert.equal(outputs['repository-uri'], US);
  assert.equal(outputs['layers-uploaded'], 18);
  const { targets, ...top } = metadataOf(run);
  assert.deepEqual(top, {
    'containerimage.digest': root,
    'containerimage.descriptor': {
      mediaType: index.descriptor.mediaType,
      digest: root,
      size: index.descriptor.size,
    },
    'image.name': paths.join(','),
  });
  assert.deepEqual(
    targets.map((target) => [target['repository-uri'], target.status, target.digest]),
    ALL.map((place) => [place, 'complete', root]),
  );
});

test('the metadata of a single image has its config', async () => {
  await using ecr = await startWithTargets();
  const run = await push(ecr, { platforms: 'linux/arm64', 'single-image': 'unwrap' });
  assert.equal(run.error, undefined);
  const config = children[1]?.config.digest;
  assert.equal(metadataOf(run)['containerimage.config.digest'], config);
  assert.equal(run.outputs?.imageid, config);
});

test('all layers and children are everywhere before the first tag is anywhere', async () => {
  await using ecr = await startWithTargets();
  await push(ecr);
  const isTag = ({ operation, input }: Call) =>
    operation === 'PutImage' && input['imageTag'] !== undefined;
  const calls = ecr.calls().filter(({ operation }) => /^(Complete|Put)/.test(operation));
  const content = calls.filter((call) => !isTag(call));
  assert.equal(content.length, 3 * (6 + 2));
  const lastContent = Math.max(...content.map(({ endedAt = Infinity }) => endedAt));
  const firstTag = Math.min(...calls.filter(isTag).map(({ startedAt }) => startedAt));
  assert.ok(lastContent < firstTag, `${lastContent} < ${firstTag}`);
});

interface Phase {
  readonly operation: string;
  readonly when?: NonNullable<Fault['when']>;
}

const phases: Readonly<Record<string, Phase>> = {
  planning: { operation: 'BatchCheckLayerAvailability' },
  'the upload': { operation: 'UploadLayerPart' },
  'the children': { operation: 'PutImage', when: ({ input }) => input['imageTag'] === undefined },
  'the tags': { operation: 'PutImage', when: ({ input }) => input['imageTag'] === '1.0' },
};

const failingAt = (failing: Place, { operation, when }: Phase): Fault => ({
  kind: 'error',
  name: 'ServerException',
  operation,
  when: (call) => placeOf(call) === failing && (when?.(call) ?? true),
  times: 1000,
});

for (const [name, phase] of Object.entries(phases)) {
  for (const failing of [EU, PUBLIC]) {
    test(`when ${failing} fails in ${name}, the others are complete and the step names all three`, async () => {
      await using ecr = await startWithTargets();
      ecr.fault(failingAt(failing, phase));
      const run = await push(ecr);
      const others = ALL.filter((place) => place !== failing);
      for (const place of others)
        assert.equal(repositoryAt(ecr, place).tags.get('1.0'), root, place);
      assert.equal(repositoryAt(ecr, failing).tags.size, 0);
      assertNamed(run.error, failing);
      const { targets } = metadataOf(run);
      assert.deepEqual(
        targets.map((target) => [target['repository-uri'], target.status]),
        ALL.map((place) => [place, place === failing ? 'failed' : 'complete']),
      );
      assert.ok(targets.find(({ status }) => status === 'failed')?.error);
      assert.doesNotMatch(String(run.outputs?.['registry-paths']), new RegExp(failing));
      assert.equal(run.outputs?.digest, root);
    });
  }
}

function assertNamed(error: unknown, failing: Place): void {
  assert.ok(error instanceof PushError, String(error));
  assert.equal(error.code, 'TARGETS_FAILED');
  assert.match(error.message, /^1 of 3 repositories failed/);
  const names: Readonly<Record<Place, RegExp>> = {
    [US]: /repository team\/app of registry 012345678901 in us-east-1/,
    [EU]: /repository team\/app of registry 012345678901 in eu-west-1/,
    [PUBLIC]: /public repository app of registry local/,
  };
  for (const [place, pattern] of Object.entries(names)) {
    const text = place === failing ? error.message : error.hint;
    assert.match(text, pattern);
  }
}

for (const [name, phase] of Object.entries(phases)) {
  test(`with fail-fast, one that fails in ${name} stops the others in the same phase`, async () => {
    await using ecr = await startWithTargets();
    // The others wait for the one that fails, so that the outcome hangs on no race.
    const failed = Promise.withResolvers<undefined>();
    const { operation, when } = phase;
    const isPhase: NonNullable<Fault['when']> = (call) => when?.(call) ?? true;
    ecr.fault({
      kind: 'before',
      operation,
      when: (call) => placeOf(call) !== EU && isPhase(call),
      run: () => failed.promise,
      times: 1000,
    });
    ecr.fault(failingAt(EU, phase));
    const run = await push(ecr, { 'fail-fast': 'true' });
    failed.resolve(undefined);
    assert.ok(run.error instanceof PushError);
    assert.match(run.error.message, /^3 of 3 repositories failed/);
    assert.match(run.error.message, /CANCELLED: Stopped because another repository failed/);
    assert.match(run.error.message, /SERVER_ERROR/);
    assert.equal(run.outputs?.digest, '');
    assert.equal(repositoryAt(ecr, US).tags.size, 0);
    assert.equal(repositoryAt(ecr, PUBLIC).tags.size, 0);
  });
}

test('a repository that several references name is one target, pushed to once', async () => {
  await using ecr = await startWithTargets();
  const inputs = { repository: 'team/app', tags: `1.0, ${US}:2.0, ${US}:2.0, 1.0` };
  const run = await push(ecr, {
    ...inputs,
    'registry-id': '012345678901',
    'aws-region': 'us-east-1',
  });
  assert.equal(run.error, undefined);
  assert.deepEqual([...repositoryAt(ecr, US).tags.keys()].sort(), ['1.0', '2.0']);
  assert.equal(ecr.calls('BatchCheckLayerAvailability').length, 1);
});

test('where ECR Public takes no untagged image, children get tags of their own, and only there', async () => {
  await using ecr = await startWithTargets({ behaviours: { publicNeedsTag: true } });
  const run = await push(ecr);
  assert.equal(run.error, undefined);
  const expected = children.map(
    ({ descriptor }) =>
      [descriptor.digest.replace('sha256:', 'digest-'), descriptor.digest] as const,
  );
  const { tags } = repositoryAt(ecr, PUBLIC);
  assert.deepEqual(new Map(tags), new Map([...expected, ['1.0', root], ['latest', root]]));
  assert.deepEqual([...repositoryAt(ecr, US).tags.keys()].sort(), ['1.0', 'latest']);
  assert.doesNotMatch(String(run.outputs?.['registry-paths']), /digest-/);
});
