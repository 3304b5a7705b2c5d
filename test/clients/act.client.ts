import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLocalEcr } from '../local-ecr/server.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { buildImage } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { act, initRepository, WITHOUT_ACT } from './act.ts';
import { freePort } from './daemon.ts';

/** act has a cache server that is not ours. */

const PART = 5 * 1024 * 1024;
const NAME = 'team/app';
const image = buildImage({ seed: 'act', layers: [{ sparse: 6 * PART }] });

const WORKFLOW = `
on: push
jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: ./action
        with:
          layout: layout
          repository: ${NAME}
          part-size: 5
          parts-in-flight: 1
`;

test(
  "a run goes on where the one before it ended, through act's cache",
  { skip: WITHOUT_ACT },
  async () => {
    await using directory = await temporaryDirectory();
    await using ecr = await startLocalEcr();
    const repository = ecr.createRepository(NAME);
    const cache = join(directory.path, 'cache');
    const run = async (name: string) => {
      const workspace = join(directory.path, name);
      await prepareWorkspace(workspace);
      return runPush(workspace, cache, ecr.env);
    };

    ecr.fault({
      kind: 'error',
      operation: 'UploadLayerPart',
      name: 'LimitExceededException',
      when: ({ input }) => input['partFirstByte'] === 4 * PART,
    });
    const first = await run('first');
    assert.notEqual(first.code, 0, first.printed);
    assert.match(first.printed, /Kept how far 1 layer had come/);
    ecr.log.clear();

    const second = await run('second');
    assert.equal(second.code, 0, second.printed);
    assert.match(second.printed, /Going on with .* at 20\.0 MiB of 30\.0 MiB/);
    assert.equal(repository.tags.get('latest'), image.descriptor.digest);
    const starts = ecr.calls('UploadLayerPart').map(({ input }) => Number(input['partFirstByte']));
    // A byte beyond the end asks how far the layer had come.
    assert.deepEqual(
      starts.filter((start) => start > 0 && start < 6 * PART),
      [4 * PART, 5 * PART],
    );
  },
);

/** As after a checkout and a build. */
async function prepareWorkspace(workspace: string): Promise<void> {
  await mkdir(join(workspace, '.github', 'workflows'), { recursive: true });
  await writeFile(join(workspace, '.github', 'workflows', 'push.yml'), WORKFLOW);
  await writeLayoutDirectory(join(workspace, 'layout'), [image]);
  for (const name of ['action.yml', 'dist'])
    await cp(new URL(name, REPOSITORY), join(workspace, 'action', name), { recursive: true });
  initRepository(workspace);
}

async function runPush(workspace: string, cache: string, env: Readonly<Record<string, string>>) {
  const cacheServer = ['--cache-server-addr', '127.0.0.1', '--cache-server-path', cache];
  const port = ['--cache-server-port', String(await freePort())];
  return act({
    workspace,
    home: join(cache, '..', 'home'),
    args: ['push', ...cacheServer, ...port],
    env,
  });
}
