import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobFile } from '../../src/layout/blob-source.ts';
import { digestOf } from '../../src/oci/digest.ts';

test('a blob is in the folder of its algorithm', () => {
  assert.equal(
    blobFile(digestOf(new Uint8Array())),
    'blobs/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});
