import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Outputs, toOutputs } from '../../src/report/outputs.ts';
import { shortDigest } from '../../src/report/format.ts';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { uploadElsewhere } from '../support/other-job.ts';
import { refused } from '../support/refused.ts';
import { runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { config, mine, pushReport, REPOSITORY, theirs } from './sample-report.ts';

const image = buildImage({ seed: 'image' });
const index = buildIndex([image]);
const { digest } = image.descriptor;

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const [layout, other] = ['layout', 'other'].map((name) => join(directory.path, name)) as [
  string,
  string,
];
await writeLayoutDirectory(layout, [image]);
await writeLayoutDirectory(other, [index]);

const HOST = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
const inputs = { layout, repository: 'team/app' } as const;

test('tags that were skipped are in no reference, and the rest stand for the image', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app', { imageTagMutability: 'IMMUTABLE' });
  await runLocally(ecr, { ...inputs, layout: other, tags: '1.0' });
  const { outputs } = await runLocally(ecr, {
    ...inputs,
    tags: '1.0, 1.1',
    'if-tag-exists': 'skip',
  });
  assert.equal(outputs?.digest, digest);
  assert.equal(outputs['registry-paths'], `${HOST}/team/app:1.1`);
  const { targets } = JSON.parse(String(outputs.metadata)) as { targets: unknown[] };
  assert.deepEqual(targets, [
    {
      registry: HOST,
      repository: 'team/app',
      'repository-uri': `${HOST}/team/app`,
      tags: ['1.0', '1.1'],
      status: 'complete',
      digest,
      'skipped-tags': ['1.0'],
      'layers-uploaded': 0,
      'layers-skipped': 2,
      'bytes-uploaded': 0,
      'bytes-skipped': image.config.size + 1000,
    },
  ]);
});

test('where all tags were skipped, the digest is that of what they stand for', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app', { imageTagMutability: 'IMMUTABLE' });
  await runLocally(ecr, { ...inputs, layout: other, tags: '1.0' });
  const { outputs } = await runLocally(ecr, { ...inputs, tags: '1.0', 'if-tag-exists': 'skip' });
  assert.equal(outputs?.digest, index.descriptor.digest);
  assert.equal(outputs['registry-paths'], '');
});

test('an index has no config, and says so by an empty imageid', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  const { outputs } = await runLocally(ecr, { ...inputs, layout: other });
  assert.equal(outputs?.imageid, '');
  assert.doesNotMatch(String(outputs.metadata), /containerimage\.config/);
});

test('where every target failed, the outputs are empty and name the errors', async () => {
  await using ecr = await startLocalEcr({ credentials: [{ ...DEFAULT_CREDENTIAL, policy: [] }] });
  ecr.createRepository('team/app');
  const { outputs } = await runLocally(ecr, inputs);
  assert.equal(outputs?.digest, '');
  assert.equal(outputs['registry-paths'], '');
  const { targets } = JSON.parse(String(outputs.metadata)) as {
    targets: { status: string; error: string }[];
  };
  assert.deepEqual(
    targets.map(({ status }) => status),
    ['failed'],
  );
  assert.match(targets[0]?.error ?? '', /lack a permission/);
});

const PUBLIC_INPUTS = { layout, repository: 'app', 'registry-type': 'public' } as const;

test('a public repository that goes by its account is named by its alias', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('app', { service: 'ecr-public' });
  const run = await runLocally(ecr, PUBLIC_INPUTS);
  assert.equal(run.error, undefined);
  assert.equal(run.outputs?.digest, digest);
  assert.equal(run.outputs['registry-paths'], 'public.ecr.aws/local/app:latest');
  assert.equal(run.outputs['repository-uri'], 'public.ecr.aws/local/app');
  assert.equal(run.outputs.registry, 'public.ecr.aws');
  assert.deepEqual(run.warnings, []);
});

