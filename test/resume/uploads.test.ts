import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_UPLOADS, parseUploads, uploadsToBytes } from '../../src/resume/uploads.ts';
import { refused } from '../support/refused.ts';
import { MiB, sampleUpload } from './sample-upload.ts';

const HOUR = 60 * 60 * 1000;
const push = 'abc-def';
const good = sampleUpload();

function read(document: unknown) {
  return parseUploads(Buffer.from(JSON.stringify(document)), 'file', good.at);
}

test('uploads are read as they were written', () => {
  const kept = { push, uploads: [good, sampleUpload({ registryId: '012345678901' })] };
  assert.deepEqual(parseUploads(uploadsToBytes(kept), 'file'), kept);
});

test('nothing but names, numbers and a time is written', () => {
  const text = Buffer.from(uploadsToBytes({ push, uploads: [good] })).toString();
  const { uploads } = JSON.parse(text) as { uploads: object[] };
  assert.deepEqual(Object.keys(uploads[0] ?? {}).sort(), [
    'at',
    'digest',
    'nextByte',
    'partSize',
    'region',
    'repository',
    'size',
    'type',
    'uploadId',
  ]);
});

const ages: readonly [what: string, at: number, isRead: boolean][] = [
  ['a day old', good.at - 24 * HOUR, true],
  ['older', good.at - 24 * HOUR - 1, false],
  ['of a clock that is an hour ahead', good.at + HOUR, true],
  ['of the far future', good.at + 25 * HOUR, false],
];

for (const [what, at, isRead] of ages) {
  test(`an upload ${what} is ${isRead ? 'read' : 'left out'}`, () => {
    const { uploads } = read({ version: 1, push, uploads: [{ ...good, at }] });
    assert.equal(uploads.length, isRead ? 1 : 0);
  });
}

const members: readonly [member: string, values: readonly unknown[]][] = [
  ['type', [undefined, 1, '']],
  ['registryId', [1]],
  ['region', [{}]],
  ['repository', [undefined, '', 7]],
  ['digest', [undefined, 'sha512:00', 'sha256:../../etc', `${good.digest}\n`]],
  ['size', [undefined, 0, -1, 1.5, '7', 2 ** 60]],
  ['uploadId', [undefined, '', 'x', `${good.uploadId}\n::error::`, good.uploadId.repeat(1000)]],
  ['partSize', [undefined, 0, -1, 1, 5 * MiB - 1, 20 * MiB + 1, 5.5 * MiB + 0.5, null]],
  ['nextByte', [undefined, 0, -5, 0.5, good.size + 1, '5']],
  ['at', [undefined, -1, 'now']],
];

for (const [member, values] of members) {
  test(`an upload is refused for another ${member} than there can be`, () => {
    for (const value of values) {
      const document = { version: 1, push, uploads: [{ ...good, [member]: value }] };
      assert.throws(() => read(document), refused('INVALID_MANIFEST'));
    }
  });
}

const documents: readonly [what: string, document: unknown][] = [
  ['a list', []],
  ['null', null],
  ['another version', { version: 2, push, uploads: [] }],
  ['no push', { version: 1, uploads: [] }],
  ['a push that is a path', { version: 1, push: '../..', uploads: [] }],
  ['uploads that are no list', { version: 1, push, uploads: {} }],
  ['uploads that are null', { version: 1, push, uploads: [null] }],
  ['too many uploads', { version: 1, push, uploads: Array(MAX_UPLOADS + 1).fill(good) }],
];

for (const [what, document] of documents) {
  test(`a document is refused: ${what}`, () => {
    assert.throws(() => read(document), refused('INVALID_MANIFEST'));
  });
}

test('what is no JSON is refused', () => {
  for (const text of ['', '{', '\u0000', '{"version":1,"version":1}'])
    assert.throws(() => parseUploads(Buffer.from(text), 'file'), refused('INVALID_JSON'));
});
