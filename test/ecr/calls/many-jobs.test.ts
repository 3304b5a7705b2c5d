import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETRIES } from '../../../src/async/retry.ts';
import { type Simulated, type Simulation, simulate } from './simulated-jobs.ts';

const SEEDS = [1, 2, 3, 4];
/** As published, and what AWS may allow at once. */
const PUBLISHED = 10;
const allowed = { rate: PUBLISHED, burst: PUBLISHED };

const { firstWait, longestWait } = RETRIES.throttled;
const asInTable = (attempt: number): number =>
  Math.min(longestWait, firstWait * 2 ** (attempt - 1));

function simulateAll(simulation: Omit<Simulation, 'seed' | 'published'>): Simulated[] {
  return SEEDS.map((seed) => simulate({ ...simulation, seed, published: PUBLISHED }));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of all calls from a millisecond on. */
function throttledFrom(from: number, { calls }: Simulated): number {
  const late = calls.filter(({ at }) => at >= from);
  return late.filter(({ wasThrottled }) => wasThrottled).length / (late.length || 1);
}

/** Calls of PutImage beside those that layers take are few. */
const leastTime = (jobs: number, layers: number, rate = PUBLISHED): number =>
  ((jobs * layers) / rate) * 1000;

for (const [what, layers, more, longest] of [
  ['3 layers', 3, {}, 2.2],
  ['10 layers', 10, {}, 1.8],
  ['30 layers', 30, {}, 1.6],
  ['10 layers, which start within ten seconds', 10, { spread: 10_000 }, 1.8],
  ['10 layers, where AWS allows 40 calls at once', 10, { allowed: { rate: 10, burst: 40 } }, 1.8],
  ['10 layers, with the waits of RETRIES besides', 10, { retryWait: asInTable }, 2],
] as const) {
  test(`forty jobs of ${what} settle within ten seconds, and all end`, () => {
    const results = simulateAll({ jobs: 40, layers, allowed, ...more });
    const settled = 10_000 + ('spread' in more ? more.spread : 0);
    assert(results.every(({ done }) => done === 40));
    const shares = results.map((result) => throttledFrom(settled, result));
    assert(mean(shares) < 0.05, shares.join());
    const times = results.map(({ ended }) => ended / leastTime(40, layers));
    assert(mean(times) < longest, times.join());
  });
}

test('no call of forty jobs is sent very often', () => {
  const results = simulateAll({ jobs: 40, layers: 30, allowed });
  const attempts = results.map((result) => result.attempts);
  assert(Math.max(...attempts) <= 12, attempts.join());
});

test('one job that is not throttled is not slowed', () => {
  for (const result of simulateAll({ jobs: 1, layers: 100, allowed: { rate: 10, burst: 50 } })) {
    assert(result.calls.every(({ wasThrottled }) => !wasThrottled));
    assert(result.rates.every(({ perSecond }) => perSecond === PUBLISHED));
    // 40 at once, and the others at 10 a second: what UploadLayerPart and its likes take comes on top.
    assert(result.ended < 8000, `${result.ended} ms`);
  }
});

for (const [rate, burst, longest] of [
  [5, 10, 1.2],
  [2, 4, 1.2],
  [1, 1, 1.5],
] as const) {
  test(`one job settles where only ${rate} calls a second are allowed`, () => {
    const results = simulateAll({ jobs: 1, layers: 100, allowed: { rate, burst } });
    assert(mean(results.map((result) => throttledFrom(10_000, result))) < 0.1);
    const times = results.map(({ ended }) => ended / leastTime(1, 100, rate));
    assert(mean(times) < longest, times.join());
  });
}

/** Seconds after the others have gone until the job that stays has its full rate. */
function climb(jobs: number, aloneFrom: number): number[] {
  const simulation = { jobs, layers: 20, allowed, aloneFrom, until: aloneFrom + 300_000 };
  return simulateAll(simulation).map(({ rates }) => {
    const full = rates.find(({ at, perSecond }) => at >= aloneFrom && perSecond === PUBLISHED);
    assert(full !== undefined);
    return (full.at - aloneFrom) / 1000;
  });
}

// A job that shares with n others makes a call in n/10 seconds. As no more than 5 % may be throttled, it must let
// twenty pass before it tries to make more: at least 2 n seconds.
for (const [jobs, seconds] of [
  [2, 10],
  [4, 15],
  [8, 40],
  [40, 100],
] as const) {
  test(`when ${jobs - 1} other jobs have gone, a job soon makes calls at the full rate again`, () => {
    const took = climb(jobs, 40_000);
    assert(mean(took) < seconds, took.join());
  });
}
