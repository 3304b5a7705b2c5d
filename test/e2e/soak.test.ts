import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ERRORS } from '../../src/errors.ts';
import type { Repository } from '../local-ecr/repository.ts';
import { arbitraryLayout, type GeneratedLayout } from '../support/arbitrary-graph.ts';
import { incompleteImages } from '../support/complete-images.ts';
import { writeLayoutDirectory } from '../support/write-layout.ts';
import { prepareStep, shownError, type Step } from './step.ts';

/** `PUSHES=500 node --test test/e2e/soak.test.ts` for the long run. */
const PUSHES = Number(process.env['PUSHES'] ?? 15);
const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Of all calls. */
const SHARE = Number(process.env['FAULT_SHARE'] ?? 0.2);
/** Side by side, each with a registry of its own, in which its pushes come one after another. */
const LANES = Math.min(4, PUSHES);
/** Faults are rare enough for nearly all to get through: more failures than this, and little was tried. */
const MOST_FAILURES = 0.1;

interface Push {
  readonly generated: GeneratedLayout;
  readonly repository: string;
  readonly tag: string;
  /** Undefined for a push that was reported as complete. */
  readonly code?: string;
}

// One layer or none in common, tags that move, images that are there already: few names make all of them.
const wanted = fc.sample(
  fc.record({
    generated: arbitraryLayout,
    repository: fc.constantFrom('team/one', 'team/two'),
    tag: fc.constantFrom('1', '2', '3'),
  }),
  { numRuns: PUSHES, seed },
);

test(`${PUSHES} pushes through faults at ${SHARE * 100} % of the calls, PROPERTY_SEED=${seed}`, async (t) => {
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    soak(
      `${seed} ${lane}`,
      wanted.filter((_push, at) => at % LANES === lane),
    ),
  );
  const ended = await Promise.all(lanes);
  const pushes = ended.flatMap((lane) => lane.pushes);
  const failed = pushes.flatMap(({ code }) => (code === undefined ? [] : [code]));
  const struck = ended.reduce((sum, lane) => sum + lane.struck, 0);
  const calls = ended.reduce((sum, lane) => sum + lane.calls, 0);
  t.diagnostic(`${struck} of ${calls} calls struck; failed: ${failed.join(' ') || 'none'}`);
  assert.ok(struck > 0);
  assert.ok(failed.length <= PUSHES * MOST_FAILURES, failed.join(' '));
});

async function soak(
  lane: string,
  given: readonly Omit<Push, 'code'>[],
): Promise<{ pushes: Push[]; struck: number; calls: number }> {
  await using step = await prepareStep();
  for (const name of ['team/one', 'team/two']) step.ecr.createRepository(name);
  const random = step.ecr.faultRandomly(lane, SHARE);
  const pushes: Push[] = [];
  for (const [at, push] of given.entries()) {
    const code = await pushOnce(step, `layout${at}`, push);
    pushes.push({ ...push, ...(code === undefined ? {} : { code }) });
    for (const name of ['team/one', 'team/two']) {
      const repository = step.ecr.repository(name);
      assert.deepEqual(incompleteImages(repository), [], `after push ${at} of lane ${lane}`);
    }
  }
  for (const name of ['team/one', 'team/two'])
    assertHolds(
      step.ecr.repository(name),
      pushes.filter(({ repository }) => repository === name),
    );
  return { pushes, struck: random.struck.length, calls: step.ecr.calls().length };
}

/** The code of its error, if it failed. */
async function pushOnce(
  step: Step,
  layout: string,
  { generated, repository, tag }: Push,
): Promise<string | undefined> {
  const { root, referrers } = generated;
  await writeLayoutDirectory(step.path(layout), [root, ...referrers]);
  const { digest } = root.descriptor;
  const run = await step.run({ layout, repository, tags: tag, image: digest });
  assert.equal(run.stderr, '');
  if (run.exitCode === 0) {
    assert.equal(run.outputs['digest'], digest);
    assert.equal(step.ecr.repository(repository).tags.get(tag), digest);
    return undefined;
  }
  const { code, message } = shownError(run);
  assert.ok(code in ERRORS && code !== 'INTERNAL', `${code}: ${message}`);
  return code;
}

/** All that was reported as pushed, and nothing that no push brought. */
function assertHolds({ layers, images, tags }: Repository, pushes: readonly Push[]): void {
  const held = new Set([...layers.keys(), ...images.keys()]);
  const complete = closureOf(pushes.filter(({ code }) => code === undefined));
  const begun = closureOf(pushes.filter(({ code }) => code !== undefined));
  assert.deepEqual(
    [...complete].filter((digest) => !held.has(digest)),
    [],
  );
  assert.deepEqual(
    [...held].filter((digest) => !complete.has(digest) && !begun.has(digest)),
    [],
  );
  for (const [tag, digest] of tags) {
    const named = pushes.filter((push) => push.tag === tag);
    const last = named.findLastIndex(({ code }) => code === undefined);
    // A push that failed after the last complete one may have moved the tag before it failed.
    const candidates = named
      .slice(Math.max(last, 0))
      .map(({ generated }) => generated.root.descriptor.digest);
    assert.ok(
      candidates.some((candidate) => candidate === digest),
      `${tag} is on ${digest}`,
    );
  }
}

function closureOf(pushes: readonly Push[]): Set<string> {
  return new Set(
    pushes.flatMap(({ generated: { closure, referrers } }) => [
      ...closure,
      ...referrers.flatMap(({ blobs }) => [...blobs.keys()]),
    ]),
  );
}
