import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { JournalFolder } from '../src/resume/journal-folder.ts';
import { uploadsToBytes } from '../src/resume/uploads.ts';
import { nothingFails, sampleUpload } from './resume/sample-upload.ts';
import {
  type ActionsCacheServer,
  startActionsCacheServer,
} from './support/actions-cache-server.ts';
import { assertNothingSecret, leftBehind } from './support/left-behind.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const POST = fileURLToPath(new URL('../src/post.ts', import.meta.url));
const push = 'aaa-bbb';

/** The step at the end of a job in which a push left an upload. */
async function post(server: ActionsCacheServer, state: Readonly<Record<string, string>>) {
  await using temporary = await temporaryDirectory();
  await using workspace = await temporaryDirectory();
  const folder = new JournalFolder(temporary.path, nothingFails);
  const bytes = uploadsToBytes({ push, uploads: [sampleUpload()] });
  // Of a process that has ended: none has so high a number.
  folder.write(`${'0'.repeat(32)}.4999999.json`, bytes);
  const child = spawn(process.execPath, [POST], {
    cwd: workspace.path,
    env: {
      PATH: process.env['PATH'],
      RUNNER_TEMP: temporary.path,
      GITHUB_WORKSPACE: workspace.path,
      GITHUB_RUN_ID: '77',
      GITHUB_RUN_ATTEMPT: '2',
      ...server.env,
      ...state,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.deepEqual(await readdir(workspace.path), []);
  const left = await leftBehind(temporary.path);
  assertNothingSecret({ stdout, stderr, ...left }, { env: server.env, inputs: {} });
  return { shown: stdout.replaceAll(/^::(?:debug|add-mask)::.*\n/gm, ''), stderr };
}

test('what a push left is saved under its name and the run', async () => {
  await using server = await startActionsCacheServer();
  const { shown, stderr } = await post(server, { STATE_push: push });
  assert.equal(shown, 'Kept how far 1 layer had come: the next run goes on from there\n');
  assert.equal(stderr, '');
  const [entry] = server.entries;
  assert.match(entry?.key ?? '', /^ecr-layer-push-uploads-1-aaa-bbb-77-2-[0-9a-f]{16}$/);
});

test('where the push left nothing, the cache is not asked', async () => {
  await using server = await startActionsCacheServer();
  for (const state of [{}, { STATE_push: 'ccc-ddd' }])
    assert.deepEqual(await post(server, state), { shown: '', stderr: '' });
  assert.deepEqual(server.calls, []);
});

for (const fault of [403, 500, 'hang'] as const) {
  test(`a cache that answers ${fault} is not mentioned, and does not fail the step`, async () => {
    await using server = await startActionsCacheServer(fault);
    assert.deepEqual(await post(server, { STATE_push: push }), { shown: '', stderr: '' });
  });
}
