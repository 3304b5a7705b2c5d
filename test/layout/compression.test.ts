import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionOf } from '../../src/layout/compression.ts';

const heads: readonly [what: string, head: Uint8Array, name: string | undefined][] = [
  ['gzip', gzipSync('x'), 'gzip'],
  ['zstd', zstdCompressSync('x'), 'zstd'],
  ['a skippable frame of zstd', Buffer.from('502a4d1804000000', 'hex'), 'zstd'],
  ['another skippable frame of zstd', Buffer.from('5f2a4d1804000000', 'hex'), 'zstd'],
  ['xz', Buffer.from('fd377a585a000004', 'hex'), 'xz'],
  ['bzip2', Buffer.from('BZh91AY&SY'), 'bzip2'],
  ['lz4', Buffer.from('04224d18644070b9', 'hex'), 'lz4'],
  ['the name of a file', Buffer.from('oci-layout'), undefined],
  ['what is no skippable frame', Buffer.from('602a4d1804000000', 'hex'), undefined],
  ['half a magic number', Buffer.from('1f', 'hex'), undefined],
  ['nothing', new Uint8Array(), undefined],
];

for (const [what, head, name] of heads) {
  test(`${what} is ${name ?? 'no compression'}`, () => {
    assert.equal(compressionOf(head)?.name, name);
  });
}

test('a head that is a part of a larger buffer is looked at from its own start', () => {
  const buffer = Buffer.concat([Buffer.alloc(10), gzipSync('x')]);
  assert.equal(compressionOf(buffer.subarray(10))?.name, 'gzip');
  assert.equal(compressionOf(buffer), undefined);
});

test('gzip and zstd can be decompressed here, the others only elsewhere', () => {
  const able = heads.flatMap(([, head, name]) =>
    compressionOf(head)?.decompress === undefined ? [] : [name],
  );
  assert.deepEqual(able, ['gzip', 'zstd', 'zstd', 'zstd']);
});
