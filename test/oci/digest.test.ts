import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, isDigest, parseDigest } from '../../src/oci/digest.ts';
import { refused } from '../support/refused.ts';

const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('the digest of nothing is the well-known one', () => {
  assert.equal(digestOf(new Uint8Array()), EMPTY);
});

test('a digest is read as it stands', () => {
  assert.equal(parseDigest(EMPTY, 'x'), EMPTY);
  assert.equal(isDigest(EMPTY), true);
});

const hex = 'a'.repeat(64);
const refusals = [
  '',
  'sha256:',
  hex,
  `SHA256:${hex}`,
  `sha256:${hex.toUpperCase()}`,
  `sha256:${hex.slice(1)}`,
  `sha256:${hex}a`,
  `sha256:${hex}\n`,
  ` sha256:${hex}`,
  `sha512:${hex}${hex}`,
  'sha256:../../../../etc/passwd',
  `sha256:/${hex.slice(1)}`,
];

for (const text of refusals) {
  test(`${JSON.stringify(text)} is no digest, and the message says where it stands`, () => {
    assert.equal(isDigest(text), false);
    assert.throws(
      () => parseDigest(text, 'index.json'),
      refused('INVALID_MANIFEST', 'index.json', JSON.stringify(text)),
    );
  });
}

test('a text that is no digest is cut in the message', () => {
  assert.throws(
    () => parseDigest('x'.repeat(10_000), 'index.json'),
    (error: unknown) => error instanceof Error && error.message.length < 300,
  );
});
