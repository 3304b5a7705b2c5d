import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/oci/digest.ts';
import { isInto, placesIn, pushName, uploadName } from '../../src/resume/place.ts';
import { PLACE, sampleUpload } from './sample-upload.ts';

const [one, two] = ['one', 'two'].map((text) => digestOf(Buffer.from(text))) as [
  ReturnType<typeof digestOf>,
  ReturnType<typeof digestOf>,
];
const elsewhere = { ...PLACE, region: 'eu-west-1' };

test('a push is named after its repositories, in any order, and its image', () => {
  const name = pushName([PLACE, elsewhere], one);
  assert.equal(pushName([elsewhere, PLACE], one), name);
  assert.notEqual(pushName([PLACE], one), name);
  assert.notEqual(pushName([PLACE, elsewhere], two), name);
  assert.match(name, /^[0-9a-f]{32}-[0-9a-f]{32}$/);
});

test('pushes of other images to the same repositories start alike', () => {
  assert.equal(placesIn(pushName([PLACE], one)), placesIn(pushName([PLACE], two)));
  assert.notEqual(placesIn(pushName([PLACE], one)), placesIn(pushName([elsewhere], one)));
});

test('an upload is named after its repository and its layer', () => {
  const names = [
    uploadName(PLACE, one),
    uploadName(PLACE, two),
    uploadName(elsewhere, one),
    uploadName({ ...PLACE, registryId: '012345678901' }, one),
    uploadName({ ...PLACE, type: 'public' }, one),
  ];
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[0-9a-f]{32}$/);
});

const id = '012345678901';
const cases: readonly [what: string, place: object, upload: object, is: boolean][] = [
  ['the same', {}, {}, true],
  ['the same, with its id', { registryId: id }, { registryId: id }, true],
  ['an id that was not known then', { registryId: id }, {}, true],
  ['an id that is not known yet', {}, { registryId: id }, true],
  ['another account', { registryId: id }, { registryId: '999999999999' }, false],
  ['another region', { region: 'eu-west-1' }, {}, false],
  ['another repository', { name: 'team/other' }, {}, false],
  ['another service', { type: 'public' }, {}, false],
];

for (const [what, place, upload, is] of cases) {
  test(`an upload is ${is ? '' : 'not '}one into the repository: ${what}`, () => {
    assert.equal(isInto({ ...PLACE, ...place }, sampleUpload(upload)), is);
  });
}
