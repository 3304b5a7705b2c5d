import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  BLOCK_BYTES,
  isTarStart,
  MAX_TAR_HEADER_BYTES,
  padded,
  readTarHeader,
  type TarFile,
  type TarHeader,
} from '../../src/layout/tar-header.ts';
import { refused } from '../support/refused.ts';
import { tarBytes, type TarEntry, writeTar } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface Options {
  readonly position?: number;
  /** Where the file is cut, in bytes. */
  readonly length?: number;
}

/** The header at a position of a tar of these entries. */
async function headerOf(
  entries: readonly TarEntry[],
  { position = 0, length }: Options = {},
): Promise<TarHeader | undefined> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await writeTar(path, entries);
  await using handle = await open(path, 'r+');
  if (length !== undefined) await handle.truncate(length);
  const tar: TarFile = { handle, path, size: (await handle.stat()).size };
  return await readTarHeader(tar, position);
}

const content = Buffer.alloc(700, 1);
const file = { type: 'file', linkName: '', size: 700 };

const headers: readonly [name: string, entries: TarEntry[], header: TarHeader][] = [
  [
    'a file',
    [{ name: './index.json', content }],
    { ...file, name: './index.json', contentAt: BLOCK_BYTES },
  ],
  [
    'a directory',
    [{ name: 'blobs/', type: '5' }],
    { name: 'blobs/', type: 'directory', linkName: '', size: 0, contentAt: BLOCK_BYTES },
  ],
  [
    'a link',
    [{ name: 'a', type: '1', linkName: 'b' }],
    { name: 'a', type: 'link', linkName: 'b', size: 0, contentAt: BLOCK_BYTES },
  ],
  [
    'an entry of an unknown type',
    [{ name: 'a', type: 'Z', content }],
    { name: 'a', type: null, linkName: '', size: 700, contentAt: BLOCK_BYTES },
  ],
  [
    'a name and a size in a PAX header, whatever the header itself says',
    [{ name: 'x', content, pax: { path: 'a', size: '700' }, tamper: sizeOf(1) }],
    { ...file, name: 'a', contentAt: 3 * BLOCK_BYTES },
  ],
  [
    'the target of a link in a PAX header',
    [{ name: 'a', type: '2', linkName: 'wrong', pax: { linkpath: 'b' } }],
    { name: 'a', type: 'symlink', linkName: 'b', size: 0, contentAt: 3 * BLOCK_BYTES },
  ],
  [
    'a GNU long name',
    [{ name: 'blobs/'.repeat(16), content, gnuLongName: true }],
    { ...file, name: 'blobs/'.repeat(16), contentAt: 3 * BLOCK_BYTES },
  ],
  [
    'a global header before it',
    [
      { name: 'g', type: 'g', content: Buffer.from('13 comment=a\n') },
      { name: 'a', content },
    ],
    { ...file, name: 'a', contentAt: 3 * BLOCK_BYTES },
  ],
  [
    'a size of 9 GiB, beyond what octal digits hold',
    [{ name: 'a', content: { prefix: Buffer.alloc(0), size: 9 * 1024 ** 3 } }],
    { ...file, name: 'a', size: 9 * 1024 ** 3, contentAt: BLOCK_BYTES },
  ],
];

function sizeOf(size: number): (header: Buffer) => void {
  return (header) => header.write(size.toString(8).padStart(11, '0'), 124, 'latin1');
}

for (const [name, entries, header] of headers) {
  test(`a header is read: ${name}`, async () => {
    assert.deepEqual(await headerOf(entries), header);
  });
}

test('a header is read at any position, and a block of zeros is the end', async () => {
  const entries = [{ name: 'a', content }, { name: 'b' }];
  const second = 3 * BLOCK_BYTES;
  assert.equal((await headerOf(entries, { position: second }))?.name, 'b');
  assert.equal(await headerOf(entries, { position: second + BLOCK_BYTES }), undefined);
});

test('content that is cut off does not concern the header', async () => {
  const header = await headerOf([{ name: 'a', content }], { length: BLOCK_BYTES });
  assert.equal(header?.size, 700);
});

