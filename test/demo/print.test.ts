import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asShown, claim, tableLines } from './print.ts';

test('columns are as wide as their widest cell, and numbers stand to the right', () => {
  const lines = tableLines(
    ['blob', 'size', 'what it is'],
    [
      ['sha256:1', '2.4 MiB', 'base system'],
      ['sha256:22', '574 B', 'the config'],
    ],
  );
  assert.deepEqual(lines, [
    'blob           size   what it is',
    'sha256:1    2.4 MiB   base system',
    'sha256:22     574 B   the config',
  ]);
});

test('a log is shown as a runner shows it', () => {
  const log = 'a\n::debug::not shown\n::group::Layers\nb\n::endgroup::\nc\n';
  assert.equal(asShown(log), 'a\n▼ Layers\nb\nc\n');
});

test('a claim that is false ends the demo, and is not printed', (t) => {
  const printed = t.mock.method(console, 'log', () => undefined);
  assert.throws(() => claim('2 is 3', () => assert.equal(2, 3)));
  assert.equal(printed.mock.callCount(), 0);
});
