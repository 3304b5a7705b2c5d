import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

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

test('a public repository that goes by its account has no known address: a warning says what to set', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository('app', { service: 'ecr-public' });
  const run = await runLocally(ecr, { layout, repository: 'app', 'registry-type': 'public' });
  assert.equal(run.error, undefined);
  assert.equal(run.outputs?.digest, digest);
  assert.equal(run.outputs['repository-uri'], '');
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
