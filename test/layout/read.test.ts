import assert from 'node:assert/strict';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BlobReader } from '../../src/layout/layout.ts';
import { errorCode, readAt, readWhole, statusOf, unreadable } from '../../src/layout/read.ts';
import { refused } from '../support/refused.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TEXT = '0123456789';

/** A file of ten bytes, of which each read gets no more than `most`: short reads are as good as any other. */
async function withFile(
  most: number,
  use: (file: FileHandle, path: string) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, TEXT);
  await using file = await open(path);
  const read = (target: Uint8Array, offset: number, length: number, position: number) =>
    file.read(target, offset, Math.min(length, most), position);
  await use({ read } as unknown as FileHandle, path);
}

for (const most of [1, 3, 10]) {
  for (const [position, length] of [
    [0, 0],
    [0, 1],
    [0, 10],
    [3, 4],
    [9, 1],
    [10, 0],
  ] as const) {
    test(`${length} bytes from ${position} on are read in pieces of at most ${most}`, () =>
      withFile(most, async (file, path) => {
        const target = Buffer.alloc(length);
        await readAt(file, target, position, path);
        assert.equal(target.toString(), TEXT.slice(position, position + length));
      }));
  }

  for (const [position, length, missing] of [
    [0, 11, 1],
    [9, 2, 1],
    [10, 1, 1],
    [12, 3, 3],
  ] as const) {
    test(`${length} bytes from ${position} on are ${missing} too many, in pieces of at most ${most}`, () =>
      withFile(most, async (file, path) => {
        await assert.rejects(
          readAt(file, Buffer.alloc(length), position, path),
          refused('DIGEST_MISMATCH', path, `${missing} bytes early`),
        );
      }));
  }
}

test('a file that was closed cannot be read, and the message says so', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, TEXT);
  const file = await open(path);
  await file.close();
  await assert.rejects(
    readAt(file, Buffer.alloc(1), 0, path),
    refused('LAYOUT_UNREADABLE', path, 'EBADF'),
  );
});

test('a file that was closed cannot be examined, and the message says so', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, TEXT);
  const file = await open(path);
  assert.equal((await statusOf(file, path)).size, TEXT.length);
  await file.close();
  await assert.rejects(statusOf(file, path), refused('LAYOUT_UNREADABLE', path, 'EBADF'));
});

const reasons: readonly [name: string, cause: unknown, says: string][] = [
  ['its code', Object.assign(new Error('no'), { code: 'EACCES' }), '(EACCES)'],
  ['its words, where there is no code', new Error('the disk is gone'), '(Error: the disk is gone)'],
  ['itself, where it is no error', 'gone', '(gone)'],
];

for (const [name, cause, says] of reasons) {
  test(`what the operating system refused is named by ${name}`, () => {
    const error = unreadable('layout/index.json', cause);
    refused('LAYOUT_UNREADABLE', 'layout/index.json', says)(error);
    assert.equal(error.cause, cause);
  });
}

for (const code of ['EMFILE', 'ENFILE']) {
  test(`${code} is no fault of the file`, () => {
    const cause = Object.assign(new Error('too many open files'), { code });
    const error = unreadable('layout/index.json', cause);
    refused('TOO_MANY_OPEN_FILES', 'layout/index.json', `(${code})`)(error);
    assert.equal(error.cause, cause);
  });
}

for (const [name, error, code] of [
  ['an error of the operating system', Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT'],
  ['an error whose code is a number', Object.assign(new Error(), { code: 5 }), undefined],
  ['an error without a code', new Error(), undefined],
  ['an object that is no error', { code: 'ENOENT' }, undefined],
  ['nothing', undefined, undefined],
] as const) {
  test(`the code of ${name} is ${String(code)}`, () => {
    assert.equal(errorCode(error), code);
  });
}

/** Fails the test if more is read than the size that it says. */
function readerOf(bytes: Uint8Array): BlobReader {
  return {
    location: 'layout/oci-layout',
    size: bytes.byteLength,
    read(target, position) {
      assert.equal(target.byteLength, bytes.byteLength);
      target.set(bytes.subarray(position));
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

for (const size of [0, 1, 9, 10]) {
  test(`${size} bytes are read whole under a limit of 10`, async () => {
    const bytes = new Uint8Array(Buffer.alloc(size, 'x'));
    assert.deepEqual(await readWhole(readerOf(bytes), 10), bytes);
  });
}

test('a byte over the limit is refused before anything is read', async () => {
  const reader: BlobReader = {
    ...readerOf(Buffer.alloc(11)),
    read: () => assert.fail('it was read'),
  };
  await assert.rejects(
    readWhole(reader, 10),
    refused('TOO_LARGE', 'layout/oci-layout', '11', '10'),
  );
});
