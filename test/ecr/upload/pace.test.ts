import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../src/ecr/upload/pace.ts';
import { PACE_WINDOW, SPARE_CORES } from '../../../src/ecr/upload/tuning.ts';

/** A pace whose clock goes as told: for so long (ms), so many cores are busy here, and so many idle on the machine. */
function paceOfClock({ tellsIdle = true } = {}) {
  let [now, cpu, idle] = [1000, 500, 300];
  const pace = new Pace({
    now: () => now,
    cpu: () => cpu,
    idle: () => (tellsIdle ? idle : undefined),
  });
  const pass = (milliseconds: number, cores: number, spare = 2): void => {
    now += milliseconds;
    cpu += milliseconds * cores;
    idle += milliseconds * spare;
  };
  return { pace, pass };
}

test('until a part has arrived, it is the network, however busy the CPU is', () => {
  const { pace, pass } = paceOfClock();
  pass(1000, 2);
  assert.equal(pace.isNetworkBound(), true);
  pace.noteSent();
  assert.equal(pace.isNetworkBound(), false);
});

for (const [cores, isNetworkBound] of [
  [0, true],
  [0.99, true],
  [1, false],
  [2, false],
] as const) {
  const bound = isNetworkBound ? 'network' : 'CPU';
  test(`while ${cores} cores are busy, it is the ${bound}`, () => {
    const { pace, pass } = paceOfClock();
    pace.noteSent();
    pass(100, cores);
    assert.equal(pace.isNetworkBound(), isNetworkBound);
  });
}

for (const [spare, isNetworkBound] of [
  [0, false],
  [SPARE_CORES - 0.01, false],
  [SPARE_CORES, true],
] as const) {
  test(`while ${spare} cores of the machine are idle, it is the ${isNetworkBound ? 'network' : 'CPU'}`, () => {
    const { pace, pass } = paceOfClock();
    pace.noteSent();
    pass(100, 0.5, spare);
    assert.equal(pace.isNetworkBound(), isNetworkBound);
  });
}

test('where the system tells nothing of its cores, what this process uses decides', () => {
  const { pace, pass } = paceOfClock({ tellsIdle: false });
  pace.noteSent();
  pass(100, 0.5, 0);
  assert.equal(pace.isNetworkBound(), true);
});

test(`what counts is what was of late, over no less than ${PACE_WINDOW} ms`, () => {
  const { pace, pass } = paceOfClock();
  pace.noteSent();
  pass(1000, 2);
  assert.equal(pace.isNetworkBound(), false);
  pass(PACE_WINDOW - 1, 0);
  assert.equal(pace.isNetworkBound(), false);
  pass(1, 0);
  assert.equal(pace.isNetworkBound(), true);
});
