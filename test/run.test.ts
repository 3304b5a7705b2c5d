import assert from 'node:assert/strict';
import { readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RepositoryReference } from '../src/ecr/names/reference.ts';
import type { Registry } from '../src/ecr/registry.ts';
import { PushError } from '../src/errors.ts';
import { parseInputs } from '../src/inputs/inputs.ts';
import { OCI_LAYER_GZIP, OCI_MANIFEST } from '../src/oci/media-types.ts';
import type { Outputs } from '../src/report/outputs.ts';
import { RunLog } from '../src/report/run-log.ts';
import { run } from '../src/run.ts';
import { startLocalEcr } from './local-ecr/server.ts';
import { readActionMetadata } from './support/action-metadata.ts';
import { buildImage, buildIndex, named } from './support/image.ts';
import { rawGraph } from './support/memory-content.ts';
import { openLocalRegistry, REPOSITORY_NAME } from './support/local-registry.ts';
import { refused } from './support/refused.ts';
import { runLocally } from './support/run-locally.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from './support/write-layout.ts';

const [amd, arm] = ['amd64', 'arm64'].map((architecture) =>
  buildImage({ seed: architecture, platform: { os: 'linux', architecture } }),
) as [ReturnType<typeof buildImage>, ReturnType<typeof buildImage>];
const root = amd.descriptor.digest;
const HOST = '012345678901.dkr.ecr.us-east-1.amazonaws.com';

const directory = await temporaryDirectory();
after(() => directory[Symbol.asyncDispose]());
const [one, two, several] = ['one', 'two', 'several'].map((name) => join(directory.path, name)) as [
  string,
  string,
  string,
];
await writeLayoutDirectory(one, [amd]);
await writeLayoutDirectory(two, [arm]);
await writeLayoutDirectory(several, [named(amd, '1.0'), named(arm, '2.0')]);

const inputs = { layout: one, repository: REPOSITORY_NAME } as const;

async function start() {
  const ecr = await startLocalEcr();
  return Object.assign(ecr, { repositoryThere: ecr.createRepository(REPOSITORY_NAME) });
}

test('a run goes from inputs to outputs, and tells what it does', async () => {
  await using ecr = await start();
  const { error, outputs, infos, warnings } = await runLocally(ecr, { ...inputs, tags: '1.0' });
  assert.equal(error, undefined);
  assert.equal(outputs?.digest, root);
  assert.equal(outputs['registry-paths'], `${HOST}/${REPOSITORY_NAME}:1.0`);
  assert.deepEqual(warnings, []);
  assert.equal(infos[0], `Image ${root} (${amd.descriptor.mediaType})`);
  const where = `repository ${REPOSITORY_NAME} of registry 012345678901 in us-east-1`;
  assert.equal(infos.at(-2), `${where}: 1.0 now points to ${root}`);
  assert.match(infos.at(-1) ?? '', /^Uploaded 2 blobs /);
});

/** One run, with what it is given written out. */
async function runWith(
  given: Readonly<Record<string, string>>,
  world: Pick<World, 'ecr' | 'temporary' | 'workspace'>,
) {
  const { inputs: known } = await readActionMetadata();
  const parsed = await parseInputs(
    (name) => given[name] ?? known.get(name)?.default ?? '',
    () => assert.fail('no input names a file'),
  );
  const groups: string[] = [];
  const infos: string[] = [];
  const set: Outputs[] = [];
  using log = new RunLog({
    info: (line) => void infos.push(line),
    warning: () => undefined,
    debug: () => undefined,
    group: (name, work) => {
      groups.push(name);
      return work();
    },
  });
  const error = await run(parsed, {
    ...world,
    log,
    setOutputs: (outputs) => set.push(outputs),
  }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, groups, infos, set };
}

type World = Parameters<typeof run>[1];

function never(): Promise<Registry> {
  return assert.fail('no repository is opened');
}

test('reading and pushing are groups of the log, and outputs are set once', async () => {
  await using ecr = await start();
  const registry = openLocalRegistry(ecr);
  const opened: RepositoryReference[] = [];
  const open = (repository: RepositoryReference): Promise<Registry> => {
    opened.push(repository);
    return Promise.resolve(registry);
  };
  const { signal } = new AbortController();
  const { error, groups, set } = await runWith(inputs, { ecr: { signal, open } });
  registry.close();
  assert.equal(error, undefined);
  assert.deepEqual(groups, ['Read the layout', 'Push']);
  assert.deepEqual(
    set.map(({ digest }) => digest),
    [root],
  );
  assert.deepEqual(
    opened.map(({ name }) => name),
    [REPOSITORY_NAME],
  );
});

test('a layout that cannot be read ends the run before a repository is opened', async () => {
  const { signal } = new AbortController();
  const given = { ...inputs, layout: join(directory.path, 'none') };
  const { error, set } = await runWith(given, { ecr: { signal, open: never } });
  refused('LAYOUT_NOT_FOUND')(error);
  assert.deepEqual(set, []);
});

