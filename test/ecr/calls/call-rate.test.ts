import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallRate } from '../../../src/ecr/calls/call-rate.ts';

/** 10 calls a second are published. */
function start() {
  const clock = { now: 0 };
  return { clock, rate: new CallRate(10, () => clock.now) };
}

function throttle(rate: CallRate, times: number): number[] {
  return Array.from({ length: times }, () => {
    assert(rate.throttled(rate.current));
    return rate.current.perSecond;
  });
}

/** Makes calls at its rate, all of which are let through. @returns seconds until it is full */
function recover({ clock, rate }: ReturnType<typeof start>): number {
  const began = clock.now;
  while (!rate.isFull) {
    clock.now += 1000 / rate.current.perSecond;
    rate.answered(rate.current);
  }
  return (clock.now - began) / 1000;
}

test('answers change nothing while no call is throttled', () => {
  const { rate } = start();
  for (let call = 0; call < 100; call += 1) rate.answered(rate.current);
  assert.deepEqual(rate.current, { perSecond: 10, round: 0 });
  assert(rate.isFull);
});

test('it goes down with each round of calls that is throttled, but not without end', () => {
  const { rate } = start();
  const rates = throttle(rate, 200);
  assert.deepEqual(
    rates.slice(0, 6),
    rates.slice(0, 6).toSorted((one, other) => other - one),
  );
  assert((rates[0] ?? 0) < 5);
  assert((rates[4] ?? 0) < 0.6);
  assert.equal(Math.min(...rates), 10 / 64);
});

test('one call that is throttled among many that are not lowers it little', () => {
  const { clock, rate } = start();
  throttle(rate, 3);
  for (let call = 0; call < 20; call += 1) {
    clock.now += 1000 / rate.current.perSecond;
    rate.answered(rate.current);
  }
  const before = rate.current.perSecond;
  const [after = 0] = throttle(rate, 1);
  assert(after < before);
  assert(after > 0.4 * before, `${before} ${after}`);
});

test('of calls that were sent together only the first that is throttled counts', () => {
  const { rate } = start();
  const { current } = rate;
  assert(rate.throttled(current));
  const after = rate.current;
  assert(!rate.throttled(current));
  rate.answered(current);
  assert.equal(rate.current, after);
});

for (const [times, seconds] of [
  [1, 10],
  [2, 40],
  [6, 120],
] as const) {
  test(`after ${times} throttled calls it is full again within ${seconds} s of answers`, () => {
    const started = start();
    throttle(started.rate, times);
    const taken = recover(started);
    assert(taken < seconds, `${taken} s`);
    assert.equal(started.rate.current.perSecond, 10);
  });
}
