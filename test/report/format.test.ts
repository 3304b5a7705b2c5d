import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, shortDigest } from '../../src/report/format.ts';

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
