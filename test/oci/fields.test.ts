import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { FieldReader, isFields, shown } from '../../src/oci/fields.ts';
import { refused } from '../support/refused.ts';

const CODE = 'INVALID_MANIFEST';
const reader = (value: unknown) => new FieldReader(value, 'config', CODE);

for (const value of [null, undefined, 'text', 5, true, []]) {
  test(`${inspect(value)} is no JSON object, and is refused with the code that is asked for`, () => {
    assert.equal(isFields(value), false);
    assert.throws(() => reader(value), refused(CODE, 'config'));
    assert.throws(() => new FieldReader(value, 'config', 'NOT_A_LAYOUT'), refused('NOT_A_LAYOUT'));
  });
}

test('null counts as absent, as what is not there does', () => {
  const fields = reader({ a: null, b: 0 });
  assert.deepEqual(
    ['a', 'absent', 'b'].map((name) => fields.has(name)),
    [false, false, true],
  );
  assert.equal(fields.get('a'), undefined);
  assert.equal(fields.get('b'), 0);
});

interface Kind {
  readonly name: string;
  readonly read: (fields: FieldReader, name: string) => unknown;
  readonly taken: readonly unknown[];
  readonly refused: readonly unknown[];
}

const kinds: readonly Kind[] = [
  {
    name: 'a string',
    read: (fields, name) => fields.string(name),
    taken: ['text', ' ', '0'],
    refused: [5, true, [], {}, ['text']],
  },
  {
    name: 'an array',
    read: (fields, name) => fields.array(name),
    taken: [[], [1, 'a', null]],
    refused: ['', 'text', {}, 0, { length: 0 }],
  },
  {
    name: 'an array of strings',
    read: (fields, name) => fields.strings(name),
    taken: [[], ['a'], ['a', '']],
    refused: ['text', [1], ['a', null], [['a']]],
  },
  {
    name: 'a map of strings',
    read: (fields, name) => fields.stringMap(name),
    taken: [{}, { a: 'b' }, { a: '' }],
    refused: ['text', [], ['a'], { a: 1 }, { a: 'b', c: {} }, { a: null, c: 1 }],
  },
];

for (const { name, read, taken, refused: refusals } of kinds) {
  for (const value of taken) {
    test(`${inspect(value)} is read as ${name}`, () => {
      assert.deepEqual(read(reader({ a: value }), 'a'), value);
    });
  }

  for (const value of refusals) {
    test(`${inspect(value)} is refused as ${name}, and the message says where`, () => {
      assert.throws(() => read(reader({ a: value }), 'a'), refused(CODE, 'config: a '));
    });
  }

  test(`null, or nothing, in the place of ${name} counts as absent`, () => {
    assert.equal(read(reader({ a: null }), 'a'), undefined);
    assert.equal(read(reader({}), 'a'), undefined);
  });
}

const nullMembers: readonly [value: unknown, read: object][] = [
  [{ a: null }, {}],
  [{ a: null, b: 'c', d: null }, { b: 'c' }],
];

for (const [value, expected] of nullMembers) {
  test(`members of a map that are null count as absent: ${inspect(value)}`, () => {
    assert.deepEqual(reader({ a: value }).stringMap('a'), expected);
  });
}

test('null, which may stand for an empty list, is told from nothing', () => {
  const fields = reader({ a: null, b: 0 });
  assert.deepEqual(
    ['a', 'absent', 'b'].map((name) => fields.isNull(name)),
    [true, false, false],
  );
});

test('an empty string is as good as none', () => {
  assert.equal(reader({ a: '' }).string('a'), undefined);
});

for (const value of [undefined, null, '']) {
  test(`a string that is required may not be ${inspect(value)}`, () => {
    assert.equal(reader({ a: 'text' }).requiredString('a'), 'text');
    assert.throws(() => reader({ a: value }).requiredString('a'), refused(CODE, 'a is missing'));
  });
}

const shows: readonly [value: unknown, text: string][] = [
  [undefined, 'missing'],
  [null, 'null'],
  ['a\nb', '"a\\nb"'],
  ['x'.repeat(198), `"${'x'.repeat(198)}"`],
  ['x'.repeat(199), `"${'x'.repeat(199)}`],
  [{ a: [1] }, '{"a":[1]}'],
];

for (const [value, text] of shows) {
  test(`messages show ${inspect(value).slice(0, 30)} in one line of at most 200 characters`, () => {
    assert.equal(shown(value), text);
  });
}
