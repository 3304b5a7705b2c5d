import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { forEachConcurrently } from '../../src/async/concurrently.ts';

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

const two = { signal: never, atOnce: 2 };

test('no more than the limit run at once, started in their order', async () => {
  const { started, work, finish } = gate();
  const done = forEachConcurrently(['a', 'b', 'c', 'd'], two, work);
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

test('without a limit all of them run at once', async () => {
  const { started, work, finish } = gate();
  const done = forEachConcurrently(['a', 'b', 'c', 'd'], { signal: never }, work);
  await settle();
  assert.deepEqual(started, ['a', 'b', 'c', 'd']);
  for (const item of started) await finish(item);
  await done;
});

test('each is begun once those before it have sent what they send at once', async () => {
  const events: string[] = [];
  await forEachConcurrently(['a', 'b'], two, async (item) => {
    events.push(`${item} begins`);
    for (let step = 0; step < 50; step++) await Promise.resolve();
    events.push(`${item} sends`);
  });
  assert.deepEqual(events, ['a begins', 'a sends', 'b begins', 'b sends']);
});

test('every item is done once, also with room for more than there are', async () => {
  const seen: number[] = [];
  await forEachConcurrently([1, 2, 3], { signal: never, atOnce: 10 }, (item) => {
    seen.push(item);
    return Promise.resolve();
  });
  assert.deepEqual(seen, [1, 2, 3]);
});

test('items are drawn only when there is room for them', async () => {
  const drawn: string[] = [];
  function* items(): Generator<string> {
    for (const item of ['a', 'b', 'c']) {
      drawn.push(item);
      yield item;
    }
  }
  const { started, work, finish } = gate();
  const done = forEachConcurrently(items(), { signal: never, atOnce: 1 }, work);
  await settle();
  assert.deepEqual(drawn, ['a', 'b']);
  assert.deepEqual(started, ['a']);
  for (const item of ['a', 'b', 'c']) await finish(item);
  await done;
});

test('nothing to do is done', async () => {
  await forEachConcurrently([], two, () => assert.fail('there is no item'));
});

test('the first failure aborts the siblings, starts no other, and is what is thrown', async () => {
  const { started, work, fail } = gate();
  const reasons: unknown[] = [];
  const done = forEachConcurrently(['a', 'b', 'c'], two, async (item, signal) => {
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
  const done = forEachConcurrently(['a', 'b'], two, work).catch(() => {
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
  const one = { signal: outer.signal, atOnce: 1 };
  const done = forEachConcurrently(['a', 'b'], one, async (item, signal) => {
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

test('what was aborted before is not begun', async () => {
  const reason = new Error('cancelled');
  const aborted = { signal: AbortSignal.abort(reason) };
  const never = () => assert.fail('nothing is begun');
  await assert.rejects(forEachConcurrently(['a'], aborted, never), reason);
});

test('items that cannot be listed fail as such, once what was begun has ended', async () => {
  function* broken(): Generator<string> {
    yield 'a';
    throw new Error('no list');
  }
  await assert.rejects(
    forEachConcurrently(broken(), two, () => Promise.resolve()),
    /^Error: no list$/,
  );
});
