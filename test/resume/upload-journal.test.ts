import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import { JournalFolder } from '../../src/resume/journal-folder.ts';
import { pushName } from '../../src/resume/place.ts';
import { UploadCache } from '../../src/resume/upload-cache.ts';
import { UploadJournal, type UploadNotes } from '../../src/resume/upload-journal.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { MemoryCache } from './memory-cache.ts';
import { MiB, nothingFails, PLACE, sampleLayer, sampleUpload } from './sample-upload.ts';

const image = digestOf(Buffer.from('image'));
const push = pushName([PLACE], image);
const layer = sampleLayer();
const other = sampleLayer('other');
const position = {
  uploadId: '01234567-89ab-cdef-0123-456789abcdef',
  partSize: 5 * MiB,
  nextByte: 50 * MiB,
};

interface Step {
  readonly journal: UploadJournal;
  readonly notes: UploadNotes;
  readonly debugs: readonly string[];
  readonly kept: readonly string[];
}

/** One step of a job after the other; numbers of processes that have ended long ago. */
function step(temporary: string, { cache = new MemoryCache(), pid = process.pid } = {}): Step {
  const debugs: string[] = [];
  const kept: string[] = [];
  const debug = (line: string): void => void debugs.push(line);
  const journal = new UploadJournal({
    folder: new JournalFolder(temporary, debug, pid),
    cache: new UploadCache(cache),
    partSize: 10 * MiB,
    onKept: (name) => void kept.push(name),
    debug,
  });
  const [notes] = journal.open(image, [PLACE]);
  assert.ok(notes);
  return { journal, notes, debugs, kept };
}

async function left(temporary: string) {
  return (await new JournalFolder(temporary, nothingFails).read()).map(({ upload }) => upload);
}

test('the next step finds where an upload ended, and nothing once it has arrived', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const first = step(path);
  first.notes.note(layer, position);
  assert.deepEqual(first.kept, [push]);

  const second = step(path);
  second.notes.expect([layer, other], []);
  assert.deepEqual(await second.notes.find(layer), position);
  assert.equal(await second.notes.find(other), undefined);
  second.notes.note(layer, { ...position, nextByte: 60 * MiB });
  assert.deepEqual(
    (await left(path)).map(({ nextByte }) => nextByte),
    [60 * MiB],
  );
  second.notes.forget(layer);
  assert.deepEqual(await left(path), []);
});

test('of two uploads of a layer, the further is found; once it has arrived, both are gone', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  for (const [pid, nextByte] of [
    [4_000_001, 30 * MiB],
    [4_000_002, 70 * MiB],
    [4_000_003, 20 * MiB],
  ] as const) {
    const one = step(path, { pid });
    one.notes.note(layer, { ...position, nextByte });
  }
  const next = step(path);
  next.notes.expect([layer], []);
  assert.equal((await next.notes.find(layer))?.nextByte, 70 * MiB);
  next.notes.forget(layer);
  assert.deepEqual(await left(path), []);
});

test('what is kept of a layer that is there already goes', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const first = step(path);
  first.notes.note(layer, position);
  first.notes.note(other, position);
  const next = step(path);
  next.notes.expect([layer], [other]);
  assert.deepEqual(await next.notes.find(layer), position);
  assert.deepEqual(
    (await left(path)).map(({ digest }) => digest),
    [layer.digest],
  );
});

test('the cache is asked once, if a layer of several parts is not on disk; what it has is kept on disk', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const cache = new MemoryCache();
  const places = [PLACE, { ...PLACE, region: 'eu-west-1' }];
  const uploads = [sampleUpload()];
  await new UploadCache(cache).save({ push: pushName(places, image), uploads }, '1-1');
  const journal = new UploadJournal({
    folder: new JournalFolder(path, nothingFails),
    cache: new UploadCache(cache),
    partSize: 10 * MiB,
    onKept: () => undefined,
    debug: nothingFails,
  });
  const [here, there] = journal.open(image, places);
  here?.expect([layer, other], []);
  there?.expect([layer], []);
  assert.deepEqual(await here?.find(layer), position);
  assert.equal(await here?.find(other), undefined);
  assert.equal(await there?.find(layer), undefined);
  assert.equal(cache.asked.length, 1);
  assert.deepEqual(await left(path), uploads);
});

