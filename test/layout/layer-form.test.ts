import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionOf } from '../../src/layout/compression.ts';
import { examineLayer, formOf, type LayerForm } from '../../src/layout/layer-form.ts';
import { MemoryReader } from '../../src/layout/memory-reader.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { seededBytes } from '../support/random.ts';
import { refused } from '../support/refused.ts';
import { tarBytes } from '../support/tar.ts';

const { signal } = new AbortController();
const tar = tarBytes([{ name: 'file', content: seededBytes('file', 2_500_000) }]);
const reader = (bytes: Uint8Array) => new MemoryReader(bytes, 'app.tar: layer.tar');

const layers: readonly [what: string, bytes: Uint8Array, form: LayerForm, tar: Uint8Array][] = [
  ['a tar', tar, 'none', tar],
  ['gzip', gzipSync(tar), 'gzip', tar],
  [
    'gzip in two members',
    Buffer.concat([gzipSync(tar), gzipSync(tar)]),
    'gzip',
    Buffer.concat([tar, tar]),
  ],
  ['zstd', zstdCompressSync(tar), 'zstd', tar],
  ['no bytes', new Uint8Array(), 'none', new Uint8Array()],
  ['the start of a magic number', Buffer.from([0x1f, 0x8b]), 'none', Buffer.from([0x1f, 0x8b])],
];

for (const [what, bytes, form, uncompressed] of layers) {
  test(`a layer of ${what} is ${form}, and has the digest of its bytes and of its content`, async () => {
    const layer = reader(bytes);
    assert.equal(await formOf(layer), form);
    assert.deepEqual(await examineLayer(layer, form, { signal }), {
      digest: digestOf(bytes),
      diffId: digestOf(uncompressed),
    });
  });
}

for (const hex of ['fd377a585a000004', '425a6839314159265359', '04224d18644070b9']) {
  const head = Buffer.from(hex, 'hex');
  const compression = compressionOf(head);
  test(`a layer of ${compression?.name} is that, and a tar whose first name begins like it is a tar`, async () => {
    assert.ok(compression);
    assert.equal(await formOf(reader(head)), compression);
    const alike = Buffer.from(tar);
    head.copy(alike);
    assert.equal(await formOf(reader(alike)), 'none');
  });
}

for (const [form, bytes] of [
  ['gzip', gzipSync(tar)],
  ['zstd', zstdCompressSync(tar)],
] as const) {
  test(`${form} that is cut short is refused, and the message says which file`, async () => {
    await assert.rejects(
      examineLayer(reader(bytes.subarray(0, -9)), form, { signal }),
      refused('DIGEST_MISMATCH', 'app.tar: layer.tar', form),
    );
  });

  test(`${form} that grows beyond the limit is refused`, async () => {
    const limit = tar.byteLength;
    await examineLayer(reader(bytes), form, { signal, limit });
    await assert.rejects(
      examineLayer(reader(bytes), form, { signal, limit: limit - 1 }),
      refused('TOO_LARGE', 'app.tar: layer.tar', String(limit - 1)),
    );
  });
}

for (const form of ['none', 'gzip'] as const) {
  test(`${form}: it ends with the reason of its signal`, async () => {
    const reason = new Error('cancelled');
    const aborted = AbortSignal.abort(reason);
    const layer = reader(form === 'none' ? tar : gzipSync(tar));
    await assert.rejects(examineLayer(layer, form, { signal: aborted }), reason);
  });
}
