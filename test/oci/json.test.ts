import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/errors.ts';
import { parseStrictJson, withoutMark } from '../../src/oci/json.ts';
import { MAX_JSON_DEPTH, MAX_MANIFEST_BYTES } from '../../src/oci/limits.ts';
import { refused } from '../support/refused.ts';

const accepted: { name: string; text: string }[] = [
  { name: 'an object in an array in an object', text: '{"a":[{"b":1},{"b":2}]}' },
  { name: 'the same key in two objects', text: '{"a":{"k":1},"b":{"k":1},"k":1}' },
  { name: 'a value that equals a key', text: '{"a":"a","b":["a","a"]}' },
  { name: 'a string that looks like a second key', text: '{"a":"\\",\\"a\\":1"}' },
  { name: 'brackets in strings', text: '{"a":"}{][","b":"{\\"a\\""}' },
  { name: 'a backslash at the end of a string', text: '{"a":"\\\\","b":1}' },
  { name: 'space between all tokens', text: ' { "a" : [ 1 , true , null ] , "b" : { } } ' },
  { name: 'keys beyond ASCII', text: '{"ключ":1,"🔑":2}' },
  { name: 'a text and nothing else', text: '"a"' },
  { name: 'the deepest nesting', text: '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH) },
];

for (const { name, text } of accepted) {
  test(`reads ${name} as JSON.parse does`, () => {
    assert.deepEqual(parseStrictJson(Buffer.from(text), 'x'), JSON.parse(text));
  });
}

const refusals: { name: string; bytes: string | Uint8Array; code: ErrorCode; says: string }[] = [
  { name: 'nothing', bytes: '', code: 'INVALID_JSON', says: 'index.json' },
  { name: 'half an object', bytes: '{"a":', code: 'INVALID_JSON', says: 'index.json' },
  { name: 'a string without its end', bytes: '{"a', code: 'INVALID_JSON', says: 'index.json' },
  { name: 'a bad escape in a key', bytes: '{"\\x":1}', code: 'INVALID_JSON', says: 'index.json' },
  { name: 'closing brackets alone', bytes: ']}]}', code: 'INVALID_JSON', says: 'index.json' },
  { name: 'text after the end', bytes: '{}{}', code: 'INVALID_JSON', says: 'index.json' },
  { name: 'a number with a comma', bytes: '{"a":1,}', code: 'INVALID_JSON', says: 'index.json' },
  {
    name: 'a byte order mark',
    bytes: Buffer.from('\ufeff{}'),
    code: 'INVALID_JSON',
    says: 'index.json starts with a byte order mark (BOM)',
  },
  {
    name: 'UTF-16',
    bytes: Buffer.from('\ufeff{}', 'utf16le'),
    code: 'INVALID_JSON',
    says: 'index.json',
  },
  {
    name: 'a byte that UTF-8 does not have',
    bytes: Buffer.from([0x22, 0xff, 0x22]),
    code: 'INVALID_JSON',
    says: 'index.json',
  },
  {
    name: 'an overlong encoding of a slash',
    bytes: Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    code: 'INVALID_JSON',
    says: 'index.json',
  },
  {
    name: 'a key twice',
    bytes: '{"config":1,"layers":2,"config":3}',
    code: 'INVALID_JSON',
    says: '"config"',
  },
  {
    name: 'a key twice, once with an escape',
    bytes: '{"size":1,"\\u0073ize":2}',
    code: 'INVALID_JSON',
    says: '"size"',
  },
  {
    name: 'a key twice in an inner object, with a value full of brackets between',
    bytes: '[{"a":{"b":[{},{"c":["}"]}],"b":1}}]',
    code: 'INVALID_JSON',
    says: '"b"',
  },
  {
    name: '__proto__ twice',
    bytes: '{"__proto__":1,"__proto__":2}',
    code: 'INVALID_JSON',
    says: '__proto__',
  },
  {
    name: 'one level too many',
    bytes: '['.repeat(MAX_JSON_DEPTH + 1) + ']'.repeat(MAX_JSON_DEPTH + 1),
    code: 'INVALID_JSON',
    says: String(MAX_JSON_DEPTH),
  },
];

for (const { name, bytes, code, says } of refusals) {
  test(`refuses ${name} with ${code}`, () => {
    const document = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    assert.throws(() => parseStrictJson(document, 'index.json'), refused(code, 'index.json', says));
  });
}

test('a byte order mark is taken off once, at the start', () => {
  const off = (text: string) => Buffer.from(withoutMark(Buffer.from(text))).toString();
  assert.equal(off('\ufeff{}'), '{}');
  assert.equal(off('\ufeff\ufeff{}'), '\ufeff{}');
  for (const text of ['{}', '', '"\ufeff"']) assert.equal(off(text), text);
});

test('a key called __proto__ is a key like any other', () => {
  const value = parseStrictJson(Buffer.from('{"__proto__":{"polluted":true}}'), 'x');
  assert.deepEqual(Object.keys(value ?? {}), ['__proto__']);
  assert.equal(Reflect.get(value ?? {}, 'polluted'), undefined);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

// Each would take minutes if the work grew with the square of the length.
const large: { name: string; text: string }[] = [
  { name: 'opening brackets', text: '[' },
  { name: 'quotes', text: '"' },
  { name: 'escaped quotes', text: '\\"' },
  { name: 'empty keys', text: '"":' },
  { name: 'closing brackets', text: '}' },
];

for (const { name, text } of large) {
  test(`refuses ${MAX_MANIFEST_BYTES} bytes of ${name} at once`, () => {
    const document = Buffer.alloc(MAX_MANIFEST_BYTES, text);
    assert.throws(() => parseStrictJson(document, 'x'), { name: 'PushError' });
  });
}

test('reads an object of a hundred thousand keys', () => {
  const entries = Array.from({ length: 100_000 }, (_, at) => [`key ${at}`, at] as const);
  const text = JSON.stringify(Object.fromEntries(entries));
  assert.deepEqual(parseStrictJson(Buffer.from(text), 'x'), Object.fromEntries(entries));
});
