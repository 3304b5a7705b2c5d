import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlobSource } from '../../src/layout/blob-source.ts';
import type { BlobReader, Layout } from '../../src/layout/layout.ts';
import { SourceLayout } from '../../src/layout/source-layout.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import { OCI_CONFIG } from '../../src/oci/media-types.ts';
import { indexOf } from '../support/memory-content.ts';
import { refused } from '../support/refused.ts';
import { blobPath } from '../support/write-layout.ts';

/** Files in memory, and which of them are open. */
class MemorySource implements BlobSource {
  readonly opened: string[] = [];
  isDisposed = false;
  readonly #files: ReadonlyMap<string, Uint8Array>;

  constructor(files: readonly (readonly [string, Uint8Array])[]) {
    this.#files = new Map(files);
  }

  locationOf(file: string): string {
    return `memory: ${file}`;
  }

  sizeOf(file: string): Promise<number | undefined> {
    return Promise.resolve(this.#files.get(file)?.byteLength);
  }

  blobNames(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()].map((file) => file.split('/').at(-1) ?? ''));
  }

  open(file: string): Promise<BlobReader | undefined> {
    const bytes = this.#files.get(file);
    if (bytes === undefined) return Promise.resolve(undefined);
    this.opened.push(file);
    return Promise.resolve({
      location: this.locationOf(file),
      size: bytes.byteLength,
      read: (target: Uint8Array, position: number) => {
        target.set(bytes.subarray(position, position + target.byteLength));
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => {
        this.opened.splice(this.opened.indexOf(file), 1);
        return Promise.resolve();
      },
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

/** An index.json of no entries. */
const EMPTY = {
  bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] })),
  location: 'index.json',
};
const content = new Uint8Array(Buffer.from('{"os":"linux"}'));
const blob: Descriptor = describe(content);
const data = new Uint8Array(Buffer.from('absent'));
const absent = describe(data);

function describe(bytes: Uint8Array): Descriptor {
  return { mediaType: OCI_CONFIG, digest: digestOf(bytes), size: bytes.byteLength };
}

/** A layout of these bytes, each under the digest of a descriptor. */
function layoutOf(...blobs: readonly (readonly [Descriptor, Uint8Array])[]) {
  const source = new MemorySource(blobs.map(([{ digest }, bytes]) => [blobPath(digest), bytes]));
  return { source, layout: new SourceLayout('layout', EMPTY, source) };
}

async function readAll(layout: Layout, descriptor: Descriptor): Promise<Uint8Array> {
  await using reader = await layout.openBlob(descriptor);
  const bytes = new Uint8Array(reader.size);
  await reader.read(bytes, 0);
  return bytes;
}

test('a layout says its path and its index as it was given them', () => {
  const layout = new SourceLayout('layout', EMPTY, new MemorySource([]));
  assert.equal(layout.path, 'layout');
  assert.deepEqual(layout.index, indexOf());
  assert.equal(layout.indexBytes, EMPTY.bytes);
});

test('a blob is found by its digest, and closed when it has been read', async () => {
  const { layout, source } = layoutOf([blob, content]);
  assert.equal(await layout.has(blob), true);
  assert.deepEqual(await readAll(layout, blob), content);
  assert.deepEqual(await layout.readVerified(blob), content);
  assert.deepEqual(source.opened, []);
});

test('the blobs that lie in a layout are those whose names are digests', async () => {
  const junk: [string, Uint8Array][] = [['blobs/sha256/.DS_Store', content]];
  const source = new MemorySource([[blobPath(blob.digest), content], ...junk]);
  const layout = new SourceLayout('layout', EMPTY, source);
  assert.deepEqual(await layout.storedBlobs(), {
    blobs: [{ digest: blob.digest, size: blob.size }],
    unexamined: [],
  });
});

for (const [number, examined] of [
  [20_000, 20_000],
  [20_001, 0],
] as const) {
  test(`of ${number} blobs that lie in a layout, ${examined} are examined`, async () => {
    const hex = (at: number) => at.toString(16).padStart(64, '0');
    const files = Array.from({ length: number }, (_, at) => `blobs/sha256/${hex(at)}`);
    const source = new MemorySource(files.map((file) => [file, content]));
    const { blobs, unexamined } = await new SourceLayout('layout', EMPTY, source).storedBlobs();
    assert.equal(blobs.length, examined);
    assert.equal(unexamined.length, number - examined);
    assert.equal([...blobs.map(({ digest }) => digest), ...unexamined][1], `sha256:${hex(1)}`);
  });
}

