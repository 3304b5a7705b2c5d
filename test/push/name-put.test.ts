import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, PushError } from '../../src/errors.ts';
import type { ManifestRole } from '../../src/image/graph.ts';
import { namePut } from '../../src/push/name-put.ts';

const error = (code: ErrorCode) =>
  new PushError(code, 'PutImage: refused', { hint: 'Look.', cause: new Error('AWS') });

const hints: readonly [kind: ManifestRole['kind'], place: ManifestRole['place'], hint: RegExp][] = [
  ['image', 'root', /^Look\.$/],
  ['index', 'root', /^Look\.$/],
  ['index', 'entry', /^Look\.$/],
  ['image', 'entry', /platforms.* Look\.$/],
  ['artifact', 'entry', /platforms.* Look\.$/],
  ['signature', 'entry', /platforms.* Look\.$/],
  ['attestation', 'entry', /attestations: drop.* Look\.$/],
  ['attestation', 'referrer', /referrers: false.* Look\.$/],
  ['signature', 'referrer', /referrers: false.* Look\.$/],
  ['artifact', 'referrer', /referrers: false.* Look\.$/],
];

for (const [kind, place, hint] of hints) {
  test(`the error of a put names the manifest, and how to do without: ${place} ${kind}`, () => {
    const given = error('INVALID_PARAMETER');
    const named = namePut(given, { kind, place, name: 'what it is' });
    assert.ok(named instanceof PushError);
    assert.equal(named.code, given.code);
    assert.equal(named.message, 'what it is: PutImage: refused');
    assert.match(named.hint, hint);
    assert.equal(named.cause, given.cause);
  });
}

const role: ManifestRole = { kind: 'attestation', place: 'entry', name: 'what it is' };

test('what got lost is named, and nothing left out: the next run may do better', () => {
  const named = namePut(error('UPLOAD_FAILED'), role);
  assert.ok(named instanceof PushError);
  assert.equal(named.message, 'what it is: PutImage: refused');
  assert.equal(named.hint, 'Look.');
});

test('what does not speak of the manifest stays as it is', () => {
  for (const other of [error('ACCESS_DENIED'), error('LIMIT_EXCEEDED'), new Error('a bug')])
    assert.equal(namePut(other, role), other);
});