test('an image that cannot be chosen ends the run before a repository is opened', async () => {
  const { signal } = new AbortController();
  const given = { ...inputs, layout: several };
  const { error, set } = await runWith(given, { ecr: { signal, open: never } });
  refused('AMBIGUOUS_IMAGE')(error);
  assert.deepEqual(set, []);
});

test('a repository that cannot be opened ends the run', async () => {
  const { signal } = new AbortController();
  const open = (): Promise<Registry> =>
    Promise.reject(new PushError('NO_REGION', 'No AWS region is set'));
  const { error, groups, set } = await runWith(inputs, { ecr: { signal, open } });
  refused('NO_REGION')(error);
  assert.deepEqual(groups, ['Read the layout']);
  assert.deepEqual(set, []);
});

test('layouts of several paths become one image', async () => {
  await using ecr = await start();
  const { error, outputs } = await runLocally(ecr, { ...inputs, layout: `${one}\n${two}` });
  assert.equal(error, undefined);
  const { images, tags } = ecr.repositoryThere;
  assert.equal(outputs?.digest, tags.get('latest'));
  assert.ok([amd, arm].every(({ descriptor }) => images.has(descriptor.digest)));
  assert.equal(images.get(String(outputs?.digest))?.mediaType, buildIndex([]).descriptor.mediaType);
});

test('the image of a layout that is named is the one that is pushed', async () => {
  await using ecr = await start();
  const { outputs } = await runLocally(ecr, { ...inputs, layout: several, image: '2.0' });
  assert.equal(outputs?.digest, arm.descriptor.digest);
});

test('the image that is named behind a path is the one that is pushed, whatever the input names', async () => {
  await using ecr = await start();
  const layout = `oci:${several}:2.0`;
  const { outputs } = await runLocally(ecr, { ...inputs, layout, image: '1.0' });
  assert.equal(outputs?.digest, arm.descriptor.digest);
});

test('two images that are named behind the path of one layout become one', async () => {
  await using ecr = await start();
  const layout = `oci:${several}:1.0\noci:${several}:2.0`;
  const { error } = await runLocally(ecr, { ...inputs, layout });
  assert.equal(error, undefined);
  const { images } = ecr.repositoryThere;
  assert.ok([amd, arm].every(({ descriptor }) => images.has(descriptor.digest)));
});

test('a compressed tar is unpacked into the temporary folder, said in one line, and gone at the end', async () => {
  await using temporary = await temporaryDirectory();
  await using ecr = await start();
  const registry = openLocalRegistry(ecr);
  const path = join(directory.path, 'two\rlines.tar.gz');
  await writeLayoutTar(path, [amd]);
  await writeFile(path, gzipSync(await readFile(path)));
  const inside: string[][] = [];
  const open = async (): Promise<Registry> => {
    inside.push(await readdir(temporary.path));
    return registry;
  };
  const { signal } = new AbortController();
  const world = { ecr: { signal, open }, temporary: temporary.path };
  const { error, infos } = await runWith({ ...inputs, layout: path }, world);
  registry.close();
  assert.equal(error, undefined);
  assert.match(
    infos[0] ?? '',
    /^Layout: unpacked .*two lines\.tar\.gz \(gzip\): [\d,]+ bytes became /,
  );
  assert.equal(inside[0]?.length, 1);
  assert.deepEqual(await readdir(temporary.path), []);
});

test('a signal reaches what is unpacked, and nothing is left of it', async () => {
  await using temporary = await temporaryDirectory();
  const path = join(directory.path, 'stopped.tar.gz');
  await writeLayoutTar(path, [amd]);
  await writeFile(path, gzipSync(await readFile(path)));
  const reason = new PushError('CANCELLED', 'The step was cancelled (SIGTERM)');
  const world = {
    ecr: { signal: AbortSignal.abort(reason), open: never },
    temporary: temporary.path,
  };
  const { error } = await runWith({ ...inputs, layout: path }, world);
  assert.equal(error, reason);
  assert.deepEqual(await readdir(temporary.path), []);
});

test('links into the workspace are followed if the input says so, and not otherwise', async () => {
  await using workspace = await temporaryDirectory();
  const layout = join(workspace.path, 'layout');
  await writeLayoutDirectory(layout, [amd]);
  await rename(join(layout, 'blobs'), join(workspace.path, 'cache'));
  await symlink('../cache', join(layout, 'blobs'));
  await using ecr = await start();
  const registry = openLocalRegistry(ecr);
  const open = (): Promise<Registry> => Promise.resolve(registry);
  const { signal } = new AbortController();
  const world = { ecr: { signal, open }, workspace: workspace.path };
  const refusal = await runWith({ ...inputs, layout }, world);
  refused('UNSAFE_LINK', layout)(refusal.error);
  const given = { ...inputs, layout, 'follow-links': 'workspace' };
  const beyond = await runWith(given, { ...world, workspace: directory.path });
  refused('UNSAFE_LINK', layout, 'outside the layout and the workspace')(beyond.error);
  const { error } = await runWith(given, world);
  registry.close();
  assert.equal(error, undefined);
  assert.equal(ecr.repositoryThere.tags.get('latest'), root);
});

