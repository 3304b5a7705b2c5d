import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoted } from '../../src/layout/quoted.ts';

for (const [path, expected] of [
  ['out/image-1.0_a.tar', 'out/image-1.0_a.tar'],
  ['my image.tar', "'my image.tar'"],
  ["it's", `'it'\\''s'`],
  ['$(id)', "'$(id)'"],
  ['', "''"],
] as const) {
  test(`a shell takes ${expected} for ${JSON.stringify(path)}`, () => {
    assert.equal(quoted(path), expected);
  });
}
