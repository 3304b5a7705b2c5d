import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartBuffers } from '../../../src/ecr/upload/memory.ts';
import { PartEngine } from '../../../src/ecr/upload/take-part.ts';

const repository = { registryId: undefined, repositoryName: 'team/app' };
const { signal } = new AbortController();

/** What of its layer the part is, and what there is of it. */
const source = (size: number) => ({ size, read: () => Promise.resolve() });
const partAt = (firstByte: number) => ({ uploadId: 'any', firstByte, size: 100 });

test('of the parts that wait for memory, the one whose layer has most left is the first', async () => {
  const buffers = new PartBuffers(300);
  const held = await buffers.acquire(300, 0, signal);
  const pace = { noteSent: () => undefined, isNetworkBound: () => false };
  const engine = new PartEngine({ buffers, pace });
  const ready: string[] = [];
  const prepare = async (name: string, firstByte: number, layerSize: number): Promise<void> => {
    const part = await engine.prepare(repository, partAt(firstByte), source(layerSize), signal);
    ready.push(name);
    part.end();
  };
  const all = [
    prepare('the end of a large layer', 9000, 9100),
    prepare('a small layer', 0, 500),
    prepare('the middle of a large layer', 5000, 9100),
  ];
  held.release();
  await Promise.all(all);
  assert.deepEqual(ready, [
    'the middle of a large layer',
    'a small layer',
    'the end of a large layer',
  ]);
});

test('a part that was sent or discarded is told to the pace, and one that is encoded is not', async () => {
  let sent = 0;
  const pace = { noteSent: () => (sent += 1), isNetworkBound: () => true };
  const engine = new PartEngine({ buffers: new PartBuffers(), pace });
  const part = await engine.prepare(repository, partAt(0), source(100), signal);
  assert.equal(sent, 0);
  part.end();
  assert.equal(sent, 1);
});
