import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { digestOf } from '../../src/oci/digest.ts';
import { buildImage, buildIndex, named } from '../support/image.ts';
import { tarBytes, type TarEntry, writeTar } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath, writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { prepareStep, type Step, withoutReports } from './step.ts';

/** Layouts as tools leave them, and paths as people write them: each is pushed as what it is. */

const image = buildImage({
  seed: 'form',
  layers: [{ files: { 'srv/app': 'form' } }, { size: 900 }],
});
const other = buildImage({ seed: 'other' });
const index: TarEntry = { name: 'index.json', content: buildIndex([image]).manifest };
const blobs: TarEntry[] = [...image.blobs].map(([digest, content]) => ({
  name: blobPath(digest),
  content,
}));

interface Case {
  readonly make: (step: Step) => Promise<unknown>;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A tar in the place of `image.tar`, of these entries. */
const tarOf =
  (...entries: TarEntry[]) =>
  (step: Step) =>
    writeTar(step.path('image.tar'), entries);

/** The file by this name, whatever it is called. */
const fileOf =
  (name: string, bytes: Uint8Array = tarBytes([index, ...blobs])) =>
  (step: Step) =>
    writeFile(step.path(name), bytes);

const tar = { layout: 'image.tar' };

const cases: Readonly<Record<string, Case>> = {
  'a tar whose names begin with a slash': {
    inputs: tar,
    make: tarOf(
      ...[{ name: 'blobs/', type: '5' }, index, ...blobs].map((entry) => ({
        ...entry,
        name: `/${entry.name}`,
      })),
    ),
  },
  'a tar that holds everything twice': {
    inputs: tar,
    make: tarOf(index, ...blobs, ...blobs, index),
  },
  'a tar whose blobs are hard links': {
    inputs: tar,
    make: tarOf(
      ...blobs.map((blob, at) => ({ ...blob, name: `layers/${at}.tar.gz` })),
      ...blobs.map(({ name }, at) => ({ name, type: '1', linkName: `layers/${at}.tar.gz` })),
      index,
    ),
  },
  'a tar without its end': {
    inputs: tar,
    make: (step) => fileOf('image.tar', tarBytes([index, ...blobs]).subarray(0, -1024))(step),
  },
  'a tar that gzip compressed': {
    inputs: { layout: 'image.tar.gz' },
    make: fileOf('image.tar.gz', gzipSync(tarBytes([index, ...blobs]))),
  },
  'a tar that zstd compressed': {
    inputs: { layout: 'image.tar.zst' },
    make: fileOf('image.tar.zst', zstdCompressSync(tarBytes([index, ...blobs]))),
  },
  'a compressed tar that does not say so': {
    inputs: tar,
    make: fileOf('image.tar', gzipSync(tarBytes([index, ...blobs]))),
  },
  'a tar that is not compressed, by the name .tar.gz': {
    inputs: { layout: 'image.tar.gz' },
    make: fileOf('image.tar.gz'),
  },
  'a glob that matches a compressed tar': {
    inputs: { layout: 'out/*.gz' },
    make: async (step) => {
      await mkdir(step.path('out'));
      await fileOf('out/image.tar.gz', gzipSync(tarBytes([index, ...blobs])))(step);
    },
  },
  'oci: before the path of a directory': {
    inputs: { layout: 'oci:image' },
    make: (step) => writeLayoutDirectory(step.path('image'), [image]),
  },
  'oci: before a path, and a tag behind it': {
    inputs: { layout: 'oci:image:1.0' },
    make: (step) =>
      writeLayoutDirectory(step.path('image'), [named(other, '2.0'), named(image, '1.0')]),
  },
  'oci: before a path, and its place behind it': {
    inputs: { layout: 'oci:image:@1' },
    make: (step) => writeLayoutDirectory(step.path('image'), [other, image]),
  },
  'oci:// before a path, as if it were a URL': {
    inputs: { layout: 'oci://image' },
    make: (step) => writeLayoutDirectory(step.path('image'), [image]),
  },
  'oci-layout:// before a path, and a digest behind it, as BuildKit takes it': {
    inputs: { layout: `oci-layout://image@${image.descriptor.digest}` },
    make: (step) => writeLayoutDirectory(step.path('image'), [other, image]),
  },
  'a directory that somebody finished by hand on Windows': {
    inputs: {},
    make: (step) =>
      writeLayoutDirectory(step.path('layout'), [image], {
        indexJson: Buffer.concat([Buffer.from('\ufeff'), buildIndex([image]).manifest]),
        files: { 'oci-layout': new Uint8Array() },
      }),
  },
  'oci-archive: before a path, and a tag behind it': {
    inputs: { layout: 'oci-archive:image.tar:1.0' },
    make: (step) =>
      writeLayoutTar(step.path('image.tar'), [named(other, '2.0'), named(image, '1.0')]),
  },
  'docker-archive: before a path, and a reference behind it': {
    inputs: { layout: 'docker-archive:image.tar:team/app:1.0' },
    make: (step) =>
      writeLayoutTar(step.path('image.tar'), [
        named(other, 'team/app:2.0'),
        named(image, 'team/app:1.0'),
      ]),
  },
  'links into the workspace, which are to be followed': {
    inputs: { layout: 'layout', 'follow-links': 'workspace' },
    make: async (step) => {
      await writeLayoutDirectory(step.path('layout'), [image]);
      await mkdir(step.path('cache'));
      for (const [at, { name }] of blobs.entries()) {
        await rename(step.path(`layout/${name}`), step.path(`cache/${at}`));
        await symlink(step.path(`cache/${at}`), step.path(`layout/${name}`));
      }
    },
  },
};

void describe('the step pushes the image', { concurrency: 2 }, () => {
  for (const [name, { make, inputs }] of Object.entries(cases)) {
    test(`of ${name}`, async () => {
      await using temporary = await temporaryDirectory();
      await using step = await prepareStep();
      await make(step);
      const before = await readdir(step.workspace, { recursive: true });
      const run = await step.push(inputs, { env: { RUNNER_TEMP: temporary.path } });
      assert.equal(run.outputs['digest'], image.descriptor.digest);
      assert.equal(step.repository.tags.get('latest'), image.descriptor.digest);
      assert.deepEqual(
        [...step.repository.layers.keys(), ...step.repository.images.keys()].sort(),
        [...image.blobs.keys()].sort(),
      );
      assert.deepEqual(await readdir(step.workspace, { recursive: true }), before);
      assert.deepEqual(withoutReports(await readdir(temporary.path)), []);
    });
  }
});

test('the log says in one line what was unpacked, and nothing is left if the step fails after it', async () => {
  await using temporary = await temporaryDirectory();
  await using step = await prepareStep();
  await writeLayoutTar(step.path('image.tar.gz'), [image], {
    omit: [blobPath(image.config.digest)],
  });
  const bytes = await readFile(step.path('image.tar.gz'));
  await writeFile(step.path('image.tar.gz'), gzipSync(bytes));
  const env = { RUNNER_TEMP: temporary.path };
  const { exitCode, stdout } = await step.run({ layout: 'image.tar.gz' }, { env });
  assert.equal(exitCode, 1);
  assert.match(stdout, /::error title=[^:]+::BLOB_MISSING: /);
  const said = stdout.split('\n').filter((line) => line.startsWith('Layout: '));
  assert.equal(said.length, 1, stdout);
  assert.match(
    said[0] ?? '',
    /unpacked image\.tar\.gz \(gzip\): [\d,]+ bytes became [\d,]+ bytes in /,
  );
  assert.deepEqual(withoutReports(await readdir(temporary.path)), []);
});

test('an index.json that is the image, and lists a signature, is pushed whole or without it', async () => {
  await using step = await prepareStep();
  const arm = buildImage({ seed: 'arm', platform: { os: 'linux', architecture: 'arm64' } });
  const { mediaType, digest, size } = image.descriptor;
  const signature = buildImage({ seed: 'signature', subject: { mediaType, digest, size } });
  await writeLayoutDirectory(step.path('layout'), [image, signature, arm]);
  const { images } = step.repository;
  const without = await step.push({ referrers: 'false', tags: 'without' });
  assert.match(without.stdout, /The inputs change the image/);
  assert.deepEqual(images.has(signature.descriptor.digest), false);
  const filtered = await step.push({ platforms: 'linux/amd64', tags: 'filtered' });
  assert.notEqual(filtered.outputs['digest'], without.outputs['digest']);
  assert.deepEqual(images.has(signature.descriptor.digest), true);
  const whole = await step.push({ tags: 'whole' });
  const bytes = await readFile(step.path('layout/index.json'));
  assert.equal(whole.outputs['digest'], digestOf(bytes));
});
