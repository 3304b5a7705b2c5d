import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JournalWriter } from '../../src/resume/journal-writer.ts';

const bytes = Buffer.from('1');

function prepare(error?: Error) {
  const calls: string[] = [];
  const debugs: string[] = [];
  const call = (name: string): void => {
    calls.push(name);
    if (error !== undefined) throw error;
  };
  const writer = new JournalWriter({
    folder: {
      write: (file) => call(`write ${file}`),
      remove: (files) => call(`remove ${[...files].join(' ')}`),
    },
    onFirst: () => void calls.push('first'),
    debug: (line) => void debugs.push(line),
  });
  return { writer, calls, debugs };
}

test('before anything is written it is said, once', () => {
  const { writer, calls } = prepare();
  writer.remove(['a']);
  writer.put('a', bytes);
  writer.put('b', bytes);
  writer.remove([]);
  assert.deepEqual(calls, ['remove a', 'first', 'write a', 'write b']);
});

test('the first failure ends the writing, with one debug line', () => {
  const { writer, calls, debugs } = prepare(new Error('ENOSPC: no space left on device'));
  writer.put('a', bytes);
  writer.put('b', bytes);
  writer.remove(['a']);
  assert.deepEqual(calls, ['first', 'write a']);
  assert.deepEqual(debugs, [
    'Where uploads are is not kept any more: ENOSPC: no space left on device',
  ]);
});
