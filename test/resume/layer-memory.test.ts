import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, digestOf } from '../../src/oci/digest.ts';
import { OCI_LAYER_GZIP } from '../../src/oci/media-types.ts';
import { LayerMap } from '../../src/resume/layer-map.ts';
import { LayerMemory, type MapStore } from '../../src/resume/layer-memory.ts';

const digest = (text: string) => digestOf(Buffer.from(text));
const compressed = (text: string): Descriptor => ({
  mediaType: OCI_LAYER_GZIP,
  digest: digest(`compressed ${text}`),
  size: text.length,
});
const FORMAT = 'gzip-4';

function mapOf(...layers: readonly string[]): Uint8Array {
  const map = new LayerMap();
  for (const text of layers) map.add(digest(text), FORMAT, compressed(text));
  return map.toBytes();
}

/** A store in memory; an error stands for one that fails. */
class MemoryStore implements MapStore {
  readonly name: string;
  loads = 0;
  readonly saved: string[] = [];
  readonly #content: Uint8Array | Error | undefined;

  constructor(name: string, content?: Uint8Array | Error) {
    this.name = name;
    this.#content = content;
  }

  load(): Promise<Uint8Array | undefined> {
    this.loads += 1;
    if (this.#content instanceof Error) return Promise.reject(this.#content);
    return Promise.resolve(this.#content);
  }

  save(bytes: Uint8Array): Promise<void> {
    if (this.#content instanceof Error) return Promise.reject(this.#content);
    this.saved.push(Buffer.from(bytes).toString());
    return Promise.resolve();
  }
}

function memory(...stores: readonly MapStore[]) {
  const debugs: string[] = [];
  return { debugs, memory: new LayerMemory({ stores, debug: (line) => debugs.push(line) }) };
}

const all = (digests: readonly Digest[]) => Promise.resolve(new Set(digests));
const unasked = () => assert.fail('nothing is asked');

test('what is in the map is known if it is there, and only then', async () => {
  const { memory: known } = memory(new MemoryStore('near', mapOf('one', 'two')));
  const asked: (readonly Digest[])[] = [];
  const found = await known.find(
    [digest('one'), digest('two'), digest('three')],
    FORMAT,
    (wanted) => {
      asked.push(wanted);
      return Promise.resolve(new Set([compressed('two').digest]));
    },
  );
  assert.deepEqual([...found], [[digest('two'), compressed('two')]]);
  assert.deepEqual(asked, [[compressed('one').digest, compressed('two').digest]]);
});

test('what is not in the map, or of another format, is not asked for', async () => {
  const { memory: known } = memory(new MemoryStore('near', mapOf('one')));
  assert.equal((await known.find([digest('two')], FORMAT, unasked)).size, 0);
  assert.equal((await known.find([digest('one')], 'zstd-3', unasked)).size, 0);
});

test('a store is read once, when it is needed, and a farther one if the nearer lacks a layer', async () => {
  const near = new MemoryStore('near', mapOf('one'));
  const far = new MemoryStore('far', mapOf('two'));
  const { memory: known } = memory(near, far);
  assert.deepEqual([near.loads, far.loads], [0, 0]);
  assert.equal((await known.find([digest('one')], FORMAT, all)).size, 1);
  assert.deepEqual([near.loads, far.loads], [1, 0]);
  assert.equal((await known.find([digest('one'), digest('two')], FORMAT, all)).size, 2);
  assert.equal((await known.find([digest('three')], FORMAT, all)).size, 0);
  assert.deepEqual([near.loads, far.loads], [1, 1]);
});

test('what is added is known at once, and written to every store with what they had', async () => {
  const near = new MemoryStore('near', mapOf('one'));
  const far = new MemoryStore('far');
  const { memory: known } = memory(near, far);
  await known.find([digest('new')], FORMAT, all);
  known.add(digest('new'), FORMAT, compressed('new'));
  assert.equal((await known.find([digest('new')], FORMAT, all)).size, 1);
  await known.save();
  await known.save();
  const expected = [Buffer.from(mapOf('one', 'new')).toString()];
  assert.deepEqual([near.saved, far.saved], [expected, expected]);
});

test('nothing is written if nothing was added', async () => {
  const near = new MemoryStore('near', mapOf('one'));
  const { memory: known } = memory(near);
  await known.find([digest('one')], FORMAT, all);
  await known.save();
  assert.deepEqual(near.saved, []);
});

test('stores that fail, or hold what is no map, are told of and stop nothing', async () => {
  const near = new MemoryStore('near', new Error('no space'));
  const odd = new MemoryStore('odd', Buffer.from('{}'));
  const far = new MemoryStore('far', mapOf('one'));
  const { memory: known, debugs } = memory(near, odd, far);
  assert.equal((await known.find([digest('one')], FORMAT, all)).size, 1);
  known.add(digest('two'), FORMAT, compressed('two'));
  await known.save();
  assert.equal(far.saved.length, 1);
  assert.deepEqual(debugs, [
    'The map of compressed layers in near was not read: no space',
    'The map of compressed layers in odd was not read: odd: version is missing, not 1',
    'The map of compressed layers in near was not written: no space',
  ]);
});

test('what ECR fails with is thrown', async () => {
  const { memory: known } = memory(new MemoryStore('near', mapOf('one')));
  const failed = new Error('cancelled');
  await assert.rejects(
    known.find([digest('one')], FORMAT, () => Promise.reject(failed)),
    failed,
  );
});
