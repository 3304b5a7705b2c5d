import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifactSubject } from '../../src/oci/artifact-manifest.ts';
import { OCI_ARTIFACT_MANIFEST, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const artifact = { mediaType: OCI_ARTIFACT_MANIFEST, blobs: [], subject: { digest } };

const subjectOf = (value: unknown) => artifactSubject(Buffer.from(JSON.stringify(value)), 'where');

test('an artifact manifest says what it refers to', () => {
  assert.equal(subjectOf(artifact), digest);
});

for (const [what, value] of [
  ['an image manifest', { ...artifact, mediaType: OCI_MANIFEST }],
  ['an artifact by itself', { ...artifact, subject: undefined }],
  ['an artifact whose subject is null', { ...artifact, subject: null }],
  ['an artifact whose subject is no digest', { ...artifact, subject: { digest: '../../a' } }],
  ['a list', [artifact]],
] as const) {
  test(`it is nothing else that refers to something so: ${what}`, () => {
    assert.equal(subjectOf(value), undefined);
  });
}

test('what is no JSON is refused', () => {
  assert.throws(() => artifactSubject(Buffer.from('{'), 'where'), refused('INVALID_JSON', 'where'));
});
