import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { JournalFolder } from '../../src/resume/journal-folder.ts';
import { MAX_UPLOADS_BYTES, uploadsToBytes } from '../../src/resume/uploads.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { nothingFails, sampleUpload } from './sample-upload.ts';

const NAME = '0'.repeat(32);
const OTHER = '1'.repeat(32);
const push = 'abc-def';
const bytes = uploadsToBytes({ push, uploads: [sampleUpload()] });

/** The number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function prepare(pid?: number) {
  const directory = await temporaryDirectory();
  const debugs: string[] = [];
  const folder = new JournalFolder(directory.path, (line) => void debugs.push(line), pid);
  const path = join(directory.path, 'ecr-layer-push-uploads');
  return {
    ...{ folder, debugs, path, temporary: directory.path },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

test('what a process that has ended wrote is read by the next one', async () => {
  await using one = await prepare(await endedProcess());
  one.folder.write(one.folder.fileOf(NAME), bytes);
  const next = new JournalFolder(one.temporary, nothingFails);
  const [left, ...others] = await next.read();
  assert.equal(left?.push, push);
  assert.equal(left.file, one.folder.fileOf(NAME));
  assert.deepEqual(others, []);
});

test('what a process that still runs wrote is left to it', async () => {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  await using one = await prepare(child.pid);
  one.folder.write(one.folder.fileOf(NAME), bytes);
  const next = new JournalFolder(one.temporary, nothingFails);
  assert.deepEqual(await next.read(), []);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal((await next.read()).length, 1);
});

test('an earlier process may have had the number of this one', async () => {
  await using one = await prepare();
  one.folder.write(one.folder.fileOf(NAME), bytes);
  assert.equal((await one.folder.read()).length, 1);
});

test('the folder is made for its user alone, with those above it', async () => {
  await using directory = await temporaryDirectory();
  const above = join(directory.path, 'cache');
  const folder = new JournalFolder(above, nothingFails);
  folder.write(folder.fileOf(NAME), bytes);
  for (const path of [above, join(above, 'ecr-layer-push-uploads')])
    assert.equal((await lstat(path)).mode & 0o777, 0o700);
});

test('a file is replaced as a whole, and removed with what was begun of it', async () => {
  await using one = await prepare();
  const file = one.folder.fileOf(NAME);
  one.folder.write(file, Buffer.from('old'));
  one.folder.write(file, bytes);
  assert.deepEqual(await readdir(one.path), [file]);
  assert.deepEqual(await readFile(join(one.path, file)), Buffer.from(bytes));
  await writeFile(join(one.path, `${file}.new`), 'a process was killed');
  one.folder.remove([file, one.folder.fileOf(OTHER)]);
  assert.deepEqual(await readdir(one.path), []);
});

test('a file of uploads that are too old is removed: not every folder is emptied by a runner', async () => {
  await using one = await prepare(await endedProcess());
  const old = { ...sampleUpload(), at: Date.now() - 25 * 60 * 60 * 1000 };
  one.folder.write(one.folder.fileOf(NAME), uploadsToBytes({ push, uploads: [old] }));
  one.folder.write(one.folder.fileOf(OTHER), bytes);
  const next = new JournalFolder(one.temporary, nothingFails);
  assert.equal((await next.read()).length, 1);
  assert.deepEqual(await readdir(one.path), [one.folder.fileOf(OTHER)]);
});

test('no process touches the file of another one', async () => {
  await using one = await prepare(1000);
  const other = new JournalFolder(one.temporary, nothingFails, 2000);
  one.folder.write(one.folder.fileOf(NAME), Buffer.from('one'));
  other.write(other.fileOf(NAME), Buffer.from('other'));
  assert.deepEqual((await readdir(one.path)).sort(), [`${NAME}.1000.json`, `${NAME}.2000.json`]);
});

const hostile: readonly [what: string, make: (path: string) => Promise<unknown>][] = [
  ['garbage', (path) => writeFile(path, 'garbage')],
  ['an empty file', (path) => writeFile(path, '')],
  ['a huge file', (path) => writeFile(path, Buffer.alloc(MAX_UPLOADS_BYTES + 1, ' '))],
  ['a folder', (path) => mkdir(path)],
  ['a link to a file', (path) => symlink('/etc/passwd', path)],
  ['a link to itself', (path) => symlink(path, path)],
];

for (const [what, make] of hostile) {
  test(`${what} in the place of a file is told of in a debug line, and what is beside it read`, async () => {
    await using one = await prepare();
    one.folder.write(one.folder.fileOf(NAME), bytes);
    await make(join(one.path, one.folder.fileOf(OTHER)));
    assert.equal((await one.folder.read()).length, 1);
    assert.equal(one.debugs.length, 1);
    assert.match(one.debugs[0] ?? '', /was not read/);
  });
}

test('a file is not written through a link that stands in its place', async () => {
  await using one = await prepare();
  const victim = join(one.temporary, 'victim');
  const file = one.folder.fileOf(NAME);
  await writeFile(victim, 'untouched');
  await mkdir(one.path);
  for (const name of [file, `${file}.new`]) await symlink(victim, join(one.path, name));
  one.folder.write(file, bytes);
  assert.equal(await readFile(victim, 'utf8'), 'untouched');
  assert((await lstat(join(one.path, file))).isFile());
});

test('a link in the place of the folder is neither read nor written through', async () => {
  await using one = await prepare();
  await mkdir(join(one.temporary, 'elsewhere'));
  await symlink(join(one.temporary, 'elsewhere'), one.path);
  assert.deepEqual(await one.folder.read(), []);
  assert.throws(() => one.folder.write(one.folder.fileOf(NAME), bytes), /no folder/);
  assert.deepEqual(await readdir(join(one.temporary, 'elsewhere')), []);
});

test('other files in the folder are not read', async () => {
  await using one = await prepare();
  await mkdir(one.path);
  for (const name of [`${NAME}.json`, `${NAME}.0.json`, `${NAME}.1.json.new`, 'x.1.json'])
    await writeFile(join(one.path, name), 'garbage');
  assert.deepEqual(await one.folder.read(), []);
  assert.deepEqual(one.debugs, []);
});

test('where there is no folder, there is nothing to say', async () => {
  await using one = await prepare();
  assert.deepEqual(await one.folder.read(), []);
  assert.deepEqual(one.debugs, []);
});
