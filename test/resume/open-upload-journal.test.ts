import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { ActionsCache } from '../../src/resume/actions-cache.ts';
import { openUploadJournal, PUSH_STATE } from '../../src/resume/open-upload-journal.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { MiB, PLACE, sampleLayer, sampleUpload } from './sample-upload.ts';

const debug = () => assert.fail('nothing fails');
const cache = new ActionsCache({ debug, environment: {} });

test('the journal is kept in the folder that steps share, and the post step told of it', async () => {
  await using directory = await temporaryDirectory();
  const saved: string[] = [];
  const saveState = (name: string): void => void saved.push(name);
  const options = { folder: directory.path, cache, partSize: undefined, saveState, debug };
  const journal = openUploadJournal(options);
  const { digest } = sampleLayer();
  const [notes] = journal?.open(digest, [PLACE]) ?? [];
  notes?.note({ digest, size: 11 * MiB }, { uploadId: 'x', partSize: 10 * MiB, nextByte: 1 });
  assert.deepEqual(saved, [PUSH_STATE]);
  assert.deepEqual(await readdir(directory.path), ['ecr-layer-push-uploads']);
});

test('without a cache, the folder alone knows of earlier uploads', async () => {
  await using directory = await temporaryDirectory();
  const { digest } = sampleLayer();
  const layer = { digest, size: 11 * MiB };
  const position = { uploadId: sampleUpload().uploadId, partSize: 10 * MiB, nextByte: 10 * MiB };
  const open = () => {
    const options = { folder: directory.path, cache: undefined, partSize: undefined };
    const [notes] =
      openUploadJournal({ ...options, saveState: () => undefined, debug })?.open(digest, [PLACE]) ??
      [];
    notes?.expect([layer], []);
    return notes;
  };
  assert.equal(await open()?.find(layer), undefined);
  open()?.note(layer, position);
  assert.deepEqual(await open()?.find(layer), position);
});

test('without such a folder there is no journal', () => {
  for (const folder of [undefined, '']) {
    const options = { folder, cache, partSize: undefined, saveState: debug, debug };
    assert.equal(openUploadJournal(options), undefined);
  }
});
