import assert from 'node:assert/strict';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLayout } from '../../src/layout/open-layout.ts';
import { MAX_TAR_ENTRIES } from '../../src/layout/tar-index.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER } from '../../src/oci/media-types.ts';
import { buildImage, buildIndex, jsonBytes } from '../support/image.ts';
import { refused } from '../support/refused.ts';
import { tarBytes, type TarEntry, writeTar } from '../support/tar.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { blobPath } from '../support/write-layout.ts';
import { readLayout } from './read-layout.ts';

const image = buildImage({ seed: 'tar index', layers: [{ size: 1000 }] });
const blobs: TarEntry[] = [...image.blobs].map(([digest, content]) => ({
  name: blobPath(digest),
  content,
}));
const index: TarEntry = { name: 'index.json', content: buildIndex([image]).manifest };

const folder: TarEntry = { name: 'blobs/', type: '5' };
const harmless: { name: string; entries: TarEntry[] }[] = [
  { name: 'a folder that comes twice', entries: [folder, folder, index, ...blobs] },
  {
    name: 'a folder that claims to have content',
    entries: [{ ...folder, tamper: claim100 }, index, ...blobs],
  },
  {
    name: 'names that need tidying',
    entries: [{ ...index, name: './/x/.././index.json' }, ...blobs],
  },
  {
    name: 'names that all begin with a slash',
    entries: [folder, index, ...blobs].map((entry) => ({ ...entry, name: `/${entry.name}` })),
  },
  {
    name: 'names that all begin with slashes and dots',
    entries: [folder, index, ...blobs].map((entry) => ({ ...entry, name: `//.//${entry.name}` })),
  },
  {
    name: 'a blob twice',
    entries: [...blobs, index, ...blobs],
  },
  {
    name: 'index.json twice, by two names, and three times',
    entries: [
      { ...index, name: '/index.json' },
      index,
      ...blobs,
      { ...index, name: './index.json' },
    ],
  },
  {
    name: 'a blob and a link by its name to the same content, which tar writes of a file that it is given twice',
    entries: [index, ...blobs, ...blobs.map(({ name }) => ({ name, type: '1', linkName: name }))],
  },
  {
    name: 'a link to a blob that comes again as a file',
    entries: [
      index,
      ...blobs.map((blob, at) => ({ ...blob, name: `files/${at}` })),
      ...blobs.map(({ name }, at) => ({ name, type: '1', linkName: `files/${at}` })),
      ...blobs,
    ],
  },
  {
    name: 'hard links where all names begin with a slash',
    entries: [
      { ...index, name: '/index.json' },
      ...blobs.map((blob, at) => ({ ...blob, name: `/files/${at}` })),
      ...blobs.map(({ name }, at) => ({ name: `/${name}`, type: '1', linkName: `/files/${at}` })),
    ],
  },
  {
    name: 'hard links whose targets are GNU long links',
    entries: [
      index,
      ...blobs.flatMap((blob, at): TarEntry[] => [
        { ...blob, name: longName(at), gnuLongName: true },
        { name: '././@LongLink', type: 'K', content: Buffer.from(`${longName(at)}\0`) },
        { name: blob.name, type: '1', linkName: longName(at).slice(0, 100) },
      ]),
    ],
  },
  {
    name: 'headers of the oldest format, which do not say that they are those of a tar',
    entries: [index, ...blobs].map((entry) => ({
      ...entry,
      tamper: (header: Buffer) => void header.fill(0, 257),
    })),
  },
  {
    name: 'files that are of no concern',
    entries: [{ name: 'x', content: Buffer.alloc(700) }, index, ...blobs],
  },
  {
    name: 'a file of no concern that comes twice',
    entries: [{ name: 'repositories' }, { name: 'repositories' }, index, ...blobs],
  },
  {
    name: 'an entry of an unknown type, which has content as a file has',
    entries: [{ name: 'x', type: 'Z', content: Buffer.alloc(700, 1) }, index, ...blobs],
  },
  {
    name: 'another index.json above the layout, and one at an absolute path',
    entries: [
      { ...index, name: '../index.json' },
      { ...index, name: '/index.json' },
      index,
      ...blobs,
    ],
  },
  {
    name: 'a global PAX header',
    entries: [
      { name: 'pax_global_header', type: 'g', content: Buffer.from('14 comment=ab\n') },
      index,
      ...blobs,
    ],
  },
  {
    name: 'a size in PAX, where the header says another: GHSA-j5gw-2vrg-8fgx',
    entries: [
      { name: 'x', content: Buffer.alloc(2000, 1), pax: { size: '2000' }, tamper: claim100 },
      index,
      ...blobs,
    ],
  },
  {
    name: 'a PAX header before a GNU long name, without a size',
    entries: [
      { name: 'p', type: 'x', content: Buffer.from('13 comment=a\n') },
      { ...index, gnuLongName: true },
      ...blobs,
    ],
  },
];

