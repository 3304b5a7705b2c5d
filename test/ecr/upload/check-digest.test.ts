import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLocalDigest } from '../../../src/ecr/upload/check-digest.ts';
import { HASH_CHUNK_BYTES } from '../../../src/ecr/upload/tuning.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { layerOf, MemoryBlob } from '../../support/memory-layer.ts';
import { seededBytes } from '../../support/random.ts';
import { refused } from '../../support/refused.ts';

const { signal } = new AbortController();

for (const size of [1, HASH_CHUNK_BYTES, 2 * HASH_CHUNK_BYTES + 1]) {
  test(`a file of ${size} bytes that is what its digest says is sound`, async () => {
    const content = seededBytes('layer', size);
    await using blob = await new MemoryBlob(content).open();
    await checkLocalDigest(layerOf(content), blob, signal);
  });
}

test('a file that is another is named, with both digests', async () => {
  const [content, other] = [seededBytes('layer', 100), seededBytes('other', 100)];
  await using blob = await new MemoryBlob(other).open();
  await assert.rejects(
    checkLocalDigest(layerOf(content), blob, signal),
    refused('DIGEST_MISMATCH', blob.location, digestOf(content), digestOf(other)),
  );
});

test('an abort ends the check', async () => {
  const content = seededBytes('layer', 100);
  await using blob = await new MemoryBlob(content).open();
  const reason = new Error('stop');
  await assert.rejects(checkLocalDigest(layerOf(content), blob, AbortSignal.abort(reason)), reason);
});
