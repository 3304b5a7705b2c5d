import assert from 'node:assert/strict';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { extract } from 'tar-stream';
import { type TarEntry, tarBytes, writeTar } from './tar.ts';
import { temporaryDirectory } from './temporary-directory.ts';

interface Read {
  readonly name: string;
  readonly type: string | null | undefined;
  readonly text: string;
}

/** What an independent reader makes of the tar. */
async function readBack(tar: Uint8Array): Promise<Read[]> {
  const entries: Read[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    entries.push({ name: entry.header.name, type: entry.header.type, text });
  }
  return entries;
}

const longName = `${'directory/'.repeat(20)}file`;
const cases: { name: string; entry: TarEntry; reads: Read }[] = [
  {
    name: 'a file',
    entry: { name: 'a', content: Buffer.from('text') },
    reads: { name: 'a', type: 'file', text: 'text' },
  },
  {
    name: 'an empty file',
    entry: { name: 'a' },
    reads: { name: 'a', type: 'file', text: '' },
  },
  {
    name: 'a file that fills its block',
    entry: { name: 'a', content: Buffer.alloc(512, 'x') },
    reads: { name: 'a', type: 'file', text: 'x'.repeat(512) },
  },
  {
    name: 'a directory',
    entry: { name: 'a/', type: '5' },
    reads: { name: 'a/', type: 'directory', text: '' },
  },
  {
    name: 'a GNU long name',
    entry: { name: longName, gnuLongName: true, content: Buffer.from('text') },
    reads: { name: longName, type: 'file', text: 'text' },
  },
  {
    name: 'a path and a size in an extended header',
    entry: { name: 'x', pax: { path: longName, size: '4' }, content: Buffer.from('text') },
    reads: { name: longName, type: 'file', text: 'text' },
  },
];

for (const { name, entry, reads } of cases) {
  test(`the tar writer: ${name}, and the entry after it`, async () => {
    const after = { name: 'after', content: Buffer.from('after') };
    assert.deepEqual(await readBack(tarBytes([entry, after])), [
      reads,
      { name: 'after', type: 'file', text: 'after' },
    ]);
  });
}

test('a tar on disk has the bytes of the tar in memory', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'a.tar');
  const entries = [
    { name: 'sparse', content: { prefix: Buffer.from('start'), size: 3000 } },
    { name: 'after', content: Buffer.from('after') },
  ];
  await writeTar(file, entries);
  assert.deepEqual(await readFile(file), tarBytes(entries));
});

test('sparse content takes no room on disk, and its size survives past 8 GiB', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'a.tar');
  const size = 9 * 2 ** 30;
  await writeTar(file, [{ name: 'sparse', content: { prefix: Buffer.from('start'), size } }]);
  const { size: length, blocks } = await stat(file);
  assert.equal(length, 512 + size + 1024);
  assert.ok(blocks * 512 < 1e6, `${blocks} blocks`);
  const header = (await firstBlock(file)).subarray(124, 136);
  assert.equal(header[0], 0x80);
  assert.equal(header.readBigUInt64BE(4), BigInt(size));
});

async function firstBlock(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const header = Buffer.alloc(512);
  await handle.read(header, 0, 512, 0);
  return header;
}
