import assert from 'node:assert/strict';
import { test } from 'node:test';
import { booleanWord, nearest } from '../../src/inputs/nearest.ts';

const KEYS = ['tag-mutability', 'scan-on-push', 'encryption', 'kms-key', 'repository-policy'];

const cases: readonly [text: string, words: readonly string[], expected: string | undefined][] = [
  ['Gzip', ['gzip', 'zstd', 'none'], 'gzip'],
  ['gz', ['gzip', 'zstd', 'none'], 'gzip'],
  ['zst', ['gzip', 'zstd', 'none'], 'zstd'],
  ['zsdt', ['gzip', 'zstd', 'none'], undefined],
  ['xz', ['gzip', 'zstd', 'none'], undefined],
  ['pubic', ['private', 'public'], 'public'],
  ['ecr-public', ['private', 'public'], 'public'],
  ['tagMutability', KEYS, 'tag-mutability'],
  ['scan_on_push', KEYS, 'scan-on-push'],
  ['scan', KEYS, 'scan-on-push'],
  ['encryption-type', KEYS, 'encryption'],
  ['kmskey', KEYS, 'kms-key'],
  ['repositroy-policy', KEYS, 'repository-policy'],
  ['policy', ['lifecycle-policy', 'repository-policy'], undefined],
  ['constructor', KEYS, undefined],
  // Its opposite is as near.
  ['imutable', ['MUTABLE', 'IMMUTABLE'], undefined],
  ['', KEYS, undefined],
  ['-', KEYS, undefined],
  ['x'.repeat(100_000), KEYS, undefined],
  ['truely', ['true', 'false'], 'true'],
  ['flase', ['true', 'false'], 'false'],
  ['fasle!', ['true', 'false'], 'false'],
  ['falze', ['true', 'false'], 'false'],
];

for (const [text, words, expected] of cases) {
  test(`the nearest to ${JSON.stringify(text.slice(0, 20))} is ${expected ?? 'none'}`, () => {
    assert.equal(nearest(text, words), expected);
  });
}

const words: readonly [text: string, expected: boolean | undefined][] = [
  ['True', true],
  ['yes', true],
  ['ON', true],
  ['1', true],
  ['keep', true],
  ['no', false],
  ['Off', false],
  ['0', false],
  ['drop', false],
  ['maybe', undefined],
  ['', undefined],
];

for (const [text, expected] of words) {
  test(`${JSON.stringify(text)} stands for ${String(expected ?? 'neither true nor false')}`, () => {
    assert.equal(booleanWord(text), expected);
  });
}
