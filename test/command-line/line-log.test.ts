import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineLog } from '../../src/command-line/line-log.ts';

function logged({ isTerminal = false, isVerbose = false } = {}) {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const log = new LineLog({ write, isTerminal, isVerbose });
  return { log, text: () => written.join('') };
}

test('lines are plain, and warnings and errors are marked', () => {
  const { log, text } = logged();
  log.info('Image sha256:aa');
  log.warning('No layers');
  log.error('BLOB_MISSING: a blob is missing\nBuild again.');
  assert.equal(
    text(),
    'Image sha256:aa\nWarning: No layers\nError: BLOB_MISSING: a blob is missing\nBuild again.\n',
  );
});

test('a group is a heading, with its lines indented below it, and gives what its work does', async () => {
  const { log, text } = logged();
  const result = await log.group('Push', () => {
    log.info('one\ntwo');
    return Promise.resolve(1);
  });
  log.info('after');
  assert.equal(result, 1);
  assert.equal(text(), 'Push\n  one\n  two\nafter\n');
});

test('work that fails ends its group', async () => {
  const { log, text } = logged();
  await assert.rejects(
    log.group('Push', () => Promise.reject(new Error('no'))),
    /no/,
  );
  log.info('after');
  assert.equal(text(), 'Push\nafter\n');
});

test('an error that ends the run within a group is not a part of it', async () => {
  const { log, text } = logged();
  await log.group('Push', () => {
    log.error('CANCELLED: cancelled');
    return Promise.resolve();
  });
  assert.equal(text(), 'Push\nError: CANCELLED: cancelled\n');
});

for (const isVerbose of [true, false]) {
  test(`debug lines are ${isVerbose ? 'shown' : 'left out unless they are asked for'}`, () => {
    const { log, text } = logged({ isVerbose });
    log.debug('called');
    assert.equal(text(), isVerbose ? 'Debug: called\n' : '');
  });
}

test('control characters of a layout or a server do not reach the terminal', () => {
  const { log, text } = logged();
  log.info('a\u001b[2Jb\rc\u009bd\te');
  assert.equal(text(), 'a [2Jb c d\te\n');
});

test('a terminal has colours for what matters, and what is styled is otherwise the same', async () => {
  const { log, text } = logged({ isTerminal: true });
  await log.group('Push', () => {
    log.warning('odd');
    return Promise.resolve();
  });
  // eslint-disable-next-line no-control-regex
  const plain = text().replace(/\u001b\[\d+m/g, '');
  assert.notEqual(text(), plain);
  assert.equal(plain, 'Push\n  Warning: odd\n');
});
