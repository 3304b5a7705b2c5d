import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { startActionsCacheServer } from '../support/actions-cache-server.ts';
import { type ArchiveForm, writeDockerArchive } from '../support/docker-archive.ts';
import { buildImage, type Image, type LayerSpec } from '../support/image.ts';
import { parsed } from '../support/memory-content.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, shownError, type Step, withoutReports } from './step.ts';

function imageOf(text: string, compression: 'gzip' | 'none', architecture = 'amd64'): Image {
  const layers = ['base', text].map((file): LayerSpec => ({
    files: { [file]: file },
    compression,
  }));
  return buildImage({ seed: text, layers, platform: { os: 'linux', architecture } });
}

const plain = imageOf('app', 'none');
const gzipped = imageOf('app', 'gzip');

interface Arrived {
  readonly digest: string;
  readonly config: { readonly mediaType: string; readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
}

/** The manifest that the tag stands for. */
function arrived({ repository }: Step, tag = 'latest'): Arrived {
  const digest = repository.tags.get(tag) ?? '';
  const image = repository.images.get(digest);
  assert.equal(image?.mediaType, OCI_MANIFEST);
  return { ...(parsed(Buffer.from(image.manifest)) as unknown as Arrived), digest };
}

for (const form of ['docker', 'podman'] satisfies ArchiveForm[]) {
  test(`an archive of ${form} arrives as an OCI image: its config as it is, its layers compressed`, async () => {
    await using step = await prepareStep();
    await writeDockerArchive(step.path('app.tar'), [{ image: plain }], { form });
    const { outputs, stdout } = await step.push({ layout: 'app.tar' });
    const image = arrived(step);
    assert.equal(outputs['digest'], image.digest);
    assert.deepEqual(image.config, { ...plain.config, mediaType: OCI_CONFIG });
    const layers = image.layers.map(({ mediaType, digest }) => {
      assert.equal(mediaType, OCI_LAYER_GZIP);
      const file = join(step.repository.folder, 'layers', digest.slice('sha256:'.length));
      return digestOf(gunzipSync(readFileSync(file)));
    });
    assert.deepEqual(
      layers,
      plain.layers.map(({ digest }) => digest),
    );
    assert.match(
      stdout,
      /app\.tar: docker save archive, compressing 2 layers \(4\.0 KiB\) with gzip/,
    );
  });
}

test('an archive of jib arrives with the layers that it holds', async () => {
  await using step = await prepareStep();
  await writeDockerArchive(step.path('app.tar'), [{ image: gzipped }], { form: 'jib' });
  await step.push({ layout: 'app.tar' });
  assert.deepEqual(arrived(step).layers, gzipped.layers);
});

test('the same archive has the same digest in every registry, and the second push uploads nothing', async () => {
  await using one = await prepareStep();
  await using two = await prepareStep();
  for (const step of [one, two, two]) {
    await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
    const { outputs } = await step.push({ layout: 'app.tar' });
    assert.equal(outputs['digest'], arrived(one).digest);
  }
  assert.equal(
    two.ecr.calls().filter((call) => call.operation === 'CompleteLayerUpload').length,
    3,
  );
});

test('what was compressed is gone when the step ends, also if it fails', async () => {
  await using step = await prepareStep();
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  const env = { RUNNER_TEMP: step.workspace };
  await step.push({ layout: 'app.tar' }, { env });
  const failed = await step.run({ layout: 'app.tar', repository: 'team/none' }, { env });
  assert.equal(shownError(failed).code, 'REPOSITORY_NOT_FOUND');
  const left = withoutReports(await readdir(step.workspace));
  assert.deepEqual(left, ['app.tar', 'ecr-layer-push-layers.json']);
});

test('one of several images is chosen by its name', async () => {
  await using step = await prepareStep();
  await writeDockerArchive(step.path('two.tar'), [
    { image: imageOf('one', 'none'), repoTags: ['team/one:1'] },
    { image: plain, repoTags: ['team/two:1'] },
  ]);
  await step.push({ layout: 'two.tar', image: 'team/two:1' });
  assert.equal(arrived(step).config.digest, plain.config.digest);
  for (const [image, code] of [
    ['', 'AMBIGUOUS_IMAGE'],
    ['team/three:1', 'IMAGE_NOT_FOUND'],
  ] as const) {
    const before = changes(step.ecr).length;
    const error = shownError(await step.run({ layout: 'two.tar', image }));
    assert.equal(error.code, code);
    assert.match(error.message, /team\/one:1\n.*team\/two:1/);
    assert.match(error.hint, /input image/);
    assert.equal(changes(step.ecr).length, before);
  }
});

test('one of several images is chosen by its place, as skopeo counts', async () => {
  await using step = await prepareStep();
  await writeDockerArchive(step.path('two.tar'), [
    { image: imageOf('one', 'none'), repoTags: null },
    { image: plain, repoTags: null },
  ]);
  await step.push({ layout: 'docker-archive:two.tar:@1' });
  assert.equal(arrived(step).config.digest, plain.config.digest);
});

test('archives of several platforms become one index', async () => {
  await using step = await prepareStep();
  const platforms = ['amd64', 'arm64'];
  for (const architecture of platforms) {
    const image = imageOf('app', 'none', architecture);
    await writeDockerArchive(step.path(`${architecture}.tar`), [{ image }]);
  }
  const { outputs } = await step.push({ layout: '*.tar' });
  const index = step.repository.images.get(outputs['digest'] ?? '');
  const { manifests } = parsed(Buffer.from(index?.manifest ?? '')) as {
    manifests: { platform: { architecture: string } }[];
  };
  assert.deepEqual(
    manifests.map(({ platform }) => platform.architecture),
    platforms,
  );
});

test('a layer that is not what the config says is refused before anything is sent', async () => {
  await using step = await prepareStep();
  const [first] = plain.layers;
  assert.ok(first);
  const blobs = new Map(plain.blobs).set(first.digest, Buffer.alloc(1024, 1));
  await writeDockerArchive(step.path('app.tar'), [{ image: { ...plain, blobs } }]);
  const error = shownError(await step.run({ layout: 'app.tar' }));
  assert.equal(error.code, 'DIGEST_MISMATCH');
  assert.match(error.message, new RegExp(`app\\.tar: .*layer\\.tar .* ${first.digest}`));
  assert.deepEqual(changes(step.ecr), []);
});

test('what one step compressed is not even read by the next, if ECR has it', async () => {
  await using step = await prepareStep();
  const env = { RUNNER_TEMP: step.workspace };
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  const { outputs } = await step.push({ layout: 'app.tar' }, { env });
  const zeros = plain.layers.map(({ digest, size }) => [digest, Buffer.alloc(size)] as const);
  const blobs = new Map([...plain.blobs, ...zeros]);
  await writeDockerArchive(step.path('app.tar'), [{ image: { ...plain, blobs } }]);
  const again = await step.push({ layout: 'app.tar', tags: 'again' }, { env });
  assert.equal(again.outputs['digest'], outputs['digest']);
  assert.match(again.stdout, /docker save archive, 2 layers compressed by an earlier push/);
  step.ecr.createRepository('team/other');
  const other = shownError(
    await step.run({ layout: 'app.tar', repository: 'team/other' }, { env }),
  );
  assert.equal(other.code, 'DIGEST_MISMATCH');
});

test('a layer that is not in the archive is not needed, if an earlier step has put it into ECR', async () => {
  await using step = await prepareStep();
  const env = { RUNNER_TEMP: step.workspace };
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }], { form: 'podman' });
  const { outputs } = await step.push({ layout: 'app.tar' }, { env });
  const name = `${plain.layers[0]?.digest.slice('sha256:'.length)}.tar`;
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }], {
    ...{ form: 'podman', omit: [name] },
  });
  const again = await step.push({ layout: 'app.tar', tags: 'again' }, { env });
  assert.equal(again.outputs['digest'], outputs['digest']);
  step.ecr.createRepository('team/other');
  const before = changes(step.ecr);
  const error = shownError(
    await step.run({ layout: 'app.tar', repository: 'team/other' }, { env }),
  );
  assert.equal(error.code, 'BLOB_MISSING');
  assert.ok(error.message.includes(`app.tar: ${name}: in manifest.json, but missing`));
  assert.deepEqual(changes(step.ecr), before);
});

