import assert from 'node:assert/strict';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writeDockerArchive } from '../support/docker-archive.ts';
import { buildImage } from '../support/image.ts';
import { canMount, smallDisk } from '../support/small-disk.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';
import { changes, prepareStep, shownError, type Step, withoutReports } from './step.ts';

/** A temporary folder with no room, or that cannot be written to, for what needs it and for what does not. */

const MiB = 1024 * 1024;
const image = buildImage({ seed: 'disk', layers: [{ size: 2 * MiB }, { size: MiB / 2 }] });

/** Layouts that are not read in place, and what the hint says of how to do without the folder. */
const inputs = {
  'image.tar.gz': /A layout in a directory, or in a tar that is not compressed/,
  'saved.tar': /layer-compression: none/,
};

async function prepare(): Promise<Step> {
  const step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  await writeLayoutTar(step.path('image.tar'), [image]);
  await writeFile(step.path('image.tar.gz'), gzipSync(await readFile(step.path('image.tar'))));
  await writeDockerArchive(step.path('saved.tar'), [{ image }]);
  return step;
}

for (const [layout, instead] of Object.entries(inputs)) {
  test(`${layout}: a file that grows too large is named, with its folder and how far it came`, async () => {
    await using step = await prepare();
    // In units of 1024 bytes.
    const run = await step.run({ layout, tags: 'v1' }, { setUp: 'ulimit -f 1000' });
    const { code, message, hint } = shownError(run);
    assert.equal(run.exitCode, 1);
    assert.equal(code, 'DISK_FULL');
    assert.match(
      message,
      /^(?:image\.tar\.gz|saved\.tar: .* \(\d+ bytes, uncompressed\)) does not fit into \/.* \(EFBIG after \d+ bytes\)$/,
    );
    assert.match(hint, instead);
    assert.deepEqual(changes(step.ecr), []);
  });

  test(
    `${layout}: a full disk is named, with its folder, and is left empty`,
    {
      skip: !canMount,
    },
    async () => {
      await using disk = await smallDisk(MiB);
      await using step = await prepare();
      const env = { RUNNER_TEMP: disk.path };
      const run = await step.run({ layout, tags: 'v1' }, { env });
      const { code, message, hint } = shownError(run);
      assert.equal(run.exitCode, 1);
      assert.equal(code, 'DISK_FULL');
      assert.ok(message.includes(disk.path), message);
      assert.match(message, /\d{6,} bytes/);
      assert.match(hint, instead);
      assert.deepEqual(changes(step.ecr), []);
      assert.deepEqual(withoutReports(await readdir(disk.path)), []);
    },
  );

  test(`${layout}: a folder that cannot be written to is named`, async () => {
    await using folder = await readOnlyFolder();
    await using step = await prepare();
    const run = await step.run({ layout, tags: 'v1' }, { env: { RUNNER_TEMP: folder.path } });
    const { code, message, hint } = shownError(run);
    assert.equal(run.exitCode, 1);
    assert.equal(code, 'LAYOUT_UNREADABLE');
    assert.match(
      message,
      new RegExp(`cannot be written to ${folder.path} \\((?:EROFS|EACCES)\\)$`),
    );
    assert.match(hint, instead);
  });
}

for (const [layout, more] of [
  ['layout', {}],
  ['image.tar', {}],
  ['saved.tar', { 'layer-compression': 'none' }],
] as const) {
  test(`${layout} is pushed without a folder that can be written to`, async () => {
    await using folder = await readOnlyFolder();
    await using step = await prepare();
    const env = { RUNNER_TEMP: folder.path };
    const { stdout, outputs } = await step.push({ layout, tags: 'v1', ...more }, { env });
    assert.equal(step.repository.tags.size, 1);
    const told = [...stdout.matchAll(/^::(?:warning|error).*$/gm)].map(([line]) => line);
    assert.equal(told.length, 1, stdout);
    assert.match(told[0] ?? '', /^::warning::The report file could not be written \(E/);
    assert.equal(outputs['report'], '');
    assert.equal(outputs['changed'], 'true');
  });
}

/** Permissions do not hold root back. */
async function readOnlyFolder(): Promise<TemporaryDirectory> {
  if (canMount) return smallDisk(MiB, true);
  const folder = await temporaryDirectory();
  await chmod(folder.path, 0o500);
  return folder;
}