function longName(at: number): string {
  return `${'folder/'.repeat(20)}${at}`;
}

function claim100(header: Buffer): void {
  header.write('00000000144', 124, 'latin1');
}

for (const { name, entries } of harmless) {
  test(`a tar is read whole with ${name}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image.tar');
    await writeTar(path, entries);
    await readLayout(path);
  });
}

test('what stands behind the end of a tar is not read', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  await writeFile(path, Buffer.concat([tarBytes([index, ...blobs]), tarBytes([index])]));
  await readLayout(path);
});

for (const { name, cut } of [
  { name: 'without the blocks of zeros at its end', cut: 1024 },
  { name: 'with one of them', cut: 512 },
  { name: 'with a part of one of them', cut: 512 + 100 },
  { name: 'with one and a part', cut: 100 },
  { name: 'without the padding of its last file', cut: 1024 + 512 - 1 },
  { name: 'with a part of the padding of its last file', cut: 1024 + 100 },
]) {
  test(`a tar is read whole ${name}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image.tar');
    await writeTar(path, [index, ...blobs, { name: 'x', content: Buffer.from('x') }]);
    await using file = await open(path, 'r+');
    await file.truncate((await file.stat()).size - cut);
    await readLayout(path);
  });
}

test('a blob larger than 8 GiB is found, and what follows it too', async () => {
  const size = 9 * 1024 ** 3;
  const digest = digestOf(Buffer.from('any: it is not read'));
  const large = { name: blobPath(digest), content: { prefix: Buffer.from('start'), size } };
  for (const entry of [large, { ...large, pax: { size: String(size) }, tamper: claim100 }]) {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image.tar');
    await writeTar(path, [entry, index, ...blobs]);
    await using layout = await openLayout(path);
    await using blob = await layout.openBlob({ mediaType: OCI_LAYER, digest, size });
    const bytes = Buffer.alloc(6);
    await blob.read(bytes, 0);
    assert.equal(bytes.toString('latin1'), 'start\0');
    await blob.read(bytes, size - 6);
    assert.equal(await layout.has(image.descriptor), true);
  }
});

for (const { name, first, second, says } of [
  { name: 'sizes', first: 'one', second: 'other', says: 'twice' },
  { name: 'bytes', first: 'first', second: 'other', says: 'and they differ' },
]) {
  test(`a second blob of other ${name} is refused by its name, wherever in it they differ`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'image.tar');
    const blob = blobPath(digestOf(Buffer.from('a large blob')));
    const start = Buffer.alloc(600_000);
    await writeTar(path, [
      index,
      { name: blob, content: Buffer.concat([start, Buffer.from(first)]) },
      { name: blob, content: Buffer.concat([start, Buffer.from(second)]) },
    ]);
    await assert.rejects(openLayout(path), refused('INVALID_TAR', blob, says));
  });
}

test('a tar with more entries than the limit is refused', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  const header = tarBytes([folder]).subarray(0, 512);
  await using file = await open(path, 'w');
  for (let count = 0; count <= MAX_TAR_ENTRIES; count += 1000) {
    await file.write(Buffer.alloc(512 * 1000, header));
  }
  await assert.rejects(openLayout(path), refused('INVALID_TAR', String(MAX_TAR_ENTRIES)));
});

/** What this process has asked the system to read: https://man7.org/linux/man-pages/man5/proc_pid_io.5.html */
async function bytesRead(): Promise<number | undefined> {
  const io = await readFile('/proc/self/io', 'utf8').catch(() => '');
  const count = /^rchar: (\d+)$/m.exec(io)?.[1];
  return count === undefined ? undefined : Number(count);
}

test('a tar is opened without reading what is in its blobs', async (context) => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'image.tar');
  const layers = Array.from({ length: 100 }, (_, at) => ({
    name: blobPath(digestOf(Buffer.from(`layer ${at}`))),
    content: { prefix: Buffer.from(`layer ${at}`), size: 10 * 1024 ** 2 },
  }));
  await writeTar(path, [
    ...layers,
    { name: 'index.json', content: jsonBytes({ schemaVersion: 2, manifests: [] }) },
  ]);
  const before = await bytesRead();
  if (before === undefined) {
    context.skip('this system does not count what a process reads');
    return;
  }
  await using layout = await openLayout(path);
  const read = ((await bytesRead()) ?? Infinity) - before;
  assert.equal(layout.index.manifests.length, 0);
  assert.ok((await stat(path)).size > 1e9);
  assert.ok(read < 1e6, `${read} bytes were read`);
});
