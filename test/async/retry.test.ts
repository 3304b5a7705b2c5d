import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Retries,
  Retry,
  RETRIES,
  type RetryName,
  type RetryNotice,
  waitBefore,
} from '../../src/async/retry.ts';

const NAMES = Object.keys(RETRIES) as RetryName[];
const HOUR = 3_600_000;
const reason = new Error('another target failed');

/** What the table says, written out: how long before the second, the third, … attempt at most. */
const waits: Readonly<Record<RetryName, readonly number[]>> = {
  transient: [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000],
  throttled: [500, 1000, 2000, 4000, 5000, 5000],
  notFound: [1000, 2000, 4000, 5000, 5000],
  credentials: [0],
  clock: [0],
  layer: [0, 0],
  part: [0, 0, 0, 0],
  manifest: [200, 400, 800, 1600, 3200],
  unconfirmed: [500, 1000, 2000],
  newRepository: [250, 500, 1000],
  optional: [200, 400, 800, 1600, 2000],
};

const SKIPPED = new Error('not waited for');

/** A retry whose waits end as they begin: what is told comes before the wait. */
class SkippingRetry {
  readonly notices: RetryNotice[] = [];
  readonly #retry: Retry;
  #stop = new AbortController();
  #now = 0;

  constructor(attempts?: number) {
    const onRetry = (notice: RetryNotice): void => {
      this.notices.push(notice);
      this.#now += notice.wait;
      this.#stop.abort(SKIPPED);
    };
    this.#retry = new Retry({ attempts, onRetry, now: () => this.#now });
  }

  async again(name: RetryName, atLeast = 0): Promise<boolean> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    return this.#retry.again(name, { signal, atLeast }).catch((error: unknown) => {
      assert.equal(error, SKIPPED);
      return true;
    });
  }
}

/** Tries until it says no, each attempt and wait as long as if it were waited for. @returns what was told */
async function exhaust(name: RetryName, attempts?: number): Promise<RetryNotice[]> {
  const retry = new SkippingRetry(attempts);
  while (await retry.again(name));
  return retry.notices;
}

for (const name of NAMES) {
  const { attempts, within } = RETRIES[name];
  if (attempts !== undefined) {
    test(`${name} is tried ${attempts} times in all, and each further time is told`, async () => {
      const notices = await exhaust(name);
      assert.deepEqual(
        notices.map(({ attempt }) => attempt),
        Array.from({ length: attempts - 1 }, (_, at) => at + 2),
      );
      for (const notice of notices) {
        assert.equal(notice.name, name);
        assert.equal(notice.attempts, attempts);
      }
      assert.equal(waits[name].length, attempts - 1);
    });
  } else {
    test(`${name} is tried for ${String(within)} ms from its first failure on`, async () => {
      const notices = await exhaust(name);
      const waited = notices.reduce((sum, { wait }) => sum + wait, 0);
      assert(waited <= within, `${waited} of ${within}`);
      assert(waited > within - RETRIES[name].longestWait, `${waited} of ${within}`);
      assert(notices.every((notice) => notice.attempts === undefined));
    });
  }

  test(`${name} waits as the table says, doubled each time, up to the longest`, () => {
    for (const [at, longest] of waits[name].entries()) {
      assert.equal(
        waitBefore(name, at + 1, () => 1),
        longest,
      );
    }
  });

  test(`${name} waits ${RETRIES[name].jitter ? 'a random part of that' : 'all of that'}`, () => {
    for (const [at, longest] of waits[name].entries()) {
      const of = (random: number) => waitBefore(name, at + 1, () => random);
      assert.equal(of(0), RETRIES[name].jitter ? 0 : longest);
      assert.equal(of(0.25), RETRIES[name].jitter ? longest / 4 : longest);
      const wait = waitBefore(name, at + 1);
      assert(wait >= 0 && wait <= longest, `${wait} of ${longest}`);
    }
  });

  test(`${name}: what is told is what is waited`, async () => {
    for (const { attempt, wait } of await exhaust(name)) {
      const longest = waits[name][attempt - 2] ?? RETRIES[name].longestWait;
      if (RETRIES[name].jitter) assert(wait >= 0 && wait <= longest);
      else assert.equal(wait, longest);
    }
  });
}

test('no wait is random without jitter, and those with it differ', () => {
  const seen = new Set(Array.from({ length: 50 }, () => waitBefore('throttled', 3)));
  assert(seen.size > 40, `${seen.size} of 50 differ`);
});

