import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Call } from '../local-ecr/call-log.ts';
import { type LocalEcr, startLocalEcr } from '../local-ecr/server.ts';
import { buildImage, named } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { type LocalRun, runLocally } from '../support/run-locally.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';

const NAME = 'team/app';
const layers = [{ size: 3000 }, { size: 2000 }, { size: 1000 }];
const image = buildImage({ seed: 'image', layers });

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const layout = join(directory.path, 'layout');
await writeLayoutDirectory(layout, [image]);

function push(ecr: LocalEcr, inputs: Readonly<Record<string, string>> = {}): Promise<LocalRun> {
  return runLocally(ecr, { layout, repository: NAME, tags: 'v1', ...inputs });
}

function isMissing({ outcome }: Call): boolean {
  return outcome === 'RepositoryNotFoundException';
}

for (const [name, options, inputs] of [
  ['was just created', {}, { 'create-repository': 'true' }],
  ['a template is creating', { createOnPush: [{ prefix: 'team' }] }, {}],
] as const) {
  test(`a repository that ${name} may take a while to be seen`, async () => {
    await using ecr = await startLocalEcr(options);
    const operation = 'InitiateLayerUpload';
    ecr.fault({ operation, kind: 'error', name: 'RepositoryNotFoundException', times: 2 });
    const { error } = await push(ecr, inputs);
    assert.equal(error, undefined);
    // One layer at a time until the first has arrived.
    const initiated = ecr.calls(operation);
    assert.deepEqual(initiated.map(isMissing), [true, true, false, false, false, false]);
  });
}

test('a repository that does not appear is named, after a few tries of one layer', async () => {
  await using ecr = await startLocalEcr();
  const { error } = await push(ecr);
  assert.throws(
    () => {
      throw error;
    },
    refused('REPOSITORY_NOT_FOUND', NAME),
  );
  assert.equal(ecr.calls('InitiateLayerUpload').length, 4);
});

for (const name of ['UnknownOperationException', 'ServerException', 'ValidationException']) {
  test(`a tag moves also where DescribeRepositories answers ${name}`, async () => {
    await using ecr = await startLocalEcr();
    const repository = ecr.createRepository(NAME);
    const other = buildImage({ seed: 'other' });
    await writeLayoutDirectory(join(directory.path, 'other'), [other]);
    await push(ecr, { layout: join(directory.path, 'other') });
    ecr.fault({ operation: 'DescribeRepositories', kind: 'error', name, times: 100 });
    const { error } = await push(ecr);
    assert.equal(error, undefined);
    assert.equal(repository.tags.get('v1'), image.descriptor.digest);
  });
}

test('a push goes on where BatchGetImage is not offered, and says what was not checked', async () => {
  await using ecr = await startLocalEcr();
  ecr.createRepository(NAME);
  const name = 'UnknownOperationException';
  ecr.fault({ operation: 'BatchGetImage', kind: 'error', name, times: 100 });
  const { error, warnings } = await push(ecr);
  assert.equal(error, undefined);
  assert.equal(warnings.filter((warning) => warning.includes('Could not check')).length, 1);
});

for (const [what, fault, line] of [
  [
    'an upload that was lost',
    { operation: 'UploadLayerPart', kind: 'expire-upload' },
    /sha256:\w{12}, ECR does not know the upload any more; trying again \(attempt 2 of 3\)/,
  ],
  [
    'a part whose answer was lost',
    { operation: 'UploadLayerPart', kind: 'answer-lost' },
    /sha256:\w{12}, part at byte 0: ECONNRESET: .*; trying again in \d\.\d s \(attempt 2\)/,
  ],
  [
    'a layer not seen yet',
    { operation: 'PutImage', kind: 'hide-layers' },
    /does not see yet; trying again in 0.2 s \(attempt 2 of 6\)/,
  ],
] as const) {
  test(`${what} is told of in the log, once`, async () => {
    await using ecr = await startLocalEcr();
    ecr.createRepository(NAME);
    ecr.fault(fault);
    const { error, infos } = await push(ecr);
    assert.equal(error, undefined);
    assert.equal(infos.filter((info) => line.test(info)).length, 1);
  });
}

test("a signature's tag that cannot move does not keep the image out", async () => {
  await using ecr = await startLocalEcr();
  const repository = ecr.createRepository(NAME, { imageTagMutability: 'IMMUTABLE' });
  const tag = `${image.descriptor.digest.replace(':', '-')}.sig`;
  const signed = async (seed: string) => {
    const path = join(directory.path, seed);
    await writeLayoutDirectory(path, [image, named(buildImage({ seed }), tag)]);
    return path;
  };
  const selected = { image: image.descriptor.digest };
  await push(ecr, { ...selected, layout: await signed('signature 1') });
  const first = repository.tags.get(tag);
  const { error, warnings, outputs } = await push(ecr, {
    ...selected,
    layout: await signed('signature 2'),
    tags: 'v2',
  });
  assert.equal(error, undefined);
  assert.equal(repository.tags.get('v2'), image.descriptor.digest);
  assert.equal(outputs?.digest, image.descriptor.digest);
  assert.equal(repository.tags.get(tag), first);
  assert.equal(warnings.filter((warning) => warning.includes(tag)).length, 1);
});

test('a target that answers late does not keep the uploads of the others', async () => {
  await using ecr = await startLocalEcr();
  const region = 'eu-west-1';
  ecr.createRepository(NAME);
  ecr.createRepository(NAME, { region });
  const uploaded = Promise.withResolvers<undefined>();
  ecr.fault({
    operation: 'CompleteLayerUpload',
    kind: 'before',
    nth: 4,
    run: () => uploaded.resolve(undefined),
  });
  ecr.fault({
    operation: 'BatchCheckLayerAvailability',
    when: (call) => call.region === region,
    kind: 'before',
    run: () => uploaded.promise,
  });
  const host = (name: string) => `012345678901.dkr.ecr.${name}.amazonaws.com/${NAME}:v1`;
  const { error } = await push(ecr, { tags: `${host('us-east-1')},${host(region)}` });
  assert.equal(error, undefined);
});

/** As fakecloud names them: https://github.com/faiscadev/fakecloud */
for (const [operation, name] of [
  ['CompleteLayerUpload', 'LayerDigestMismatchException'],
  ['UploadLayerPart', 'InvalidLayerException'],
] as const) {
  test(`a layer is sent again where an emulator answers ${name} to ${operation}`, async () => {
    await using ecr = await startLocalEcr();
    const repository = ecr.createRepository(NAME);
    ecr.fault({ kind: 'error', operation, name });
    const { error } = await push(ecr);
    assert.equal(error, undefined);
    assert.equal(repository.tags.get('v1'), image.descriptor.digest);
    assert.equal(ecr.calls('InitiateLayerUpload').length, image.layers.length + 2);
  });
}
