import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CREDENTIAL } from '../local-ecr/options.ts';
import { buildImage, type Image } from '../support/image.ts';
import { startAction } from '../support/run-action.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, REPOSITORY_NAME } from './step.ts';

/** How long a push takes, as the network is that slow: 60 for what a minute's log looks like. */
const SECONDS = Number(process.env['SECONDS'] ?? 7);

const MIB = 1024 * 1024;

const image = (seed: string, number: number, size: number): Image =>
  buildImage({ seed, layers: Array.from({ length: number }, () => ({ size })) });

const pushes: Readonly<Record<string, { readonly image: Image; readonly lines: number }>> = {
  'one large layer': { image: image('large', 1, 40 * MIB), lines: 1 },
  'many small layers': { image: image('small', SECONDS < 60 ? 60 : 500, 100_000), lines: 8 },
};

/** Lines that a reader of the job's log sees. */
function linesOf(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line !== '' && !/^::(debug|endgroup)/.test(line));
}

for (const [what, { image, lines: connections }] of Object.entries(pushes)) {
  test(`a push of ${what} that takes ${SECONDS} s says how far it is, in few lines`, async (context) => {
    const bytes = image.layers.reduce((sum, { size }) => sum + size, 0);
    const connectionRate = Math.ceil((bytes * 4) / 3 / connections / SECONDS);
    await using step = await prepareStep({ connectionRate });
    await writeLayoutDirectory(step.path('layout'), [image]);
    const inputs = { layout: 'layout', repository: REPOSITORY_NAME };
    const { process: child, finished } = await startAction({
      workspace: step.workspace,
      inputs: { ...inputs, concurrency: `${connections}`, 'parts-in-flight': '1' },
      env: step.ecr.env,
    });
    const times = [performance.now()];
    child.stdout?.on('data', () => times.push(performance.now()));
    const run = await finished;
    times.push(performance.now());
    assert.equal(run.exitCode, 0, run.stdout);
    const lines = linesOf(run.stdout);
    const gap = Math.max(...times.map((at, number) => at - (times[number - 1] ?? at))) / 1000;
    const took = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    context.diagnostic(
      `${took.toFixed(1)} s, ${lines.length} lines, at most ${gap.toFixed(1)} s apart`,
    );
    assert.ok(took >= SECONDS, 'the network is as slow as it should be');
    // Sixty in a minute.
    assert.ok(lines.length <= 36 + (2 * took) / 5, run.stdout);
    const progress = lines.filter((line) => line.startsWith('Uploading: '));
    assert.ok(progress.length >= Math.floor(SECONDS / 5) - 1 && progress.length > 0, run.stdout);
    for (const line of progress) {
      assert.match(line, /^Uploading: \d+ %, .* of .*iB, (.*iB\/s, about .* left, )?\d+ of \d+ /);
    }
    const again = await step.push();
    assert.ok(linesOf(again.stdout).length <= 12, again.stdout);
  });
}

const CALL =
  /^::debug::(\w+) (.*)at 127\.0\.0\.1, attempt \d+: HTTP 20\d after \d+ ms, request id [0-9a-f-]{36}$/gm;

test('debug logs have each call with its request id, and no secret; others have none', async () => {
  await using step = await prepareStep();
  await writeLayoutDirectory(step.path('layout'), [image('debugged', 2, 6 * MIB)]);
  const run = await step.push({ 'part-size': '5' }, { env: { RUNNER_DEBUG: '1' } });
  const told = [...run.stdout.matchAll(CALL)].map(([, call = '']) => call);
  const made = step.ecr.calls().map(({ operation }) => operation);
  assert.deepEqual(told.sort(), made.sort());
  const [layer] = image('debugged', 2, 6 * MIB).layers;
  assert.ok(layer);
  const part = `UploadLayerPart ${layer.digest} bytes ${5 * MIB}-${6 * MIB - 1} at `;
  assert.ok(run.stdout.includes(part), run.stdout);
  assert.ok(!run.stdout.includes(DEFAULT_CREDENTIAL.secretAccessKey));
  assert.ok(!run.stdout.includes(DEFAULT_CREDENTIAL.accessKeyId));
  const usual = await step.push();
  assert.doesNotMatch(usual.stdout, /request id/);
});
