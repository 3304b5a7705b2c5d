import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import {
  choice,
  flag,
  lines,
  list,
  type ReadInput,
  required,
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

test('a required input is its text, and refused by its name where it is not set', () => {
  assert.equal(required(given('text'), 'x'), 'text');
  assert.throws(() => required(UNSET, 'x'), refused('INVALID_INPUT', 'input x '));
});

test('a choice is what is written, or else the first of what there is', () => {
  assert.equal(choice(given('b'), 'x', ['a', 'b']), 'b');
  assert.equal(choice(given('a'), 'x', ['a', 'b']), 'a');
  assert.equal(choice(UNSET, 'x', ['a', 'b']), 'a');
});

for (const text of ['c', 'B', 'a,b', 'a b']) {
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

for (const text of ['yes', 'no', '1', '0', 'on', 'truely']) {
  test(`${text} is neither true nor false`, () => {
    assert.throws(
      () => flag(given(text), 'x', false),
      refusedWith(text, 'Set it to true or false.'),
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
  '2.0',
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
];

for (const [text, asLines, asList] of texts) {
  test(`${JSON.stringify(text)} has ${asLines.length} lines and lists ${asList.length}`, () => {
    assert.deepEqual(lines(text), asLines);
    assert.deepEqual(list(text), asList);
  });
}
