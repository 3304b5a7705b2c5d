import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from '../../../src/ecr/upload/allowance.ts';

test('a layer may be sent three times, and two parts more', () => {
  const allowance = new Allowance(100);
  for (let sent = 0; sent < 320; sent += 10) assert.equal(allowance.spend(10, 10), true);
  assert.equal(allowance.spend(1, 10), false);
});

test('a layer of one part may be sent five times', () => {
  const allowance = new Allowance(10);
  const spent = Array.from({ length: 6 }, () => allowance.spend(10, 10));
  assert.deepEqual(spent, [true, true, true, true, true, false]);
});
