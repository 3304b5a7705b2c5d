import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONDITION_NAMES, CONDITIONS, RATES, ROUND_TRIPS } from './conditions.ts';
import { USAGE } from './options.ts';
import { UNLIMITED } from './sink/limits.ts';

test('a condition is over TLS when its name says so', () => {
  for (const name of CONDITION_NAMES)
    assert.equal(CONDITIONS[name].tls, name.endsWith('-tls'), name);
});

test('no two conditions are the same, nor have the same title', () => {
  // The matrix holds the usual one again, in the middle.
  const names = CONDITION_NAMES.filter((name) => name !== 'ecr-like-28mib-20ms');
  const all = names.map((name) => CONDITIONS[name]);
  const seen = all.map(({ limits, tls }) => JSON.stringify({ limits, tls }));
  assert.equal(new Set(seen).size, all.length);
  assert.equal(new Set(all.map(({ title }) => title)).size, all.length);
});

test('loopback holds nothing back', () => {
  for (const name of ['loopback', 'loopback-tls'] as const)
    assert.deepEqual(CONDITIONS[name].limits, UNLIMITED);
});

test('the conditions like ECR differ in one thing each', () => {
  const { 'ecr-like': usual, 'ecr-like-layer': layer, 'ecr-like-tls': tls } = CONDITIONS;
  assert.deepEqual({ ...layer.limits, bandwidthOf: 'wire' }, usual.limits);
  assert.deepEqual(tls.limits, usual.limits);
});

test('the middle of the matrix is like ECR, and around it rates and round trips differ', () => {
  const usual = CONDITIONS['ecr-like'].limits;
  assert.deepEqual(CONDITIONS['ecr-like-28mib-20ms'].limits, usual);
  for (const rate of RATES)
    for (const trip of ROUND_TRIPS) {
      const { limits } = CONDITIONS[`ecr-like-${rate}mib-${trip}ms`];
      const expected = { ...usual, bandwidth: rate * 1024 ** 2, requestLatency: trip };
      assert.deepEqual(limits, expected);
    }
});

test('the help names every condition', () => {
  for (const name of CONDITION_NAMES) assert.ok(USAGE.includes(name), name);
});
