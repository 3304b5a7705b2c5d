import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RECIPES } from '../clients/recipes/recipes.ts';
import { startLocalEcr } from '../local-ecr/server.ts';
import { REPOSITORY } from '../support/action-metadata.ts';
import { writeDockerArchive } from '../support/docker-archive.ts';
import { buildImage } from '../support/image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeLayoutDirectory, writeLayoutTar } from '../support/write-layout.ts';

/** The commands of the recipes for other CI systems, as a shell runs them after the build. */

const image = buildImage({ seed: 'other CI', layers: [{ files: { motd: 'hello\n' } }] });

interface Recipe {
  readonly file: string;
  /** What the build leaves. */
  readonly layout: string;
  readonly write: (path: string) => Promise<void>;
  /** Variables of the CI system. */
  readonly env: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}

const recipes: readonly Recipe[] = [
  {
    file: 'other-ci/gitlab-ci.yml',
    layout: 'image',
    write: (path) => writeLayoutDirectory(path, [image]),
    env: { CI_COMMIT_SHORT_SHA: '0123abcd' },
    tags: ['0123abcd', 'latest'],
  },
  {
    file: 'other-ci/buildkite.yml',
    layout: 'image.tar',
    write: (path) => writeLayoutTar(path, [image], { indexLast: true }),
    env: {},
    tags: ['latest'],
  },
  {
    file: 'other-ci/buildspec.yml',
    layout: 'target/jib-image.tar',
    write: (path) => writeDockerArchive(path, [{ image }], { form: 'jib' }),
    env: { CODEBUILD_RESOLVED_SOURCE_VERSION: '0123456789abcdef' },
    tags: ['0123456789abcdef'],
  },
];

const skip = process.platform === 'win32' && 'their shell is not that of Windows';

for (const { file, layout, write, env, tags } of recipes) {
  test(`the command of ${RECIPES}${file} pushes what the build leaves`, { skip }, async () => {
    await using directory = await temporaryDirectory();
    await using ecr = await startLocalEcr({ region: 'eu-west-1' });
    const repository = ecr.createRepository('team/app');
    await mkdir(dirname(join(directory.path, layout)), { recursive: true });
    await write(join(directory.path, layout));
    await promisify(execFile)('/bin/sh', ['-c', await commandOf(file)], {
      cwd: directory.path,
      env: { PATH: dirname(process.execPath), HOME: directory.path, ...ecr.env, ...env },
    });
    assert.deepEqual([...repository.tags.keys()].toSorted(), tags);
  });
}

/** With this repository where the recipe clones it to. */
async function commandOf(recipe: string): Promise<string> {
  const text = await readFile(new URL(`${RECIPES}${recipe}`, REPOSITORY), 'utf8');
  const [, command = ''] = /^ +- (node .*dist\/cli\.js .*)$/m.exec(text) ?? [];
  return command.replace('/tmp/ecr-layer-push/', fileURLToPath(REPOSITORY));
}
