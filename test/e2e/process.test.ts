import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildImage } from '../support/image.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, shownError, type Step } from './step.ts';

/** What becomes of a step whose log or outputs nobody takes, or that waits for nothing. */

const image = buildImage({ seed: 'process', layers: [{ size: 2000 }, { size: 1000 }] });
const { digest } = image.descriptor;

async function prepare(): Promise<Step> {
  const step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image]);
  return step;
}

/** Each makes a place for outputs that cannot be written to. */
const outputs: Readonly<Record<string, (path: string) => Promise<string>>> = {
  'a full disk': () => Promise.resolve('/dev/full'),
  'a folder': async (path) => {
    await mkdir(path);
    return path;
  },
  'a file that is not there': (path) => Promise.resolve(path),
  'a file that may not be written to': async (path) => {
    await writeFile(path, '');
    await chmod(path, 0o400);
    return path;
  },
};

for (const [what, make] of Object.entries(outputs)) {
  const isRoot = process.getuid?.() === 0;
  const skip =
    (what.includes('may not') && isRoot) || (what.includes('disk') && process.platform !== 'linux');
  test(
    `outputs into ${what}: the step fails, and says that the push is complete`,
    { skip },
    async () => {
      await using step = await prepare();
      const GITHUB_OUTPUT = await make(step.path('output'));
      const run = await step.run({ tags: 'v1' }, { env: { GITHUB_OUTPUT } });
      const { code, message } = shownError(run);
      assert.equal(run.exitCode, 1);
      assert.equal(code, 'OUTPUTS_LOST');
      assert.ok(message.includes(`The push is complete, and its digest is ${digest}`), message);
      assert.equal(step.repository.tags.get('v1'), digest);
    },
  );
}

/** Ways to take the log away before its first line. */
const closed = {
  'a reader who has gone': 'exec > >(exec true); sleep 0.2',
  'a full disk': 'exec > /dev/full',
  'no file at all': 'exec >&-',
};

for (const [what, setUp] of Object.entries(closed)) {
  test(`a log into ${what}: the push goes on to its end`, async () => {
    await using step = await prepare();
    const run = await step.push({ tags: 'v1' }, { setUp });
    assert.equal(step.repository.tags.get('v1'), digest);
    assert.equal(run.outputs['digest'], digest);
    assert.doesNotMatch(run.stderr, / at .*:\d+:\d+/);
  });

  test(`a log into ${what}: a push that fails says why on standard error, if it can tell`, async () => {
    await using step = await prepare();
    const run = await step.run({ layout: 'absent', tags: 'v1' }, { setUp });
    assert.equal(run.exitCode, 1);
    // Where there was none at the start, Node writes to nowhere, and does not notice.
    if (setUp.endsWith('&-')) assert.equal(run.stderr, '');
    else assert.match(run.stderr, /^The log is lost \(.*\n(?:.*\n)*LAYOUT_NOT_FOUND: /);
  });
}

test('a push that waits for nothing any more says so, and fails', async () => {
  await using step = await prepare();
  const preload = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    fs.realpath = () => new Promise(() => undefined);
    syncBuiltinESMExports();`;
  const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(preload)}`;
  const run = await step.run({ tags: 'v1' }, { env: { NODE_OPTIONS } });
  assert.equal(run.exitCode, 1);
  assert.equal(shownError(run).code, 'STALLED');
  assert.equal(step.repository.tags.size, 0);
});
