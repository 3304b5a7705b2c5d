import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from '../../../src/ecr/calls/rate-limit.ts';

interface Clock {
  now: number;
}

/** 10 tokens a second, 3 at the start. */
function bucketAt(clock: Clock): TokenBucket {
  return new TokenBucket(10, 3, () => clock.now);
}

function take(bucket: TokenBucket, times: number): number[] {
  return Array.from({ length: times }, () => Math.round(bucket.take()));
}

test('a burst goes at once, and what follows goes at the rate', () => {
  assert.deepEqual(take(bucketAt({ now: 0 }), 6), [0, 0, 0, 100, 200, 300]);
});

test('tokens come back with time, up to the capacity', () => {
  const clock = { now: 0 };
  const bucket = bucketAt(clock);
  take(bucket, 3);
  clock.now = 100;
  assert.deepEqual(take(bucket, 2), [0, 100]);
  clock.now = 60_000;
  assert.deepEqual(take(bucket, 4), [0, 0, 0, 100]);
});

test('after a throttled call the rest of the burst is gone', () => {
  const bucket = bucketAt({ now: 0 });
  take(bucket, 1);
  bucket.drain();
  assert.deepEqual(take(bucket, 2), [100, 200]);
});

test('draining does not forgive those who wait already', () => {
  const bucket = bucketAt({ now: 0 });
  take(bucket, 5);
  bucket.drain();
  assert.deepEqual(take(bucket, 1), [300]);
});
