import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { JoinedContent } from '../../src/layout/joined-content.ts';
import type { Layout } from '../../src/layout/layout.ts';
import type { Descriptor, StoredBlobs } from '../../src/oci/descriptor.ts';
import { OCI_CONFIG } from '../../src/oci/media-types.ts';
import type { Graph } from '../support/image.ts';
import { indexOf, MemoryContent, rawBlob } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';

/** A layout in memory that counts what it is asked for, and whose errors name it. */
class MemoryLayout extends MemoryContent implements Layout {
  readonly path: string;
  readonly index = indexOf();
  readonly indexBytes = new Uint8Array();
  asked = 0;

  constructor(path: string, ...blobs: readonly Graph[]) {
    super(...blobs);
    this.path = path;
  }

  override has(descriptor: Descriptor): Promise<boolean> {
    this.asked++;
    return super.has(descriptor);
  }

  override async readVerified(descriptor: Descriptor): Promise<Uint8Array> {
    if (await super.has(descriptor)) return super.readVerified(descriptor);
    throw new PushError('BLOB_MISSING', `${this.path}: ${descriptor.digest} is missing`);
  }

  storedBlobs(): Promise<StoredBlobs> {
    return Promise.resolve({ blobs: [], unexamined: [] });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

const blob = (text: string) => rawBlob(OCI_CONFIG, Buffer.from(text));
const [a, b, both, none] = [blob('a'), blob('b'), blob('both'), blob('none')];

function joined() {
  const [first, second] = [new MemoryLayout('first', a, both), new MemoryLayout('second', b, both)];
  return { content: new JoinedContent(first, second), first, second };
}

test('what any of the layouts holds is there', async () => {
  const { content } = joined();
  assert.equal(await content.has(a.descriptor), true);
  assert.equal(await content.has(b.descriptor), true);
  assert.equal(await content.has(none.descriptor), false);
});

test('each blob is read from the layout that holds it', async () => {
  const { content, first, second } = joined();
  assert.deepEqual(await content.readVerified(a.descriptor), a.manifest);
  assert.deepEqual(await content.readVerified(b.descriptor), b.manifest);
  assert.deepEqual([first.reads, second.reads], [[a.descriptor.digest], [b.descriptor.digest]]);
  await using reader = await content.openBlob(b.descriptor);
  assert.equal(reader.size, b.descriptor.size);
});

test('what several layouts hold is read from the first of them, and the others are not asked', async () => {
  const { content, first, second } = joined();
  await content.readVerified(both.descriptor);
  assert.deepEqual([first.reads, second.reads], [[both.descriptor.digest], []]);
  assert.equal(second.asked, 0);
});

test('what none of the layouts holds is missing from the first', async () => {
  const { content } = joined();
  await assert.rejects(content.readVerified(none.descriptor), refused('BLOB_MISSING', 'first'));
  await assert.rejects(content.openBlob(none.descriptor), refused('BLOB_MISSING'));
});

test('a layout alone is read without asking it first', async () => {
  const only = new MemoryLayout('only', a);
  const content = new JoinedContent(only);
  assert.deepEqual(await content.readVerified(a.descriptor), a.manifest);
  await assert.rejects(content.readVerified(b.descriptor), refused('BLOB_MISSING', 'only'));
  assert.equal(only.asked, 0);
  assert.equal(await content.has(a.descriptor), true);
});

test('a blob that a layout holds in another size is refused, not looked for in the next', async () => {
  const { content, first } = joined();
  first.has = () =>
    Promise.reject(new PushError('DIGEST_MISMATCH', 'first: it is of another size'));
  await assert.rejects(content.has(both.descriptor), refused('DIGEST_MISMATCH', 'first'));
  await assert.rejects(content.openBlob(both.descriptor), refused('DIGEST_MISMATCH', 'first'));
});