const old = (header: Buffer): void => void header.fill(0, 257);
const header = (entry: TarEntry) => Buffer.from(tarBytes([entry]).subarray(0, BLOCK_BYTES));
const starts: readonly [name: string, block: Uint8Array, isStart: boolean][] = [
  ['a header of POSIX', header({ name: 'a' }), true],
  ['a header of POSIX with a wrong checksum', header({ name: 'a' }).fill('x', 0, 1), true],
  ['a header of the oldest format', header({ name: 'a', tamper: old }), true],
  ['that with a wrong checksum', header({ name: 'a', tamper: old }).fill('x', 0, 1), false],
  ['that without its last byte', header({ name: 'a', tamper: old }).subarray(0, -1), false],
  ['zeros', Buffer.alloc(BLOCK_BYTES), false],
  ['zeros with their checksum', header({ name: '', tamper: (bytes) => bytes.fill(0) }), false],
  ['text', Buffer.alloc(BLOCK_BYTES, 'text '), false],
  ['nothing', new Uint8Array(), false],
];

for (const [name, block, isStart] of starts) {
  test(`a tar ${isStart ? 'begins' : 'does not begin'} with ${name}`, () => {
    assert.equal(isTarStart(block), isStart);
  });
}

for (const length of [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES]) {
  test(`${length} zeros where a header could stand are the end`, async () => {
    assert.equal(await headerOf([], { length }), undefined);
  });
}

for (const length of [1, BLOCK_BYTES - 1]) {
  test(`a header of which ${length} bytes are there is cut short`, async () => {
    await assert.rejects(
      headerOf([{ name: 'a' }], { length }),
      refused('INVALID_TAR', 'image.tar', `${length} bytes`, `${BLOCK_BYTES}`),
    );
  });
}

/** A PAX header of a comment that takes so many bytes. */
function paxOf(size: number): TarEntry {
  const comment = `${size} comment=`;
  return { name: 'p', type: 'x', content: Buffer.from(`${comment.padEnd(size - 1, 'x')}\n`) };
}

test('extended headers take up to the limit, and not a block more', async () => {
  const most = MAX_TAR_HEADER_BYTES - BLOCK_BYTES;
  const header = await headerOf([paxOf(most), { name: 'a', content }]);
  assert.deepEqual(header, { ...file, name: 'a', contentAt: MAX_TAR_HEADER_BYTES + BLOCK_BYTES });
  await assert.rejects(
    headerOf([paxOf(most + 1), { name: 'a', content }]),
    refused('INVALID_TAR', 'at byte 0', `${MAX_TAR_HEADER_BYTES} bytes`),
  );
});

const damaged: readonly [name: string, entries: TarEntry[], says: string][] = [
  [
    'a size that is no number',
    [{ name: 'x', tamper: (header) => header.write('size is 8GiB', 124) }],
    'byte 0',
  ],
  ['a sparse file', [{ name: 'x', type: 'S', content }], '"x" is a sparse file'],
  [
    'a sparse file of PAX, which has its own name in a record',
    [
      {
        name: 'x',
        content,
        pax: { path: 'GNUSparseFile.1/x', 'GNU.sparse.major': '1', 'GNU.sparse.name': 'blobs/x' },
      },
    ],
    '"blobs/x" is a sparse file',
  ],
  [
    'another header between the PAX header and its own',
    [
      { name: 'p', type: 'x', content: Buffer.from('13 size=2048\n') },
      { name: 'x', gnuLongName: true, content },
    ],
    '"x" has another header',
  ],
  [
    'an extended header of no valid size',
    [{ name: 'p', type: 'x', tamper: (header) => header.fill(0xff, 124, 136) }],
    'an extended header',
  ],
  [
    'a global header that names files',
    [{ name: 'g', type: 'g', content: Buffer.from('10 path=x\n') }],
    'the global header at byte 0',
  ],
];

for (const [name, entries, says] of damaged) {
  test(`a header is refused with ${name}, and the message says which`, async () => {
    await assert.rejects(headerOf(entries), refused('INVALID_TAR', 'image.tar', says));
  });
}

for (const [size, blocks] of [
  [0, 0],
  [1, 1],
  [BLOCK_BYTES - 1, 1],
  [BLOCK_BYTES, 1],
  [BLOCK_BYTES + 1, 2],
] as const) {
  test(`${size} bytes of content take ${blocks} blocks`, () => {
    assert.equal(padded(size), blocks * BLOCK_BYTES);
  });
}
