import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeLimit, partSilence, timeLimits } from '../../../src/ecr/calls/time-limits.ts';

const GIB = 1024 ** 3;
const first = { own: undefined, attempt: 1, bytes: 0 };

for (const [call, seconds] of [
  ['BatchCheckLayerAvailability', 10],
  ['BatchGetImage', 10],
  ['InitiateLayerUpload', 10],
  ['UploadLayerPart', 12],
  ['PutImage', 20],
  ['CreateRepository', 20],
] as const) {
  test(`${call} is to be answered within ${seconds} s`, () => {
    assert.equal(timeLimits(call, first).answer, seconds * 1000);
  });
}

test('each further attempt has twice the time, up to two minutes', () => {
  const answers = [1, 2, 3, 4, 5, 50].map(
    (attempt) => timeLimits('BatchGetImage', { ...first, attempt }).answer,
  );
  assert.deepEqual(answers, [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
});

test("the caller's own limit takes the place of the usual one, and never shrinks", () => {
  assert.equal(timeLimits('BatchGetImage', { ...first, own: 3000 }).answer, 3000);
  assert.equal(timeLimits('X', { ...first, own: 3000, attempt: 2 }).answer, 6000);
  assert.equal(timeLimits('X', { ...first, own: 300_000, attempt: 9 }).answer, 300_000);
});

test('a body has the time that its size takes on a slow connection', () => {
  const { body, answer } = timeLimits('UploadLayerPart', { ...first, bytes: 14_000_000 });
  assert.equal(body, answer + 3_500_000);
});

test('to complete a layer takes a minute, and more for a large one', () => {
  assert.equal(completeLimit(0), 60_000);
  assert.equal(Math.round(completeLimit(10 * GIB) / 1000), 275);
});

test('a part may be silent for 6 s, and for twice as long at each further attempt', () => {
  assert.deepEqual([1, 2, 3].map(partSilence), [6000, 12_000, 24_000]);
});