for (const attempts of [1, 2, 20]) {
  test(`${attempts} attempts may stand in the place of the table's`, async () => {
    const notices = await exhaust('transient', attempts);
    assert.equal(notices.length, attempts - 1);
    assert(notices.every((notice) => notice.attempts === attempts));
  });
}

test('the attempt that it is can be told', async () => {
  const retry = new Retry();
  assert.equal(retry.attempt, 1);
  assert.equal(await retry.again('layer'), true);
  assert.equal(retry.attempt, 2);
  assert.equal(await retry.again('layer'), true);
  assert.equal(await retry.again('layer'), false);
  assert.equal(retry.attempt, 3);
});

test('what is limited in number is counted by itself, and again after other failures', async () => {
  const retry = new SkippingRetry();
  for (let failures = 1; failures <= 3; failures += 1)
    assert.equal(await retry.again('transient'), true);
  assert.equal(await retry.again('credentials'), true);
  assert.equal(await retry.again('transient'), true);
  assert.equal(await retry.again('credentials'), false);
});

test('time that an attempt takes counts, but not that of the first one', async () => {
  let now = 0;
  const retry = new Retry({ now: () => now });
  now = 500_000;
  assert.equal(await retry.again('part'), true);
  const stop = AbortSignal.abort(SKIPPED);
  await assert.rejects(retry.again('transient', { signal: stop }), SKIPPED);
  now += 119_000;
  await assert.rejects(retry.again('transient', { signal: stop }), SKIPPED);
  now += 2000;
  assert.equal(await retry.again('transient', { signal: stop }), false);
});

test('attempts that fail for different reasons are counted together', async () => {
  const retry = new SkippingRetry(3);
  assert.equal(await retry.again('transient'), true);
  assert.equal(await retry.again('throttled'), true);
  assert.equal(await retry.again('transient'), false);
});

test('it goes on no sooner than the wait is over', async () => {
  const before = performance.now();
  assert.equal(await new Retry().again('manifest'), true);
  assert(performance.now() - before >= 199);
});

const atLeasts: readonly [name: RetryName, atLeast: number, wait: number][] = [
  ['manifest', 0, 200],
  ['manifest', -5000, 200],
  ['manifest', 199, 200],
  ['manifest', 1000, 1000],
  ['manifest', 3200, 3200],
  ['manifest', HOUR, 60_000],
  ['layer', HOUR, 60_000],
];

for (const [name, atLeast, expected] of atLeasts) {
  test(`who is told to wait for ${atLeast} ms or more waits for ${expected} before ${name}`, async () => {
    const retry = new SkippingRetry();
    assert.equal(await retry.again(name, atLeast), true);
    assert.deepEqual(
      retry.notices.map(({ wait }) => wait),
      [expected],
    );
  });
}

test('an abort ends the waiting with its reason', async () => {
  const stop = new AbortController();
  const waiting = new Retry().again('throttled', { signal: stop.signal, atLeast: 20_000 });
  stop.abort(reason);
  await assert.rejects(waiting, reason);
});

test('what was aborted before is not tried again, also where nothing is waited for', async () => {
  const signal = AbortSignal.abort(reason);
  await assert.rejects(new Retry().again('layer', { signal }), reason);
});

test('where no attempt is left, an abort is not asked for', async () => {
  const signal = AbortSignal.abort(reason);
  assert.equal(await new Retry({ attempts: 1 }).again('layer', { signal }), false);
});

test('one thing that is come back to goes on with its attempts, and another has its own', async () => {
  const retries = new Retries();
  for (const goesOn of [true, true, false, false])
    assert.equal(await retries.of('sha256:a').again('layer'), goesOn);
  assert.equal(retries.of('sha256:a').attempt, 3);
  assert.equal(retries.of('sha256:b').attempt, 1);
  assert.equal(await retries.of('sha256:b').again('layer'), true);
});

test('of one thing, what was said at first holds', async () => {
  const retries = new Retries();
  const told: string[] = [];
  const first = retries.of('a', { attempts: 2, onRetry: () => told.push('first') });
  const second = retries.of('a', { attempts: 9, onRetry: () => told.push('second') });
  assert.equal(first, second);
  assert.equal(await second.again('layer'), true);
  assert.equal(await second.again('layer'), false);
  assert.deepEqual(told, ['first']);
});

for (const [name, { says }] of Object.entries(RETRIES)) {
  if (says === undefined) continue;
  test(`what the log says of ${name} is a part of a sentence`, () => {
    assert.match(says, /^[a-zE].*[^.]$/);
  });
}
