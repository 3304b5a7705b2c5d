import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatDuration, shortDigest } from '../../src/report/format.ts';

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