test('the cache is not asked where all is on disk, or every layer has one part', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const cache = new MemoryCache();
  const first = step(path);
  first.notes.note(layer, position);
  const next = step(path, { cache });
  const small = { ...other, size: 10 * MiB };
  next.notes.expect([layer, small], [other]);
  await next.notes.find(layer);
  assert.equal(await next.notes.find(small), undefined);
  assert.deepEqual(cache.asked, []);
});

test('a small layer does not wait for a cache', async () => {
  await using directory = await temporaryDirectory();
  const cache = new MemoryCache();
  cache.restore = () => new Promise<never>(() => undefined);
  const { notes } = step(directory.path, { cache });
  const small = { ...other, size: 10 * MiB };
  notes.expect([layer, small], []);
  assert.equal(await notes.find(small), undefined);
});

test('of a layer with one part, nothing is kept', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const { notes, kept } = step(path);
  notes.note({ ...layer, size: 10 * MiB }, position);
  notes.note(layer, { ...position, nextByte: 0 });
  assert.deepEqual([await left(path), kept], [[], []]);
});

test('an upload that is lost is not found again, and the one after it is kept', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const first = step(path);
  first.notes.note(layer, position);
  const next = step(path);
  next.notes.expect([layer], []);
  await next.notes.find(layer);
  next.notes.forget(layer);
  assert.equal(await next.notes.find(layer), undefined);
  next.notes.note(layer, { ...position, nextByte: 5 * MiB });
  assert.deepEqual(
    (await left(path)).map(({ nextByte }) => nextByte),
    [5 * MiB],
  );
});

test('a layer of another size, or into another repository, is another layer', async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  const cache = new MemoryCache();
  const uploads = [sampleUpload({ size: 99 * MiB }), sampleUpload({ repository: 'team/other' })];
  await new UploadCache(cache).save({ push, uploads }, '1-1');
  const { notes } = step(path, { cache });
  notes.expect([layer], []);
  assert.equal(await notes.find(layer), undefined);
});

test('a cache that fails is a debug line, and the push begins at the start', async () => {
  await using directory = await temporaryDirectory();
  const cache = new MemoryCache();
  cache.error = new Error('no answer within 4500 ms');
  const { notes, debugs } = step(directory.path, { cache });
  notes.expect([layer], []);
  assert.equal(await notes.find(layer), undefined);
  assert.deepEqual(debugs, [
    'Where uploads of an earlier run ended is not known: no answer within 4500 ms',
  ]);
});

test('a folder that cannot be written is one debug line', () => {
  const { notes, debugs } = step('/dev/null');
  for (const each of [layer, other, layer]) notes.note(each, position);
  notes.forget(layer);
  assert.equal(debugs.length, 1, debugs.join('\n'));
  assert.match(debugs[0] ?? '', /not kept any more: ENOTDIR/);
});

test('a state that cannot be saved for the post step stops nothing', async () => {
  await using directory = await temporaryDirectory();
  const debugs: string[] = [];
  const journal = new UploadJournal({
    folder: new JournalFolder(directory.path, nothingFails),
    cache: new UploadCache(new MemoryCache()),
    partSize: 10 * MiB,
    onKept: () => {
      throw new Error('EROFS');
    },
    debug: (line) => void debugs.push(line),
  });
  journal.open(image, [PLACE])[0]?.note(layer, position);
  assert.equal((await left(directory.path)).length, 1);
  assert.deepEqual(debugs, ['The post step does not know of uploads: EROFS']);
});

test('what is noted is on disk at once', async () => {
  await using directory = await temporaryDirectory();
  const { notes } = step(directory.path);
  notes.note(layer, position);
  notes.note(layer, { ...position, nextByte: 55 * MiB });
  notes.note(other, position);
  const positions = (await left(directory.path)).map(({ nextByte }) => nextByte / MiB);
  assert.deepEqual(positions.sort(), [50, 55]);
});
