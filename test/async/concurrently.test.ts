import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { forEachConcurrently } from '../../src/async/concurrently.ts';
import { Slots } from '../../src/async/semaphore.ts';

const never = new AbortController().signal;

/** Lets every promise that can go on do so, and as many items start as may. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

/** Work that ends when the test says so. */
function gate() {
  const started: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<undefined>>();
  return {
    started,
    work: async (item: string): Promise<void> => {
      started.push(item);
      const end = Promise.withResolvers<undefined>();
      ends.set(item, end);
      await end.promise;
    },
    finish: async (item: string): Promise<void> => {
      ends.get(item)?.resolve(undefined);
      await settle();
    },
    fail: async (item: string, error: Error): Promise<void> => {
      ends.get(item)?.reject(error);
      await settle();
    },
  };
}

test('no more than the limit run at once, started in their order', async () => {
  const { started, work, finish } = gate();
  const done = forEachConcurrently(['a', 'b', 'c', 'd'], new Slots(2), never, work);
  await settle();
  assert.deepEqual(started, ['a', 'b']);
  await finish('b');
  assert.deepEqual(started, ['a', 'b', 'c']);
  await finish('a');
  await finish('c');
  await finish('d');
  await done;
  assert.deepEqual(started, ['a', 'b', 'c', 'd']);
});

test('what is heavy takes the room of several, and no more than there is', async () => {
  const { started, work, finish } = gate();
  const weightOf = (item: string): number => item.length;
  const done = forEachConcurrently(['aaaaa', 'bb', 'c', 'd'], new Slots(3), never, work, weightOf);
  await settle();
  assert.deepEqual(started, ['aaaaa']);
  await finish('aaaaa');
  assert.deepEqual(started, ['aaaaa', 'bb', 'c']);
  await finish('c');
  assert.deepEqual(started, ['aaaaa', 'bb', 'c', 'd']);
  await finish('bb');
  await finish('d');
  await done;
});

test('each is begun once those before it have sent what they send at once', async () => {
  const events: string[] = [];
  await forEachConcurrently(['a', 'b'], new Slots(2), never, async (item) => {
    events.push(`${item} begins`);
    for (let step = 0; step < 50; step++) await Promise.resolve();
    events.push(`${item} sends`);
  });
  assert.deepEqual(events, ['a begins', 'a sends', 'b begins', 'b sends']);
});

test('every item is done once, also with more workers than items', async () => {
  const seen: number[] = [];
  await forEachConcurrently([1, 2, 3], new Slots(10), never, (item) => {
    seen.push(item);
    return Promise.resolve();
  });
  assert.deepEqual(seen, [1, 2, 3]);
});

test('nothing to do is done', async () => {
  await forEachConcurrently([], new Slots(2), never, () => assert.fail('there is no item'));
});

test('the first failure aborts the siblings, starts no other, and is what is thrown', async () => {
  const { started, work, fail } = gate();
  const reasons: unknown[] = [];
  const done = forEachConcurrently(['a', 'b', 'c'], new Slots(2), never, async (item, signal) => {
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    await work(item);
  });
  const rejected = assert.rejects(done, /^Error: first$/);
  await settle();
  const first = new Error('first');
  await fail('b', first);
  assert.deepEqual(reasons, [first, first]);
  await fail('a', new Error('second'));
  await rejected;
  assert.deepEqual(started, ['a', 'b']);
});

test('it ends only when all siblings have ended', async () => {
  const { work, fail, finish } = gate();
  let ended = false;
  const done = forEachConcurrently(['a', 'b'], new Slots(2), never, work).catch(() => {
    ended = true;
  });
  await settle();
  await fail('a', new Error('first'));
  assert.equal(ended, false);
  await finish('b');
  await done;
  assert.equal(ended, true);
});

test("an abort from outside reaches the work, and its reason is thrown before the next item's start", async () => {
  const outer = new AbortController();
  const { started, work, finish } = gate();
  let inner: AbortSignal | undefined;
  const done = forEachConcurrently(['a', 'b'], new Slots(1), outer.signal, async (item, signal) => {
    inner = signal;
    await work(item);
  });
  const rejected = assert.rejects(done, /^Error: cancelled$/);
  await settle();
  outer.abort(new Error('cancelled'));
  assert.equal(inner?.aborted, true);
  await finish('a');
  await rejected;
  assert.deepEqual(started, ['a']);
});

test('two that share their slots take turns, and run no more at once than there are', async () => {
  const { started, work, finish } = gate();
  const slots = new Slots(2);
  const done = Promise.all([
    forEachConcurrently(['a1', 'a2', 'a3'], slots, never, work),
    forEachConcurrently(['b1', 'b2', 'b3'], slots, never, work),
  ]);
  await settle();
  assert.deepEqual(started, ['a1', 'b1']);
  for (const item of ['a1', 'b1', 'a2', 'b2', 'a3', 'b3']) await finish(item);
  await done;
  assert.deepEqual(started, ['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('one that is aborted while it waits for a slot leaves it to the others', async () => {
  const { started, work, finish } = gate();
  const slots = new Slots(2);
  const stop = new AbortController();
  const heavy = (item: string): number => item.length;
  const first = forEachConcurrently(['a'], slots, never, work);
  const stopped = forEachConcurrently(['bb'], slots, stop.signal, work, heavy);
  const last = forEachConcurrently(['c'], slots, never, work);
  await settle();
  assert.deepEqual(started, ['a']);
  stop.abort(new Error('stopped'));
  await assert.rejects(stopped, { message: 'stopped' });
  await settle();
  assert.deepEqual(started, ['a', 'c']);
  await finish('a');
  await finish('c');
  await Promise.all([first, last]);
});
