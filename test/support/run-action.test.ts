import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseActionMetadata } from './action-metadata.ts';
import { parseFileCommand } from './run-action.ts';

test('outputs are read from both forms that the runner understands', () => {
  assert.deepEqual(parseFileCommand('a=1\nb<<EOF_1\ntwo\nlines = 2\nEOF_1\nc<<X\nX\n'), {
    a: '1',
    b: 'two\nlines = 2',
    c: '',
  });
});

test('an output without an end is refused', () => {
  assert.throws(() => parseFileCommand('b<<EOF\ntwo\n'), /no end of b/);
});

const ACTION = `
name: x
inputs:
  # a comment
  layout:
    description: 'It''s a path: any'
    required: true
  tags:
    description: >-
      folded over
      lines
    default: latest
outputs:
  digest:
    description: the digest
`;

test('action.yml is read with its inputs, defaults and outputs', () => {
  const { inputs, outputs } = parseActionMetadata(ACTION);
  assert.deepEqual(Object.fromEntries(inputs), {
    layout: { description: "It's a path: any", required: true, default: undefined },
    tags: { description: 'folded over lines', required: false, default: 'latest' },
  });
  assert.deepEqual(Object.fromEntries(outputs), { digest: 'the digest' });
});

for (const line of ['- item', 'key: "quoted"', 'key: |', 'key: [a]', 'key: a: b', 'key: a # b']) {
  test(`a line that the small reader of YAML cannot read is refused: ${line}`, () => {
    assert.throws(() => parseActionMetadata(line), /not understood/);
  });
}
