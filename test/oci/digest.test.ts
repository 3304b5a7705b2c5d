import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, parseDigest } from '../../src/oci/digest.ts';
import { refused } from '../support/refused.ts';

const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('the digest of nothing is the well-known one', () => {
  assert.equal(digestOf(new Uint8Array()), EMPTY);
});

test('a digest is read as it stands', () => {
  assert.equal(parseDigest(EMPTY, 'x'), EMPTY);
});

const hex = 'a'.repeat(64);
const refusals = ['', 'sha256:', hex, `SHA256:${hex}`, `sha256:${hex}0`, `sha256:${hex}/`];

for (const text of refusals) {
  test(`${JSON.stringify(text)} is no digest, and the message says where it stands`, () => {
    assert.throws(() => parseDigest(text, 'index.json'), refused('INVALID_MANIFEST', 'index.json'));
  });
}