test('outputs are set when a push fails, and tell why', async () => {
  await using ecr = await start();
  ecr.fault({ kind: 'error', operation: 'PutImage', name: 'LimitExceededException' });
  const { error, outputs, infos, howFar } = await runLocally(ecr, inputs);
  refused('LIMIT_EXCEEDED', 'PutImage')(error);
  assert.equal(outputs?.digest, '');
  assert.match(String(outputs.metadata), /"status":"failed","error":"PutImage/);
  assert.ok(!infos.some((line) => line.includes('now points to')));
  assert.match(howFar.join(), /^How far it came: .*; no tag has moved\. Another run goes on/);
});

test('each line of one target among several begins with its name', async () => {
  await using ecr = await start();
  ecr.createRepository('team/other');
  const tags = [REPOSITORY_NAME, 'team/other'].map((name) => `${HOST}/${name}:1.0`).join();
  const { error, infos } = await runLocally(ecr, { layout: one, tags });
  assert.equal(error, undefined);
  for (const name of [REPOSITORY_NAME, 'team/other']) {
    const prefix = `[repository ${name} of registry 012345678901 in us-east-1] `;
    const own = infos.filter((line) => line.startsWith(prefix));
    assert.ok(own.some((line) => line.slice(prefix.length).startsWith('To upload: 2 blobs')));
    assert.ok(own.some((line) => line.endsWith(`Put root image ${root} (linux/amd64) as 1.0`)));
  }
});

test('a repository that is missing where it was looked for is named where it is', async () => {
  await using ecr = await start();
  const tags = `${HOST.replace('us-east-1', 'eu-west-1')}/${REPOSITORY_NAME}:1.0`;
  const { error, outputs, report } = await runLocally(ecr, { layout: one, tags });
  refused('REPOSITORY_NOT_FOUND', 'eu-west-1')(error);
  assert.ok(error instanceof PushError);
  assert.equal(report?.targets[0]?.error, error);
  assert.match(error.hint, /Check the region: .* in us-east-1 exists\.$/);
  assert.match(String(outputs?.metadata), /"status":"failed"/);
});

test('a run that is cancelled throws the reason, and sets no outputs', async () => {
  await using ecr = await start();
  const controller = new AbortController();
  const reason = new PushError('CANCELLED', 'The step was cancelled (SIGTERM)');
  const run = (): void => controller.abort(reason);
  ecr.fault({ kind: 'before', operation: 'UploadLayerPart', run });
  ecr.fault({ kind: 'hang', operation: 'UploadLayerPart', times: Infinity });
  const { signal } = controller;
  const { error, outputs, howFar } = await runLocally(ecr, inputs, { signal });
  assert.equal(error, reason);
  assert.deepEqual(howFar, ['Nothing was sent, and no tag has moved']);
  assert.equal(outputs, undefined);
  assert.equal(ecr.repositoryThere.tags.size, 0);
});

test('a layer of another compression than it says is warned of when it is uploaded', async () => {
  await using ecr = await start();
  const layer = { files: { file: 'content' }, compression: 'zstd' } as const;
  const image = buildImage({ seed: 'mislabelled', layers: [layer] });
  const layers = image.layers.map((one) => ({ ...one, mediaType: OCI_LAYER_GZIP }));
  const body = { schemaVersion: 2, config: image.config, layers };
  const mislabelled = rawGraph(body, { mediaType: OCI_MANIFEST, below: [image] });
  const path = join(directory.path, 'mislabelled');
  await writeLayoutDirectory(path, [mislabelled]);
  const first = await runLocally(ecr, { ...inputs, layout: path });
  assert.equal(first.error, undefined);
  assert.equal(first.warnings.length, 1);
  assert.ok(first.warnings[0]?.startsWith(`Layer ${layers[0]?.digest} is compressed`));
  assert.deepEqual((await runLocally(ecr, { ...inputs, layout: path })).warnings, []);
});

test('a large layer that is not compressed and is missing is warned of, also by a dry run', async () => {
  await using ecr = await start();
  const files = { zeros: Buffer.alloc(100_000_000) };
  const image = buildImage({ seed: 'large', layers: [{ files, compression: 'none' }] });
  const layout = join(directory.path, 'large');
  await writeLayoutDirectory(layout, [image]);
  const { error, warnings } = await runLocally(ecr, { ...inputs, layout, 'dry-run': 'true' });
  assert.equal(error, undefined);
  const [warning = '', ...others] = warnings;
  assert.match(
    warning,
    /^1 large layer is not compressed .*: gzip would save about 95\.\d MiB of /,
  );
  assert.deepEqual(others, []);
});

test('an image that has nearly as many layers as ECR takes is warned of', async () => {
  await using ecr = await start();
  const layers = Array.from({ length: 450 }, () => ({ size: 10 }));
  const layout = join(directory.path, 'many');
  await writeLayoutDirectory(layout, [buildImage({ seed: 'many', layers })]);
  const { warnings } = await runLocally(ecr, { ...inputs, layout, 'dry-run': 'true' });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^450 layers in root image .*: ECR accepts at most 500\./);
});
