import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseGlobalHeader } from '../../src/layout/tar-global-header.ts';
import { refused } from '../support/refused.ts';

const WHERE = 'image.tar: the global header at byte 0';
const check = (records: string) => refuseGlobalHeader(Buffer.from(records), WHERE);

const harmless: Readonly<Record<string, string>> = {
  'no record': '',
  'the comment that git writes': '52 comment=0123456789abcdef0123456789abcdef01234567\n',
  'several records': '13 comment=a\n11 mtime=1\n',
  'a line break in a value': '14 comment=\na\n',
  'a value that looks like another record': '24 comment=\n10 path=x\nz\n',
  'an empty value': '12 comment=\n',
  'a key that only begins like one that counts': '14 pathname=a\n',
};

for (const [name, records] of Object.entries(harmless)) {
  test(`a global header is harmless with ${name}`, () => {
    assert.doesNotThrow(() => check(records));
  });
}

const identity: readonly [what: string, records: string, key: string][] = [
  ['name', '18 path=index.tmp\n', 'path'],
  ['size', '10 size=2\n', 'size'],
  ['link', '14 linkpath=x\n', 'linkpath'],
  ['sparse map', '22 GNU.sparse.major=1\n', 'GNU.sparse.major'],
  ['name, behind a comment', '13 comment=a\n10 path=x\n', 'path'],
];

for (const [what, records, key] of identity) {
  test(`a global header is refused if it gives every entry one ${what}`, () => {
    assert.throws(() => check(records), refused('INVALID_TAR', WHERE, `sets ${key} `));
  });
}

const malformed: Readonly<Record<string, string>> = {
  'whose record is too long': '99 comment=a\n',
  'whose record is one byte too long': '14 comment=a\n',
  'whose record is one byte too short': '12 comment=a\n',
  'whose record is padded, as not all read it': ' 13 path=zzz\n',
  'whose length starts with a zero': '013 comment=a\n',
  'with something behind its records': '13 comment=a\n\0',
  'of no records': 'path=x\n',
  'without a key': '5 =a\n',
};

for (const [name, records] of Object.entries(malformed)) {
  test(`a global header is refused ${name}`, () => {
    assert.throws(() => check(records), refused('INVALID_TAR', WHERE, 'malformed'));
  });
}
