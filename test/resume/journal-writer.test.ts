import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JournalWriter } from '../../src/resume/journal-writer.ts';

/** Holds writes back until they are let go. */
class SlowFolder {
  readonly files = new Map<string, string>();
  readonly done: string[] = [];
  #held: (() => void)[] = [];
  error: Error | undefined;

  async write(file: string, bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#held.push(resolve));
    this.writeNow(file, bytes);
  }

  writeNow(file: string, bytes: Uint8Array): void {
    if (this.error !== undefined) throw this.error;
    this.files.set(file, Buffer.from(bytes).toString());
    this.done.push(Buffer.from(bytes).toString());
  }

  async remove(files: Iterable<string>): Promise<void> {
    await new Promise<void>((resolve) => this.#held.push(resolve));
    for (const file of files) this.files.delete(file);
  }

  letGo(): void {
    const held = this.#held;
    this.#held = [];
    held.forEach((resolve) => resolve());
  }

  /** Lets everything go, and what follows it. */
  async finish(writer: JournalWriter): Promise<void> {
    let isSettled = false;
    const settled = writer.settle().then(() => (isSettled = true));
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set above
    while (!isSettled) {
      this.letGo();
      await Promise.race([settled, new Promise(setImmediate)]);
    }
  }
}

function prepare() {
  const folder = new SlowFolder();
  const debugs: string[] = [];
  let firsts = 0;
  const writer = new JournalWriter({
    folder,
    onFirst: () => (firsts += 1),
    debug: (line) => void debugs.push(line),
  });
  return { folder, debugs, writer, firsts: () => firsts };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('while a file is written, only the latest of what follows is kept', async () => {
  const { folder, writer } = prepare();
  for (const text of ['1', '2', '3']) writer.put('a', bytes(text));
  await folder.finish(writer);
  assert.deepEqual(folder.done, ['1', '3']);
});

test('files do not wait for each other', async () => {
  const { folder, writer } = prepare();
  writer.put('a', bytes('a'));
  writer.put('b', bytes('b'));
  await folder.finish(writer);
  assert.deepEqual([...folder.files].sort(), [
    ['a', 'a'],
    ['b', 'b'],
  ]);
});

test('a file that is put and removed is gone', async () => {
  const { folder, writer } = prepare();
  writer.put('a', bytes('1'));
  writer.put('a', undefined);
  await folder.finish(writer);
  assert.equal(folder.files.size, 0);
});

test('before anything is written it is said, once; removals alone say nothing', async () => {
  const { folder, writer, firsts } = prepare();
  writer.put('a', undefined);
  assert.equal(firsts(), 0);
  writer.put('a', bytes('1'));
  writer.put('b', bytes('1'));
  assert.equal(firsts(), 1);
  await folder.finish(writer);
});

test('to stop writes at once what waits, and what is under way', () => {
  const { folder, writer } = prepare();
  writer.put('a', bytes('1'));
  writer.put('a', bytes('2'));
  writer.put('b', bytes('1'));
  writer.put('c', undefined);
  writer.stop();
  assert.deepEqual([...folder.files].sort(), [
    ['a', '2'],
    ['b', '1'],
  ]);
});

test('what was under way at the stop does not leave the older version', async () => {
  const { folder, writer } = prepare();
  writer.put('a', bytes('1'));
  writer.put('a', bytes('2'));
  writer.stop();
  await folder.finish(writer);
  assert.equal(folder.files.get('a'), '2');
});

test('the first failure ends the writing, with one debug line', async () => {
  const { folder, writer, debugs } = prepare();
  folder.error = new Error('ENOSPC: no space left on device');
  for (const file of ['a', 'b', 'c']) writer.put(file, bytes('1'));
  writer.put('a', bytes('2'));
  await folder.finish(writer);
  writer.put('d', bytes('1'));
  writer.stop();
  assert.deepEqual(debugs, [
    'Where uploads are is not kept any more: ENOSPC: no space left on device',
  ]);
});