test('a map that somebody else wrote is not trusted, and stops nothing', async () => {
  await using step = await prepareStep();
  const env = { RUNNER_TEMP: step.workspace, RUNNER_DEBUG: '1' };
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  await writeFile(
    step.path('ecr-layer-push-layers.json'),
    '{"version":1,"layers":[{"diffId":"x"}]}',
  );
  const { stdout } = await step.push({ layout: 'app.tar' }, { env });
  assert.match(stdout, /compressing 2 layers/);
  assert.match(stdout, /^::debug::The map of compressed layers in .* was not read: .*diffId/m);
});

test('what one run compressed is not read by the next one on another runner, through the cache', async () => {
  await using cache = await startActionsCacheServer();
  await using step = await prepareStep();
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  const { outputs } = await step.push({ layout: 'app.tar' }, { env: cache.env });
  assert.equal(cache.entries.length, 1);
  const zeros = plain.layers.map(({ digest, size }) => [digest, Buffer.alloc(size)] as const);
  const blobs = new Map([...plain.blobs, ...zeros]);
  await writeDockerArchive(step.path('app.tar'), [{ image: { ...plain, blobs } }]);
  const again = await step.push({ layout: 'app.tar', tags: 'again' }, { env: cache.env });
  assert.equal(again.outputs['digest'], outputs['digest']);
  assert.match(again.stdout, /2 layers compressed by an earlier push/);
  assert.equal(cache.entries.length, 1);
  assert.deepEqual(await readdir(step.workspace), ['app.tar']);
  assert.doesNotMatch(again.stdout, /^(?!::debug::|::add-mask::).*(?:Cache|tar -)/m);
});

test('a cache that fails is no failure of the step, and no warning', async () => {
  await using cache = await startActionsCacheServer(403);
  await using step = await prepareStep();
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  const { stdout } = await step.push({ layout: 'app.tar' }, { env: cache.env });
  assert.doesNotMatch(stdout, /^::(?:warning|error)/m);
});

test('a layout asks nothing of the cache', async () => {
  await using cache = await startActionsCacheServer();
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [gzipped]);
  await step.push({}, { env: cache.env });
  assert.deepEqual(cache.calls, []);
});

test('a step does not wait for a cache that never answers', async () => {
  await using cache = await startActionsCacheServer('hang');
  await using step = await prepareStep();
  await writeDockerArchive(step.path('app.tar'), [{ image: plain }]);
  const { stdout } = await step.push({ layout: 'app.tar' }, { env: cache.env });
  assert.match(stdout, /^::debug::The map of compressed layers in .* no answer within/m);
  assert.deepEqual(cache.calls, ['GetCacheEntryDownloadURL']);
});
