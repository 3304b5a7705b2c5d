import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overlay } from '../../src/image/content.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { MemoryContent, rawBlob } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

const made = Buffer.from('{"manifests":[]}');
const below = rawBlob(OCI_MANIFEST, Buffer.from('below'));

test('what is added is described by its own bytes', () => {
  assert.deepEqual(new Overlay(new MemoryContent()).add(OCI_INDEX, made), {
    mediaType: OCI_INDEX,
    digest: digestOf(made),
    size: made.byteLength,
  });
});

test('the size of what is added is in bytes, not in characters', () => {
  const bytes = Buffer.from('"é"');
  assert.equal(new Overlay(new MemoryContent()).add(OCI_INDEX, bytes).size, 4);
});

test('what is added is there, and is read without asking the layout', async () => {
  const content = new MemoryContent();
  const overlay = new Overlay(content);
  const descriptor = overlay.add(OCI_INDEX, made);
  assert.equal(await overlay.has(descriptor), true);
  assert.equal(await overlay.readVerified(descriptor), made);
  assert.deepEqual(content.reads, []);
});

test('everything else is what the layout holds', async () => {
  const content = new MemoryContent(below);
  const overlay = new Overlay(content);
  overlay.add(OCI_INDEX, made);
  assert.equal(await overlay.has(below.descriptor), true);
  assert.equal(await overlay.readVerified(below.descriptor), below.manifest);
  assert.deepEqual(content.reads, [below.descriptor.digest]);
});

test('what neither has is missing', async () => {
  const overlay = new Overlay(new MemoryContent());
  assert.equal(await overlay.has(below.descriptor), false);
  await assert.rejects(overlay.readVerified(below.descriptor), refused('BLOB_MISSING'));
});

test('the same bytes added twice are one', async () => {
  const overlay = new Overlay(new MemoryContent());
  const first = overlay.add(OCI_INDEX, made);
  const second = overlay.add(OCI_INDEX, Buffer.from(made));
  assert.deepEqual(first, second);
  assert.deepEqual(await overlay.readVerified(first), Buffer.from(made));
});
