import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { OtherJobs, watchedUntilComplete } from '../../src/ecr/other-jobs.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';

const signal = new AbortController().signal;
const NEVER = 1_000_000;
const [a, b, c] = ['a', 'b', 'c'].map((text) => digestOf(Buffer.from(text))) as [
  Digest,
  Digest,
  Digest,
];

/** ECR, as others fill it, and a clock. */
function world({ fresh = 2000, interval = NEVER } = {}) {
  const available = new Set<Digest>();
  const asked: (readonly Digest[])[] = [];
  const debugs: string[] = [];
  const state = { now: 0, error: undefined as Error | undefined };
  const jobs = new OtherJobs(
    async (digests) => {
      asked.push(digests);
      await setImmediate();
      if (state.error !== undefined) throw state.error;
      return new Set(digests.filter((digest) => available.has(digest)));
    },
    {
      times: { fresh, interval },
      now: () => state.now,
      debug: (line) => debugs.push(line),
    },
  );
  return { jobs, available, asked, debugs, state };
}

test('a layer whose turn comes soon is not asked for again', async () => {
  const { jobs, available, asked, state } = world();
  using layer = jobs.watch(a);
  available.add(a);
  state.now = 1999;
  assert.equal(await layer.isCompleted(signal), false);
  assert.deepEqual(asked, []);
});

test('one that has waited is: one call tells of all that wait or are under way', async () => {
  const { jobs, available, asked, state } = world();
  using first = jobs.watch(a);
  using second = jobs.watch(b);
  using third = jobs.watch(c);
  available.add(a).add(c);
  state.now = 2000;
  const told = await Promise.all([first.isCompleted(signal), second.isCompleted(signal)]);
  assert.deepEqual(told, [true, false]);
  assert.equal(third.completed.aborted, true);
  assert.equal(await third.isCompleted(signal), true);
  assert.deepEqual(asked, [[a, b, c]]);
});

test('what was just told is fresh for all of them', async () => {
  const { jobs, asked, state } = world();
  using first = jobs.watch(a);
  using second = jobs.watch(b);
  state.now = 2000;
  await first.isCompleted(signal);
  state.now = 3999;
  await second.isCompleted(signal);
  assert.equal(asked.length, 1);
  state.now = 4000;
  await second.isCompleted(signal);
  assert.equal(asked.length, 2);
});

test('a layer that is over is not asked for, and one that two want is asked for once', async () => {
  const { jobs, asked, state } = world();
  jobs.watch(a)[Symbol.dispose]();
  using first = jobs.watch(b);
  using second = jobs.watch(b);
  state.now = 2000;
  assert.equal(await first.isCompleted(signal), false);
  assert.deepEqual(asked, [[b]]);
  assert.equal(second.completed.aborted, false);
});

test('a layer that is to be completed here is not found to be completed elsewhere', async () => {
  const { jobs, available, state } = world();
  using mine = jobs.watch(a);
  using other = jobs.watch(b);
  available.add(a);
  state.now = 2000;
  const looked = other.isCompleted(signal);
  mine.leave();
  await looked;
  assert.equal(mine.completed.aborted, false);
});

test('it is so from CompleteLayerUpload on, which goes out as it is', async () => {
  const calls: unknown[] = [];
  const requests = {
    id: { registryId: undefined, repositoryName: 'app' },
    initiate: () => Promise.resolve({ uploadId: 'id' }),
    sendPart: () => Promise.resolve({}),
    complete: (...input: unknown[]) => {
      calls.push(...input);
      return Promise.resolve({ layerDigest: a });
    },
  };
  const watched = watchedUntilComplete(requests, { leave: () => calls.push('left') });
  await watched.initiate(signal, {});
  assert.deepEqual(calls, []);
  const input = { uploadId: 'id', layerDigests: [a] };
  const options = { abortSignal: signal, requestTimeout: 1, details: {} };
  assert.deepEqual(await watched.complete(input, options), { layerDigest: a });
  assert.deepEqual(calls, ['left', input, options]);
});

test('a look that fails is told at debug, and not repeated at once', async () => {
  const { jobs, asked, debugs, state } = world();
  using layer = jobs.watch(a);
  state.error = new Error('throttled');
  state.now = 2000;
  assert.equal(await layer.isCompleted(signal), false);
  assert.equal(await layer.isCompleted(signal), false);
  assert.equal(asked.length, 1);
  assert.deepEqual(debugs, ['Layers under way could not be looked up: Error: throttled']);
});

test('layers under way are looked up now and then, as long as there are any', async () => {
  const { jobs, available, asked } = world({ interval: 1 });
  const first = jobs.watch(a);
  const second = jobs.watch(b);
  while (asked.length < 3) await setImmediate();
  available.add(a);
  while (!first.completed.aborted) await setImmediate();
  assert.match(String(first.completed.reason), /another job has completed sha256:/);
  assert.equal(second.completed.aborted, false);
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  // What had set out comes back.
  await setImmediate();
  const before = asked.length;
  for (let turn = 0; turn < 50; turn++) await setImmediate();
  assert.equal(asked.length, before);
  using third = jobs.watch(c);
  while (asked.length === before) await setImmediate();
  assert.deepEqual(asked.at(-1), [third.digest]);
});

test('an abort while it is looked up is thrown', async () => {
  const { jobs, state } = world();
  const stop = new AbortController();
  using layer = jobs.watch(a);
  state.now = 2000;
  const looked = layer.isCompleted(stop.signal);
  const reason = new Error('cancelled');
  stop.abort(reason);
  await assert.rejects(looked, reason);
});
