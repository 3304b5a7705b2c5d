import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unwritable } from '../../src/layout/unwritable.ts';
import { refused } from '../support/refused.ts';

function failed(code: string): Error {
  return Object.assign(new Error(`${code}: no`), { code });
}

const INSTEAD = 'Do without it.';

for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
  test(`${code} is a full disk: the error says what, where and how far it came`, () => {
    const cause = failed(code);
    const error = unwritable('image.tar.gz', { folder: '/temp/x', written: 4096 }, cause, INSTEAD);
    refused('DISK_FULL', 'image.tar.gz', '/temp/x', `${code} after 4096 bytes`)(error);
    assert.match(error.hint, /^Free some space on the disk of RUNNER_TEMP\. Do without it\.$/);
    assert.equal(error.cause, cause);
  });
}

for (const code of ['EROFS', 'EACCES', 'EIO', 'ENOENT']) {
  test(`${code} is another fault of the folder`, () => {
    const error = unwritable('image.tar.gz', { folder: '/temp' }, failed(code), INSTEAD);
    refused('LAYOUT_UNREADABLE', 'image.tar.gz', '/temp', `(${code})`)(error);
    assert.match(error.hint, /RUNNER_TEMP.*Do without it\.$/);
  });
}

test('what is no error of the operating system is shown as it is', () => {
  const error = unwritable('image.tar.gz', { folder: '/temp' }, new Error('odd'), INSTEAD);
  refused('LAYOUT_UNREADABLE', 'Error: odd')(error);
});

for (const code of ['EMFILE', 'ENFILE']) {
  test(`${code} is no fault of the disk`, () => {
    const error = unwritable('image.tar.gz', { folder: '/temp' }, failed(code), INSTEAD);
    refused('TOO_MANY_OPEN_FILES', '/temp', `(${code})`)(error);
  });
}
