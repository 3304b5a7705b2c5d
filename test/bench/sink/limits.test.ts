import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Carries, type Limits, Line, Pace, STRETCH_BYTES, UNLIMITED } from './limits.ts';

/** When a body of so many bytes may be answered, of a client that always has more to send (ms). */
function answeredAfter(bytes: number, carries: Carries, limits: Limits): number {
  let now = 1000;
  const pace = new Pace(limits, carries, now);
  for (let left = bytes; left > 0; left -= 65_536) {
    now += pace.holdAfter(Math.min(left, 65_536), now);
  }
  return Math.round(now + pace.answerDelay(now) - 1000);
}

const MIB = 1024 * 1024;
const SLOW: Limits = { ...UNLIMITED, bandwidth: 10 * MIB };
const LATE: Limits = { ...UNLIMITED, requestLatency: 20, partLatency: 150 };

const cases: { title: string; bytes: number; carries: Carries; limits: Limits; ms: number }[] = [
  {
    title: 'without limits nothing waits',
    bytes: 50 * MIB,
    carries: 'part',
    limits: UNLIMITED,
    ms: 0,
  },
  {
    title: 'bandwidth is bytes a second',
    bytes: 5 * MIB,
    carries: 'stream',
    limits: SLOW,
    ms: 500,
  },
  {
    title: 'bandwidth of layer bytes is three quarters of a part',
    bytes: 4 * MIB,
    carries: 'part',
    limits: { ...SLOW, bandwidthOf: 'layer' },
    ms: 300,
  },
  {
    title: 'bandwidth of layer bytes is all of a raw stream',
    bytes: 4 * MIB,
    carries: 'stream',
    limits: { ...SLOW, bandwidthOf: 'layer' },
    ms: 400,
  },
  { title: 'a request waits once', bytes: 100, carries: 'no-layer', limits: LATE, ms: 20 },
  {
    title: 'a part waits as a request and as a part',
    bytes: 100,
    carries: 'part',
    limits: LATE,
    ms: 170,
  },
  {
    title: 'a part waits once, however large',
    bytes: 2.5 * STRETCH_BYTES,
    carries: 'part',
    limits: LATE,
    ms: 170,
  },
  {
    title: 'a small stream waits for one stretch',
    bytes: 1,
    carries: 'stream',
    limits: LATE,
    ms: 170,
  },
  {
    title: 'a whole stretch waits once',
    bytes: STRETCH_BYTES,
    carries: 'stream',
    limits: LATE,
    ms: 170,
  },
  {
    title: 'each begun stretch waits',
    bytes: 2.5 * STRETCH_BYTES,
    carries: 'stream',
    limits: LATE,
    ms: 470,
  },
  {
    title: 'an empty stream waits for no stretch',
    bytes: 0,
    carries: 'stream',
    limits: LATE,
    ms: 20,
  },
];
for (const { title, bytes, carries, limits, ms } of cases) {
  test(title, () => {
    assert.equal(answeredAfter(bytes, carries, limits), ms);
  });
}

test('time in which the client sent nothing is not saved up', () => {
  const pace = new Pace(SLOW, 'stream', 0);
  pace.holdAfter(65_536, 0);
  const hold = pace.holdAfter(10 * MIB, 5000);
  assert.ok(hold > 980 && hold <= 1000, String(hold));
});

test('a part is worked upon from its end on, however long that took to come', () => {
  const pace = new Pace({ ...SLOW, ...LATE, bandwidth: 10 * MIB }, 'part', 0);
  pace.holdAfter(MIB, 0);
  pace.holdAfter(100, 60_000);
  assert.equal(pace.answerDelay(60_000), 170);
});

test('a line carries the bytes of all connections one after another', () => {
  const limits = { ...UNLIMITED, sharedBandwidth: 10 * MIB };
  const line = new Line(limits);
  const one = new Pace(limits, 'part', 1000, line);
  const two = new Pace(limits, 'part', 1000, line);
  assert.equal(one.holdAfter(MIB, 1000), 90);
  assert.equal(two.holdAfter(MIB, 1000), 190);
  assert.equal(one.holdAfter(MIB, 1090), 200);
  assert.equal(two.answerDelay(1190), 0);
});

test('a connection of a shared line has its own rate, too', () => {
  const limits = { ...SLOW, sharedBandwidth: 20 * MIB };
  const line = new Line(limits);
  const holds = [1, 2, 3].map(() => new Pace(limits, 'part', 1000, line).holdAfter(MIB, 1000));
  assert.deepEqual(holds, [100, 100, 140]);
});
