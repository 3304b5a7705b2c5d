import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MadeSource } from '../../src/layout/made-source.ts';
import { MemoryReader } from '../../src/layout/memory-reader.ts';

const BLOB = `blobs/sha256/${'a'.repeat(64)}` as const;

function made() {
  const disposed: string[] = [];
  const source = new MadeSource('app.tar', {
    [Symbol.asyncDispose]: () => Promise.resolve(void disposed.push('resources')),
  });
  return { source, disposed };
}

test('files are where they were put: opened only when they are asked for, each time anew', async () => {
  const { source } = made();
  let opened = 0;
  const open = () => {
    opened += 1;
    return Promise.resolve(new MemoryReader(Buffer.from('123'), 'there'));
  };
  source.put(BLOB, { location: 'there', size: 3, open });
  assert.equal(await source.sizeOf(BLOB), 3);
  assert.equal(source.locationOf(BLOB), 'there');
  assert.equal(opened, 0);
  await source.open(BLOB);
  assert.equal((await source.open(BLOB))?.size, 3);
  assert.equal(opened, 2);
});

test('bytes are files too, located as in the layout or as they say', async () => {
  const { source } = made();
  source.putBytes('index.json', Buffer.from('{}'));
  source.putBytes(BLOB, Buffer.from('config'), 'app.tar: config.json');
  assert.equal(source.locationOf('index.json'), 'app.tar: index.json');
  assert.equal((await source.open('index.json'))?.size, 2);
  assert.equal((await source.open(BLOB))?.location, 'app.tar: config.json');
});

test('what was not put is not there', async () => {
  const { source } = made();
  assert.equal(await source.open('oci-layout'), undefined);
  assert.equal(await source.sizeOf(BLOB), undefined);
  assert.equal(source.locationOf(BLOB), `app.tar: ${BLOB}`);
});

test('what its files need ends with it', async () => {
  const { source, disposed } = made();
  await source[Symbol.asyncDispose]();
  assert.deepEqual(disposed, ['resources']);
});