test('a blob that is not there is missing, and the message says where it should be', async () => {
  const { layout } = layoutOf([blob, content]);
  const missing = refused('BLOB_MISSING', blobPath(absent.digest), OCI_CONFIG, '6 bytes');
  assert.equal(await layout.has(absent), false);
  await assert.rejects(layout.openBlob(absent), missing);
  await assert.rejects(layout.readVerified(absent), missing);
});

for (const size of [content.byteLength - 1, content.byteLength + 1]) {
  test(`a blob of ${content.byteLength} bytes is refused where ${size} are expected, and closed`, async () => {
    const { layout, source } = layoutOf([blob, content]);
    const wrong = refused('DIGEST_MISMATCH', blob.digest.slice(7), '14 bytes', `says ${size}`);
    await assert.rejects(layout.has({ ...blob, size }), wrong);
    await assert.rejects(layout.openBlob({ ...blob, size }), wrong);
    await assert.rejects(layout.readVerified({ ...blob, size }), wrong);
    assert.deepEqual(source.opened, []);
  });
}

test('a manifest whose bytes were changed is refused, with both digests, and closed', async () => {
  const changed = Buffer.from(content);
  changed[3] = 0x41;
  const { layout, source } = layoutOf([blob, changed]);
  await assert.rejects(
    layout.readVerified(blob),
    refused('DIGEST_MISMATCH', blobPath(blob.digest), blob.digest, digestOf(changed)),
  );
  assert.deepEqual(source.opened, []);
});

test('a layer whose bytes were changed can be opened: only all of it shows the digest', async () => {
  const changed = new Uint8Array(content.length);
  const { layout } = layoutOf([blob, changed]);
  assert.deepEqual(await readAll(layout, blob), changed);
});

test('a manifest of the largest size is read whole, and one that is larger is not', async () => {
  for (const [size, isRead] of [
    [MAX_MANIFEST_BYTES, true],
    [MAX_MANIFEST_BYTES + 1, false],
  ] as const) {
    const bytes = new Uint8Array(size);
    const large = describe(bytes);
    const { layout, source } = layoutOf([large, bytes]);
    if (isRead) assert.equal((await layout.readVerified(large)).byteLength, size);
    else {
      const tooLarge = refused('TOO_LARGE', large.digest.slice(7), `${size}`);
      await assert.rejects(layout.readVerified(large), tooLarge);
    }
    assert.equal((await readAll(layout, large)).byteLength, size);
    assert.deepEqual(source.opened, []);
  }
});

test("a blob that is not there is read from its descriptor's data", async () => {
  const inline = { ...absent, data };
  const { layout } = layoutOf();
  assert.equal(await layout.has(inline), true);
  assert.deepEqual(await readAll(layout, inline), data);
  assert.deepEqual(await layout.readVerified(inline), data);
});

test("a blob that is there is read from its file, whatever its descriptor's data", async () => {
  const { layout, source } = layoutOf([blob, content]);
  await using reader = await layout.openBlob({ ...blob, data });
  assert.equal(reader.location, source.locationOf(blobPath(blob.digest)));
});

for (const [position, length, missing] of [
  [0, 7, 1],
  [5, 2, 1],
  [6, 1, 1],
] as const) {
  test(`${length} bytes from ${position} on are ${missing} more than the data hold`, async () => {
    const { layout } = layoutOf();
    await using reader = await layout.openBlob({ ...absent, data });
    await assert.rejects(
      reader.read(new Uint8Array(length), position),
      refused('DIGEST_MISMATCH', absent.digest, `${missing} bytes early`),
    );
  });
}

test('data are read from any position', async () => {
  const { layout } = layoutOf();
  await using reader = await layout.openBlob({ ...absent, data });
  for (const [position, text] of [
    [0, 'absent'],
    [5, 't'],
    [6, ''],
  ] as const) {
    const target = Buffer.alloc(text.length);
    await reader.read(target, position);
    assert.equal(target.toString(), text);
  }
});

test('the source is closed with the layout', async () => {
  const { layout, source } = layoutOf();
  await layout[Symbol.asyncDispose]();
  assert.equal(source.isDisposed, true);
});
