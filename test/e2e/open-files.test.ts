import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { changes, prepareStep, REPOSITORY_NAME, shownError } from './step.ts';

/** How many files and connections a step may have open: `ulimit -n`. Only Linux says how many that is. */

const options = { skip: process.platform !== 'linux' };
const MiB = 1024 * 1024;

const images = {
  'many small layers': Array.from({ length: 80 }, (_, at) => ({ size: 1000 + 100 * at })),
  'large layers': Array.from({ length: 3 }, () => ({ sparse: 12 * MiB })),
};

for (const [what, layers] of Object.entries(images)) {
  for (const repositories of [1, 3]) {
    test(
      `${what} go into ${repositories} repositories where 64 files may be open`,
      options,
      async () => {
        await using step = await prepareStep();
        const image = buildImage({ seed: what, layers });
        await writeLayoutDirectory(step.path('layout'), [image]);
        const names = Array.from({ length: repositories }, (_, at) => `${REPOSITORY_NAME}${at}`);
        const made = names.map((name) => step.ecr.createRepository(name));
        const registry = '012345678901.dkr.ecr.us-east-1.amazonaws.com';
        const tags = names.map((name) => `${registry}/${name}:v1`).join('\n');
        const run = await step.push({ repository: '', tags }, { setUp: 'ulimit -n 64' });
        for (const { tags } of made) assert.equal(tags.get('v1'), image.descriptor.digest);
        assert.match(run.stdout, /^Connections at once: \d+, as few files may be open/m);
      },
    );
  }
}

for (const files of [24, 32]) {
  test(`a limit of ${files} open files is named, and nothing is sent`, options, async () => {
    await using step = await prepareStep();
    const image = buildImage({ seed: 'a', layers: [{ size: 1000 }] });
    await writeLayoutDirectory(step.path('layout'), [image]);
    const run = await step.run({ tags: 'v1' }, { setUp: `ulimit -n ${files}` });
    const { code, message, hint } = shownError(run);
    assert.equal(run.exitCode, 1);
    assert.equal(code, 'TOO_MANY_OPEN_FILES');
    assert.match(message, new RegExp(`may have ${files} files and connections open`));
    assert.match(hint, /ulimit -n/);
    assert.deepEqual(changes(step.ecr), []);
  });
}

test('where the limit is high, nothing is said of it', options, async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [
    buildImage({ seed: 'a', layers: [{ size: 1000 }] }),
  ]);
  const { stdout } = await step.push({ tags: 'v1' }, { setUp: 'ulimit -n 1024' });
  assert.doesNotMatch(stdout, /Connections at once/);
});