test('where nobody may ask for its alias, it is named by the account: a warning says what to set', async () => {
  const calls = ['*Layer*', 'PutImage', 'DescribeImages'].map((call) => `ecr-public:${call}`);
  const credential = { ...DEFAULT_CREDENTIAL, policy: [{ actions: calls }] };
  await using ecr = await startLocalEcr({ credentials: [credential] });
  ecr.createRepository('app', { service: 'ecr-public' });
  const run = await runLocally(ecr, PUBLIC_INPUTS);
  assert.equal(run.error, undefined);
  assert.equal(run.outputs?.digest, digest);
  assert.equal(run.outputs['repository-uri'], 'public.ecr.aws/012345678901/app');
  assert.equal(run.outputs.registry, 'public.ecr.aws');
  assert.ok(run.warnings.some((line) => line.includes('registry-id')));
});

test('a reference of a FIPS host is named as it was given', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  const fips = '012345678901.dkr.ecr-fips.us-east-1.amazonaws.com';
  const { outputs } = await runLocally(ecr, { layout, tags: `${fips}/team/app:1.0` });
  assert.equal(outputs?.['registry-paths'], `${fips}/team/app:1.0`);
  assert.equal(outputs.registry, fips);
});

const [layer] = image.layers;
assert.ok(layer);
const content = image.blobs.get(layer.digest);
assert.ok(content instanceof Uint8Array);

interface Counts {
  readonly 'layers-uploaded': number;
  readonly 'layers-skipped': number;
  readonly 'bytes-uploaded': number;
  readonly 'bytes-skipped': number;
}

function countsIn(found: Counts): Counts {
  return {
    'layers-uploaded': found['layers-uploaded'],
    'layers-skipped': found['layers-skipped'],
    'bytes-uploaded': found['bytes-uploaded'],
    'bytes-skipped': found['bytes-skipped'],
  };
}

/** The outputs' own counts, and those of each target. */
function countsOf(outputs: Outputs | undefined): { all: Counts; targets: Counts[] } {
  assert.ok(outputs);
  const { targets } = JSON.parse(String(outputs.metadata)) as { targets: Counts[] };
  return { all: countsIn(outputs as unknown as Counts), targets: targets.map(countsIn) };
}

test('a layer that another job completes before this one is no upload of this one', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  ecr.fault({
    kind: 'before',
    operation: 'CompleteLayerUpload',
    when: (call) => String(call.input['layerDigests']) === layer.digest,
    run: () => uploadElsewhere(ecr, content),
  });
  const { error, outputs, infos } = await runLocally(ecr, inputs);
  assert.equal(error, undefined);
  const expected = {
    'layers-uploaded': 1,
    'layers-skipped': 1,
    'bytes-uploaded': image.config.size,
    'bytes-skipped': layer.size,
  };
  assert.deepEqual(countsOf(outputs), { all: expected, targets: [expected] });
  assert.ok(
    infos.some((line) => line.startsWith(`Another job completed ${shortDigest(layer.digest)}, `)),
  );
  assert.ok(infos.at(-1)?.startsWith('Uploaded 1 blob '), infos.at(-1));
});

test('a target that fails midway counts what it did upload', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  ecr.fault({
    kind: 'error',
    operation: 'CompleteLayerUpload',
    name: 'LimitExceededException',
    when: (call) => String(call.input['layerDigests']) !== layer.digest,
  });
  const { error, outputs } = await runLocally(ecr, { ...inputs, concurrency: '1' });
  refused('LIMIT_EXCEEDED', 'CompleteLayerUpload')(error);
  const expected = {
    'layers-uploaded': 1,
    'layers-skipped': 0,
    'bytes-uploaded': layer.size,
    'bytes-skipped': 0,
  };
  assert.deepEqual(countsOf(outputs), { all: expected, targets: [expected] });
  assert.equal(outputs?.digest, '');
});

test('a target that fails after all was uploaded counts all of it', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  ecr.fault({ kind: 'error', operation: 'PutImage', name: 'LimitExceededException' });
  const { outputs } = await runLocally(ecr, inputs);
  assert.equal(outputs?.['layers-uploaded'], 2);
  assert.equal(outputs['layers-skipped'], 0);
});

