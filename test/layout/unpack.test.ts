import assert from 'node:assert/strict';
import { open, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { PushError } from '../../src/errors.ts';
import { compressionOf } from '../../src/layout/compression.ts';
import { growthBound } from '../../src/layout/growth-bound.ts';
import { unpackTar, type UnpackOptions } from '../../src/layout/unpack.ts';
import { seededBytes } from '../support/random.ts';
import { refused } from '../support/refused.ts';
import { tarBytes } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const tar = Buffer.from(
  tarBytes([
    { name: 'index.json', content: Buffer.from('{}') },
    { name: 'noise', content: seededBytes('noise', 3_000_000) },
    { name: 'zeros', content: Buffer.alloc(2_000_000) },
  ]),
);
const half = tar.length / 2;

/** Bytes that no decompressor passes over: https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md#skippable-frames */
const skippable = Buffer.from('502a4d180400000001020304', 'hex');

const streams: Readonly<Record<string, Uint8Array>> = {
  gzip: gzipSync(tar),
  zstd: zstdCompressSync(tar, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  'two members of gzip': Buffer.concat([
    gzipSync(tar.subarray(0, half)),
    gzipSync(tar.subarray(half)),
  ]),
  'two members of gzip, of which one ends where the file is read on': Buffer.concat([
    memberOf(tar.subarray(0, 2048), 65_536),
    gzipSync(tar.subarray(2048)),
  ]),
  'gzip with zeros behind it': Buffer.concat([gzipSync(tar), Buffer.alloc(100)]),
  'two frames of zstd': Buffer.concat([
    zstdCompressSync(tar.subarray(0, half)),
    zstdCompressSync(tar.subarray(half)),
  ]),
  'frames of zstd between such as are skipped': Buffer.concat([
    skippable,
    zstdCompressSync(tar.subarray(0, half)),
    skippable,
    zstdCompressSync(tar.subarray(half)),
  ]),
  'gzip in members of which the first are shorter than a block of tar': Buffer.concat([
    gzipSync(tar.subarray(0, 100)),
    gzipSync(tar.subarray(100, 300)),
    gzipSync(tar.subarray(300)),
  ]),
};

/** A member of gzip that is made longer with an extra field: https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1.1 */
function memberOf(bytes: Uint8Array, length: number): Buffer {
  const member = gzipSync(bytes);
  member.writeUInt8(4, 3);
  const extra = Buffer.alloc(length - member.length);
  extra.writeUInt16LE(extra.length - 2);
  return Buffer.concat([member.subarray(0, 10), extra, member.subarray(10)]);
}

interface Unpacking {
  /** The file that was unpacked. */
  readonly path: string;
  /** The folder for temporary files. */
  readonly temporary: string;
  readonly notices: readonly string[];
}

type Use = (bytes: Buffer, unpacking: Unpacking) => Promise<void> | void;

/** Unpacks a file of this content and hands what came out to `use`; nothing may be left in the end. */
async function unpacking(
  content: Uint8Array,
  use: Use = () => assert.fail('it was unpacked'),
  { boundOf, ...options }: UnpackOptions & { readonly boundOf?: typeof growthBound } = {},
): Promise<void> {
  await using directory = await temporaryDirectory();
  await using temporary = await temporaryDirectory();
  const path = join(directory.path, 'image.tar.gz');
  await writeFile(path, content);
  await using handle = await open(path);
  const compression = compressionOf(content);
  assert.ok(compression);
  const notices: string[] = [];
  const given = {
    temporary: temporary.path,
    tell: (notice: string) => void notices.push(notice),
    ...options,
  };
  try {
    const file = { handle, path, size: content.byteLength };
    await using unpacked = await unpackTar(file, compression, given, boundOf);
    const bytes = Buffer.alloc(unpacked.tar.size);
    await unpacked.tar.handle.read(bytes, 0, bytes.length, 0);
    assert.equal(unpacked.tar.path, path);
    await use(bytes, { path, temporary: temporary.path, notices });
  } finally {
    assert.deepEqual(await readdir(temporary.path), []);
    await handle.stat();
  }
}

for (const [name, content] of Object.entries(streams)) {
  test(`${name} is unpacked into the temporary folder, and gone at the end`, () =>
    unpacking(content, async (bytes, { temporary }) => {
      assert.ok(bytes.equals(tar));
      assert.equal((await readdir(temporary)).length, 1);
    }));

  test(`${name}: the notice says both sizes, in one line`, () =>
    unpacking(content, (_, { path, temporary, notices }) => {
      const sizes = [content, tar].map(({ length }) => `${length.toLocaleString('en')} bytes`);
      const format = name.includes('gzip') ? 'gzip' : 'zstd';
      const said = `unpacked ${path} (${format}): ${sizes.join(' became ')} in ${temporary}/`;
      assert.equal(notices.length, 1);
      assert.ok(notices[0]?.startsWith(said), notices[0]);
    }));
}

for (const name of ['gzip', 'zstd']) {
  const content = Buffer.from(streams[name] ?? '');

  for (const [what, length] of [
    ['in its middle', Math.floor(content.length / 2)],
    ['in its last bytes', content.length - 2],
    ['within its header', 5],
  ] as const) {
    test(`${name} that is cut off ${what} is refused, with the byte`, () =>
      assert.rejects(
        unpacking(content.subarray(0, length)),
        refused('INVALID_TAR', 'image.tar.gz', 'cut short', name, `byte ${length}`),
      ));
  }

  // Without a checksum, zstd cannot know: then it is the digests of what is in the tar that tell.
  test(`${name} with a bit flipped is refused, or its tar is as it was`, async () => {
    for (let at = 20; at < content.length; at += Math.floor(content.length / 10)) {
      const damaged = Buffer.from(content);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
      await unpacking(damaged, (bytes) => assert.ok(bytes.equals(tar), String(at))).catch(
        (error: unknown) => refused('INVALID_TAR', 'image.tar.gz')(error),
      );
    }
  });
}

test('a checksum that is wrong is refused, with the byte', async () => {
  const content = Buffer.from(gzipSync(tar));
  content.writeUInt8(content.readUInt8(content.length - 8) ^ 1, content.length - 8);
  await assert.rejects(unpacking(content), (error) => {
    refused('INVALID_TAR', 'damaged', 'gzip', 'Z_DATA_ERROR')(error);
    const [, byte = ''] = /from byte (\d+) /.exec(String(error)) ?? [];
    const [from, to] = [content.length - 65_536, content.length];
    assert.ok(Number(byte) > from && Number(byte) <= to, String(error));
    return true;
  });
});

for (const [name, content] of [
  ['nothing', Buffer.alloc(0)],
  ['less than a block', Buffer.from('hello')],
  ['zeros', Buffer.alloc(1_000_000)],
  ['another compressed file', gzipSync(tar)],
] as const) {
  for (const compress of [gzipSync, zstdCompressSync]) {
    test(`${name} by ${compress.name} is refused as what holds no tar`, () =>
      assert.rejects(
        unpacking(compress(content)),
        refused('NOT_A_LAYOUT', 'image.tar.gz', 'but holds no tar'),
      ));
  }
}

const bound: typeof growthBound = () => ({ bytes: tar.length, reason: 'the limit of this test' });

test('what unpacks to the bound is taken, and a byte more is refused', async () => {
  await unpacking(gzipSync(tar), (bytes) => assert.equal(bytes.length, tar.length), {
    boundOf: bound,
  });
  await assert.rejects(
    unpacking(gzipSync(Buffer.concat([tar, Buffer.alloc(1)])), undefined, { boundOf: bound }),
    (error) => {
      refused('TOO_LARGE', `more than ${tar.length} bytes`, 'the limit of this test')(error);
      assert.ok(error instanceof PushError);
      assert.match(error.hint, /gunzip -c .*image\.tar\.gz > .*image\.tar/);
      return true;
    },
  );
});

test('a tar that grows a thousandfold is stopped at its bound, and the rest is not written', async () => {
  const header = tar.subarray(0, 512);
  const bomb = gzipSync(Buffer.concat([header, Buffer.alloc(64 * 1024 ** 2)]));
  const packed: number[] = [];
  const boundOf: typeof growthBound = (bytes) => {
    packed.push(bytes);
    return { bytes: bytes * 100, reason: 'a hundred times its size' };
  };
  await assert.rejects(
    unpacking(bomb, undefined, { boundOf }),
    refused('TOO_LARGE', `${bomb.length * 100} bytes`, 'a hundred times its size'),
  );
  assert.deepEqual(packed, [bomb.length]);
});

test('a signal stops it with its own reason, and nothing is left', async () => {
  const reason = new PushError('CANCELLED', 'The step was cancelled (SIGTERM)');
  const controller = new AbortController();
  const boundOf: typeof growthBound = () => {
    queueMicrotask(() => controller.abort(reason));
    return { bytes: Infinity, reason: '' };
  };
  await assert.rejects(
    unpacking(streams['gzip'] ?? tar, undefined, { boundOf, signal: controller.signal }),
    (error) => error === reason,
  );
});

test('a signal that came before lets nothing begin', async () => {
  const reason = new PushError('CANCELLED', 'The step was cancelled (SIGTERM)');
  const signal = AbortSignal.abort(reason);
  await assert.rejects(
    unpacking(streams['gzip'] ?? tar, undefined, { signal }),
    (error) => error === reason,
  );
});

test('a temporary folder that is not there is named', async () => {
  await assert.rejects(
    unpacking(streams['gzip'] ?? tar, undefined, { temporary: '/gone/folder' }),
    refused('LAYOUT_UNREADABLE', 'image.tar.gz', '/gone/folder', 'ENOENT'),
  );
});

test('what the disk has free is the bound if that is less', async () => {
  await assert.rejects(
    unpacking(streams['gzip'] ?? tar, undefined, { boundOf: (packed) => growthBound(packed, 512) }),
    (error) => {
      refused('DISK_FULL', 'more than 512 bytes', 'all that the disk has free', tmpdir())(error);
      assert.ok(error instanceof PushError);
      assert.match(
        error.hint,
        /^Free some space on the disk of RUNNER_TEMP\. A layout in a directory/,
      );
      return true;
    },
  );
});
