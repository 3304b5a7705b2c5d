import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import {
  choice,
  flag,
  lines,
  list,
  type ReadInput,
  unquoted,
  wholeNumber,
} from '../../src/inputs/read-input.ts';
import { refused } from '../support/refused.ts';

/** The input `x`, and no other. */
const given =
  (text: string): ReadInput =>
  (name) =>
    name === 'x' ? text : '';
const UNSET = given('');

/** Refused by the input's name and its text, with a hint that says what it takes. */
function refusedWith(text: string, hint: string) {
  return (error: unknown): true => {
    refused('INVALID_INPUT', 'input x ', JSON.stringify(text))(error);
    assert.ok(error instanceof PushError);
    assert.equal(error.hint, hint);
    return true;
  };
}

test('a choice is what is written, or else the first of what there is', () => {
  assert.equal(choice(given('b'), 'x', ['a', 'b']), 'b');
  assert.equal(choice(given('a'), 'x', ['a', 'b']), 'a');
  assert.equal(choice(UNSET, 'x', ['a', 'b']), 'a');
});

test('a choice is taken in either case', () => {
  assert.equal(choice(given('B'), 'x', ['a', 'b']), 'b');
  assert.equal(choice(given('Gzip'), 'x', ['none', 'gzip']), 'gzip');
});

const meant: readonly [text: string, hint: string][] = [
  ['gz', 'Did you mean gzip? Set it to zstd, gzip or none.'],
  ['zstandart', 'Set it to zstd, gzip or none.'],
  ['no', 'Did you mean none? Set it to zstd, gzip or none.'],
  ['FALSE', 'Did you mean none? Set it to zstd, gzip or none.'],
  ['true', 'Did you mean gzip? Set it to zstd, gzip or none.'],
];

for (const [text, hint] of meant) {
  test(`a choice that is none comes with all there are, and the nearest: ${text}`, () => {
    assert.throws(
      () => choice(given(text), 'x', ['zstd', 'gzip', 'none'], { yes: 'gzip', no: 'none' }),
      refusedWith(text, hint),
    );
  });
}

test('a boolean stands for no choice where none is said to be like it', () => {
  assert.throws(
    () => choice(given('yes'), 'x', ['a', 'b']),
    refusedWith('yes', 'Set it to a or b.'),
  );
});

for (const text of ['c', 'a,b', 'a b']) {
  test(`${text} is neither a nor b`, () => {
    assert.throws(
      () => choice(given(text), 'x', ['a', 'b']),
      refusedWith(text, 'Set it to a or b.'),
    );
  });
}

for (const text of ['true', 'True', 'TRUE']) {
  test(`${text} is true, and so is no text where that is the default`, () => {
    assert.equal(flag(given(text), 'x', false), true);
    assert.equal(flag(UNSET, 'x', true), true);
  });
}

for (const text of ['false', 'False', 'FALSE']) {
  test(`${text} is false, and so is no text where that is the default`, () => {
    assert.equal(flag(given(text), 'x', true), false);
    assert.equal(flag(UNSET, 'x', false), false);
  });
}

const noFlags: Readonly<Record<string, string>> = {
  yes: 'Did you mean true? ',
  on: 'Did you mean true? ',
  1: 'Did you mean true? ',
  keep: 'Did you mean true? ',
  truely: 'Did you mean true? ',
  No: 'Did you mean false? ',
  off: 'Did you mean false? ',
  0: 'Did you mean false? ',
  flase: 'Did you mean false? ',
  maybe: '',
};

for (const [text, nearest] of Object.entries(noFlags)) {
  test(`${text} is neither true nor false, and the hint is: ${nearest}`, () => {
    assert.throws(
      () => flag(given(text), 'x', false),
      refusedWith(text, `${nearest}Set it to true or false.`),
    );
  });
}

const numbers: Readonly<Record<string, number>> = { 2: 2, 3: 3, 11: 11, 12: 12, '012': 12 };

for (const [text, number] of Object.entries(numbers)) {
  test(`${text} is a whole number from 2 to 12`, () => {
    assert.equal(wholeNumber(given(text), 'x', [2, 12]), number);
  });
}

for (const text of [
  '0',
  '1',
  '13',
  '-2',
  '+2',
  '1MiB',
  '13.0',
  '1e1',
  '0x5',
  '2 3',
  'two',
  '９',
  '1'.repeat(400),
]) {
  test(`${text} is no whole number from 2 to 12`, () => {
    assert.throws(
      () => wholeNumber(given(text), 'x', [2, 12]),
      refusedWith(text, 'Set it to a whole number from 2 to 12.'),
    );
  });
}

for (const [text, number] of [
  ['5MiB', '5'],
  ['5 MB', '5'],
  ['5.0', '5'],
]) {
  test(`${text} is no whole number, and the hint offers the one in it`, () => {
    assert.throws(
      () => wholeNumber(given(text ?? ''), 'x', [2, 12]),
      refusedWith(text ?? '', `Did you mean ${number}? Set it to a whole number from 2 to 12.`),
    );
  });
}

test('the word for automatic is taken in either case', () => {
  assert.equal(wholeNumber(given('Auto'), 'x', [2, 12], 'auto'), undefined);
});

test('zero is a number where it is allowed', () => {
  assert.equal(wholeNumber(given('0'), 'x', [0, 1]), 0);
});

test('a number that is not set is undefined, whatever may be set', () => {
  assert.equal(wholeNumber(UNSET, 'x', [2, 12]), undefined);
});

const texts: readonly [text: string, asLines: string[], asList: string[]][] = [
  ['', [], []],
  ['a', ['a'], ['a']],
  ['a\nb', ['a', 'b'], ['a', 'b']],
  ['a,b', ['a,b'], ['a', 'b']],
  [' a , b \r\n c ', ['a , b', 'c'], ['a', 'b', 'c']],
  ['\n\n,\n', [','], []],
  ['a b', ['a b'], ['a b']],
  ['a,a', ['a,a'], ['a', 'a']],
  ['"a"\n"b c"', ['a', 'b c'], ['a', 'b c']],
  [`'a', "b"`, [`'a', "b"`], ['a', 'b']],
  ['- a\n- "b"', ['a', 'b'], ['a', 'b']],
  ['["1.0","latest"]', ['["1.0","latest"]'], ['1.0', 'latest']],
  ['[1.0, latest]', ['[1.0, latest]'], ['1.0', 'latest']],
  ['["1.0",\n  "latest"\n]', ['["1.0",', 'latest', ']'], ['1.0', 'latest']],
  ['[ab].tar', ['[ab].tar'], ['[ab].tar']],
  ['""', [], []],
];

const quoted: readonly [text: string, inner: string][] = [
  ['"team/app"', 'team/app'],
  ["'team/app'", 'team/app'],
  ['" a "', 'a'],
  ['"a\nb"', 'a\nb'],
  [`'{"a": 1}'`, '{"a": 1}'],
  ['""', ''],
  ['"', '"'],
  ['"a', '"a'],
  [`"a'`, `"a'`],
  ['"a", "b"', '"a", "b"'],
  ['a"b"', 'a"b"'],
  ['', ''],
];

for (const [text, inner] of quoted) {
  test(`${text} is ${inner} once quotes around it are taken off`, () => {
    assert.equal(unquoted(text), inner);
  });
}

for (const [text, asLines, asList] of texts) {
  test(`${JSON.stringify(text)} has ${asLines.length} lines and lists ${asList.length}`, () => {
    assert.deepEqual(lines(text), asLines);
    assert.deepEqual(list(text), asList);
  });
}
