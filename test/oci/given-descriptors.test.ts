import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushError } from '../../src/errors.ts';
import { parseDescriptors, startsJson } from '../../src/oci/given-descriptors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../src/oci/media-types.ts';
import { refused } from '../support/refused.ts';

const [one, two] = ['one', 'two'].map((name) => ({
  mediaType: OCI_MANIFEST,
  digest: digestOf(Buffer.from(name)),
  size: 100,
  platform: { os: 'linux', architecture: 'amd64' },
}));
assert.ok(one && two);
const line = (value: unknown) => JSON.stringify(value);

const readable: readonly [what: string, text: string, places: readonly string[]][] = [
  ['one', line(one), ['x']],
  ['one, over several lines', JSON.stringify(one, null, 2), ['x']],
  ['one after empty lines, with those of Windows', `\r\n\r\n${line(one)}\r\n`, ['x']],
  ['an array', line([one, two]), ['x[0]', 'x[1]']],
  ['an array over several lines', JSON.stringify([one, two], null, 2), ['x[0]', 'x[1]']],
  ['one a line', `${line(one)}\n\n${line(two)}\n`, ['x, line 1', 'x, line 3']],
  ['arrays and descriptors', `${line([one])}\n${line(two)}`, ['x, line 1[0]', 'x, line 2']],
];
for (const [what, text, places] of readable) {
  test(`read: ${what}`, () => {
    const found = parseDescriptors(text, 'x');
    assert.deepEqual(
      found.map(({ where }) => where),
      places,
    );
    const digests = found.map(({ descriptor }) => descriptor.digest);
    assert.deepEqual(digests, [one.digest, two.digest].slice(0, places.length));
  });
}

test('an empty array names nothing', () => assert.deepEqual(parseDescriptors('[]', 'x'), []));

const hostile: readonly [what: string, text: string, ...parts: string[]][] = [
  ['nothing', ' \n', 'x is empty'],
  ['no JSON', 'sha256:abc', 'x is not valid JSON'],
  ['JSON that is cut', line(one).slice(0, -1), 'x is not valid JSON'],
  ['a line that is no JSON among others', `${line(one)}\n{"a`, 'x, line 2 is not valid JSON'],
  ['a key twice', line(one).replace('{', '{"size":1,'), 'x has the key "size" twice'],
  ['JSON without end', '['.repeat(100_000), 'x is nested deeper than'],
  ['a text', '"sha256:abc"', 'x is "sha256:abc", and no descriptor'],
  ['texts in an array', '["a"]', 'x[0] is "a"'],
  ['null', 'null', 'x is not a JSON object'],
  ['an empty object', '{}', 'x: digest is missing'],
  ['what buildx leaves', line({ 'containerimage.descriptor': one }), 'digest is missing'],
  ['no media type', line({ ...one, mediaType: undefined }), 'x: mediaType is missing'],
  ['a layer', line({ ...one, mediaType: OCI_LAYER_GZIP }), 'is not the media type of an image'],
  ['a media type over two lines', line({ ...one, mediaType: 'a\n::error::b' }), 'mediaType is not'],
  [
    'a digest that is a path',
    line({ ...one, digest: 'sha256:../../etc' }),
    'is not a sha256 digest',
  ],
  ['another algorithm', line({ ...one, digest: `sha512:${'a'.repeat(128)}` }), 'sha256 digest'],
  ['no size', line({ ...one, size: undefined }), 'x.size is missing'],
  ['a size below zero', line({ ...one, size: -1 }), 'x.size is -1'],
  ['a size of zero', line({ ...one, size: 0 }), 'x.size is 0'],
  ['a size that is a text', line({ ...one, size: '100' }), 'x.size is "100"'],
  ['a size beyond counting', line(one).replace('100', '1e400'), 'x.size is null'],
  ['a platform that is none', line({ ...one, platform: 'linux/amd64' }), 'x.platform is not'],
  ['annotations that are none', line({ ...one, annotations: { a: 1 } }), 'annotations is not'],
  ['data of something else', line({ ...one, data: 'AAAA' }), 'x.data holds 3 bytes'],
  [
    'data that is not what the digest says',
    line({ ...one, mediaType: OCI_INDEX, size: 3, data: 'AAAA' }),
    'x.data has the digest',
  ],
  ['more than there can be', `[${'1,'.repeat(10_000)}1]`, 'x lists 10001 images'],
];
for (const [what, text, ...parts] of hostile) {
  test(`refused, with advice that fits: ${what}`, () => {
    assert.throws(
      () => parseDescriptors(text, 'x'),
      (error) => {
        refused('INVALID_DESCRIPTOR', ...parts)(error);
        assert.ok(error instanceof PushError);
        assert.match(error.hint, /output descriptor/);
        return true;
      },
    );
  });
}

for (const [text, isJson] of [
  ['{"mediaType": ""}', true],
  [' { "a"', true],
  ['{', true],
  ['[', true],
  ['[{', true],
  ['[]', true],
  ['{}', true],
  ['{a,b}/*.json', false],
  ['[ab]*.json', false],
  ['digests/*.json', false],
  ['', false],
] as const) {
  test(`${JSON.stringify(text)} ${isJson ? 'begins JSON' : 'is a path'}`, () => {
    assert.equal(startsJson(text), isJson);
  });
}
