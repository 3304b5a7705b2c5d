import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatPercent,
  formatRate,
  plural,
  shortDigest,
} from '../../src/report/format.ts';

const sizes: readonly [bytes: number, text: string][] = [
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2 - 60, '1023.9 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [10 * 1024 ** 2, '10.0 MiB'],
  [52_000 * 1024 ** 2, '50.8 GiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
  [5000 * 1024 ** 4, '5000.0 TiB'],
];

for (const [bytes, text] of sizes) {
  test(`${bytes} bytes are shown as ${text}`, () => assert.equal(formatBytes(bytes), text));
}

test('a digest is shortened to its first twelve digits', () => {
  assert.equal(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`), 'sha256:0123456789ab');
});

const durations: readonly [milliseconds: number, text: string][] = [
  [-5, '0.0 s'],
  [0, '0.0 s'],
  [49, '0.0 s'],
  [1250, '1.3 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [65_000, '1 min 5 s'],
  [119_960, '2 min 0 s'],
  [3_599_400, '59 min 59 s'],
  [3_599_960, '1 h 0 min'],
  [90 * 3_600_000, '90 h 0 min'],
];

for (const [milliseconds, text] of durations) {
  test(`${milliseconds} ms are shown as ${text}`, () => {
    assert.equal(formatDuration(milliseconds), text);
  });
}

const estimates: readonly [milliseconds: number, text: string][] = [
  [0, '1 s'],
  [1499, '1 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [64_000, '1 min'],
  [66_000, '1 min 10 s'],
  [200_400, '3 min 20 s'],
  [596_000, '10 min'],
  [1_530_000, '26 min'],
  [3_590_000, '1 h 0 min'],
  [5_000_000, '1 h 23 min'],
];

for (const [milliseconds, text] of estimates) {
  test(`about ${milliseconds} ms are shown as ${text}`, () => {
    assert.equal(formatEstimate(milliseconds), text);
  });
}

test('a rate is bytes a second', () => {
  assert.equal(formatRate(1536.4), '1.5 KiB/s');
  assert.equal(formatRate(0.4), '0 B/s');
});

test('a share is 100 % only if nothing is left', () => {
  const shares = [
    [0, 3],
    [1, 3],
    [2999, 3000],
    [3, 3],
    [0, 0],
  ] as const;
  assert.deepEqual(
    shares.map(([part, whole]) => formatPercent(part, whole)),
    ['0 %', '33 %', '99 %', '100 %', '100 %'],
  );
});

test('one of a thing is not several', () => {
  assert.deepEqual(
    [0, 1, 2].map((number) => plural(number, 'blob')),
    ['0 blobs', '1 blob', '2 blobs'],
  );
});
