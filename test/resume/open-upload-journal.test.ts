import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { ActionsCache } from '../../src/resume/actions-cache.ts';
import { openUploadJournal, PUSH_STATE } from '../../src/resume/open-upload-journal.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { MiB, PLACE, sampleLayer } from './sample-upload.ts';

const debug = () => assert.fail('nothing fails');
const cache = new ActionsCache({ debug, environment: {} });

test('the journal is kept in the folder that steps share, and the post step told of it', async () => {
  await using directory = await temporaryDirectory();
  const saved: string[] = [];
  const saveState = (name: string): void => void saved.push(name);
  const options = { temporary: directory.path, cache, partSize: undefined, saveState, debug };
  const journal = openUploadJournal(options);
  const { digest } = sampleLayer();
  const [notes] = journal?.open(digest, [PLACE]) ?? [];
  notes?.note({ digest, size: 11 * MiB }, { uploadId: 'x', partSize: 10 * MiB, nextByte: 1 });
  assert.deepEqual(saved, [PUSH_STATE]);
  assert.deepEqual(await readdir(directory.path), ['ecr-layer-push-uploads']);
});

test('without such a folder there is no journal', () => {
  for (const temporary of [undefined, '']) {
    const options = { temporary, cache, partSize: undefined, saveState: debug, debug };
    assert.equal(openUploadJournal(options), undefined);
  }
});