test('what several targets uploaded and skipped adds up, the failed one included', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  ecr.createRepository('team/app', { region: 'eu-west-1' });
  await uploadElsewhere(ecr, content);
  ecr.fault({
    kind: 'error',
    operation: 'PutImage',
    name: 'LimitExceededException',
    when: ({ region }) => region === 'eu-west-1',
  });
  const tags = `${HOST}/team/app:1.0, ${HOST.replace('us-east-1', 'eu-west-1')}/team/app:1.0`;
  const { error, outputs } = await runLocally(ecr, { layout, tags });
  refused('TARGETS_FAILED')(error);
  const both = image.config.size + layer.size;
  assert.deepEqual(countsOf(outputs), {
    all: {
      'layers-uploaded': 3,
      'layers-skipped': 1,
      'bytes-uploaded': both + image.config.size,
      'bytes-skipped': layer.size,
    },
    targets: [
      {
        'layers-uploaded': 1,
        'layers-skipped': 1,
        'bytes-uploaded': image.config.size,
        'bytes-skipped': layer.size,
      },
      {
        'layers-uploaded': 2,
        'layers-skipped': 0,
        'bytes-uploaded': both,
        'bytes-skipped': 0,
      },
    ],
  });
});

const eu = { ...REPOSITORY, region: 'eu-west-1' };

test('the outputs name the first target that is complete, the references those of all that are', () => {
  const failed = { error: new Error('refused'), tags: [{ tag: '1.0', kind: 'created' }] } as const;
  const outputs = toOutputs(pushReport(failed, { repository: eu }));
  const uri = `${HOST.replace('us-east-1', 'eu-west-1')}/team/app`;
  assert.equal(outputs['repository-uri'], uri);
  assert.equal(outputs['registry-paths'], `${uri}:1.0`);
  assert.equal(outputs.digest, mine);
  assert.equal(outputs.imageid, config);
  const metadata = JSON.parse(String(outputs.metadata)) as Record<string, unknown>;
  assert.equal(metadata['image.name'], `${uri}:1.0`);
  assert.equal(metadata['containerimage.digest'], mine);
  assert.equal(metadata['containerimage.config.digest'], config);
});

test('a tag that moved, was put or was there all along stands in the references; one that was not does not', () => {
  const outputs = toOutputs(
    pushReport({
      tags: [
        { tag: 'a', kind: 'created' },
        { tag: 'b', kind: 'moved', from: theirs },
        { tag: 'c', kind: 'unchanged' },
        { tag: 'd', kind: 'put' },
        { tag: 'e', kind: 'skipped', holder: theirs },
      ],
    }),
  );
  assert.deepEqual(
    String(outputs['registry-paths']).split(','),
    ['a', 'b', 'c', 'd'].map((tag) => `${HOST}/team/app:${tag}`),
  );
});

test('where all tags were skipped and nobody may look who holds them, no digest is claimed', () => {
  const tags = [{ tag: '1.0', kind: 'skipped', holder: undefined }] as const;
  const outputs = toOutputs(pushReport({ tags }));
  assert.equal(outputs.digest, '');
  const { targets } = JSON.parse(String(outputs.metadata)) as { targets: object[] };
  assert.ok(targets.every((target) => !('digest' in target)));
});

test('the descriptor in the metadata is the plain one: neither inline data nor annotations', () => {
  const { image: described, targets } = pushReport({});
  const platform = { os: 'linux', architecture: 'arm64' };
  const descriptor = {
    ...described.descriptor,
    platform,
    annotations: { a: 'b' },
    data: Buffer.from('hi'),
  };
  const { metadata } = toOutputs({ image: { ...described, descriptor }, targets });
  const parsed = JSON.parse(String(metadata)) as Record<string, unknown>;
  const { mediaType, size } = described.descriptor;
  assert.deepEqual(parsed['containerimage.descriptor'], {
    mediaType,
    digest: mine,
    size,
    platform,
  });
});

test('what no tag points to is referred to by its digest, also where it was there', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('team/app');
  for (const uploaded of [2, 0]) {
    const { outputs } = await runLocally(ecr, { ...inputs, 'push-by-digest': 'true' });
    assert.equal(outputs?.digest, digest);
    assert.equal(outputs['registry-paths'], `${HOST}/team/app@${digest}`);
    assert.equal(outputs['layers-uploaded'], uploaded);
  }
});
