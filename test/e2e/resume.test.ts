import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ActionsCacheServer,
  startActionsCacheServer,
} from '../support/actions-cache-server.ts';
import { buildImage } from '../support/image.ts';
import type { ActionRun } from '../support/run-action.ts';
import { assertComplete, PART, partsSent, prepareRunner, type Runner } from './resume-runner.ts';
import { prepareStep, type Step } from './step.ts';

/** `MOMENTS=50 node --test test/e2e/resume.test.ts` for the long run. */
const MOMENTS = Number(process.env['MOMENTS'] ?? 6);
const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const PARTS = 30;
const IN_FLIGHT = 4;
const image = buildImage({ seed: 'one', layers: [{ sparse: PARTS * PART }] });

/** A busy machine may be too slow for the time that a cache is given: the push is complete all the same. */
const GIVEN_UP = 'no answer within';

const moments = fc.sample(
  fc.record({ part: fc.noBias(fc.integer({ min: 1, max: PARTS })), wait: fc.nat({ max: 20 }) }),
  { numRuns: MOMENTS, seed },
);

moments.forEach(({ part, wait }, at) => {
  const signal = at % 2 === 0 ? 'SIGKILL' : 'SIGTERM';
  const next = at % 4 < 2 ? 'run' : 'step';
  test(`moment ${at}, seed ${seed}: ${signal} at part ${part}, and the next ${next} goes on`, async (t) => {
    await using cache = await startActionsCacheServer();
    await using step = await prepareStep();
    const inputs = { 'parts-in-flight': String(IN_FLIGHT) };
    const prepare = () => prepareRunner(step, image, { inputs, env: cache.env });
    await using runner = await prepare();
    const ended = await runner.killed(signal, part, wait);
    assert.equal(step.repository.tags.size, ended.exitCode === 0 ? 1 : 0);
    const printed =
      next === 'step'
        ? await inNextStep(step, runner, ended, cache)
        : await inNextRun(step, runner, prepare, ended, cache);
    if (printed.includes(GIVEN_UP)) {
      t.diagnostic('the cache took too long');
      return;
    }
    const sent = partsSent(step);
    assert(sent <= PARTS * 1.05 + IN_FLIGHT, `${sent} parts`);
  });
});

async function inNextStep(
  step: Step,
  runner: Runner,
  ended: ActionRun,
  cache: ActionsCacheServer,
): Promise<string> {
  const again = await runner.run();
  assertComplete(step, image, again);
  assert.deepEqual(await runner.kept(), []);
  for (const { state } of [again, ended]) await runner.run({ entry: 'post', state });
  assert.deepEqual(cache.entries, [], 'what another step completed is not kept');
  return again.stdout;
}

/** On another machine. */
async function inNextRun(
  step: Step,
  runner: Runner,
  prepare: () => Promise<Runner>,
  ended: ActionRun,
  cache: ActionsCacheServer,
): Promise<string> {
  const post = await runner.run({ entry: 'post', state: ended.state });
  const isLeft = (await runner.kept()).length > 0;
  if (!post.stdout.includes(GIVEN_UP))
    assert.equal(cache.entries.length > 0, isLeft, 'the cache keeps what the run left');
  const before = cache.entries.length;
  await using other = await prepare();
  const again = await other.run();
  assertComplete(step, image, again);
  assert.deepEqual(await other.kept(), []);
  await other.run({ entry: 'post', state: again.state });
  assert.equal(cache.entries.length, before, 'a run that completed leaves nothing');
  return post.stdout + again.stdout;
}
