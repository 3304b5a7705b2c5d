import * as core from '@actions/core';
import { ActionsCache } from './resume/actions-cache.ts';
import { JournalFolder } from './resume/journal-folder.ts';
import { PUSH_STATE } from './resume/open-upload-journal.ts';
import { saveUploads } from './resume/save-uploads.ts';
import { UploadCache } from './resume/upload-cache.ts';

const { RUNNER_TEMP: temporary, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt } = process.env;
const push = core.getState(PUSH_STATE);
const { info, debug } = core;

if (push && temporary) {
  const cache = new ActionsCache({ debug });
  const options = { folder: new JournalFolder(temporary, debug), cache: new UploadCache(cache) };
  await saveUploads(push, { ...options, run: `${run ?? 0}-${attempt ?? 0}`, info, debug });
  // A cache that does not answer must not hold the job up.
  if (cache.isAbandoned) process.exit();
}
